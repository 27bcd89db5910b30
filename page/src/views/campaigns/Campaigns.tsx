import type { Campaign } from '../../bridge';
import { bridge } from '../../bridge';
import { oneLine } from '../../base/foreign';
import { moment } from '../../base/format';
import { Button, LinkButton } from '../../parts/Button';
import { Loaded } from '../../parts/Loaded';
import { Empty } from '../../parts/Notice';
import { Page, Section } from '../../parts/Page';
import { invalidate } from '../../state/query';
import { toHash } from '../../state/router';
import { say, sayFailed } from '../../state/toast';
import { campaignWords } from '../../words/campaigns';
import { CampaignTable } from './CampaignTable';
import { people } from './numbers';
import { useCampaignEvents, useCampaigns } from './useCampaigns';

export function Campaigns() {
  const query = useCampaigns();
  useCampaignEvents();

  return (
    <Page
      title={campaignWords.title}
      lead={campaignWords.lead}
      actions={
        <LinkButton kind="primary" icon="plus" href={toHash('campaigns', 'new')}>
          {campaignWords.newOne}
        </LinkButton>
      }
    >
      <Loaded query={query} rows={6}>
        {(campaigns) =>
          campaigns.length === 0 ? (
            <Empty icon="campaign" title={campaignWords.empty} action={<LinkButton kind="primary" href={toHash('campaigns', 'new')}>{campaignWords.newOne}</LinkButton>}>
              {campaignWords.emptyText}
            </Empty>
          ) : (
            <Lists campaigns={campaigns} />
          )
        }
      </Loaded>
    </Page>
  );
}

function Lists({ campaigns }: { campaigns: Campaign[] }) {
  const prepared = campaigns.filter((campaign) => campaign.state === 'prepared');
  const started = campaigns.filter((campaign) => campaign.state !== 'prepared');
  return (
    <>
      {started.length > 0 && <CampaignTable campaigns={started} />}
      {prepared.length > 0 && (
        <Section title={campaignWords.unfinished}>
          <ul className="plain-list stack-tight">
            {prepared.map((campaign) => (
              <li key={campaign.id} className="row-spread">
                <span>
                  <bdi>{oneLine(campaign.subject, 80) || campaignWords.noSubject}</bdi>{' '}
                  <span className="muted small">
                    {people(campaign.total)} · {moment(campaign.created)}
                  </span>
                </span>
                <Button icon="trash" onClick={() => discard(campaign)}>
                  {campaignWords.discard}
                </Button>
              </li>
            ))}
          </ul>
        </Section>
      )}
    </>
  );
}

function discard(campaign: Campaign): void {
  bridge()
    .campaignDiscard(campaign.id)
    .then(() => {
      say(campaignWords.discarded);
      invalidate('campaigns/');
    }, sayFailed);
}
