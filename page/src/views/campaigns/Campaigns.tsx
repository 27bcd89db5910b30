import { useState } from 'react';
import type { Campaign } from '../../bridge';
import { bridge } from '../../bridge';
import { moment } from '../../base/format';
import { Button, LinkButton } from '../../parts/Button';
import { TextField } from '../../parts/Field';
import { Loaded } from '../../parts/Loaded';
import { Empty } from '../../parts/Notice';
import { Page, Section } from '../../parts/Page';
import { Segments } from '../../parts/Tabs';
import { invalidate } from '../../state/query';
import { toHash } from '../../state/router';
import { say, sayFailed } from '../../state/toast';
import { campaignWords } from '../../words/campaigns';
import { CampaignTable } from './CampaignTable';
import { people } from './numbers';
import { titleOf } from './title';
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

type Kind = keyof typeof campaignWords.kinds;
const KINDS = Object.entries(campaignWords.kinds) as [Kind, string][];

const kindOf = (campaign: Campaign): Kind => (campaign.archived ? 'archive' : campaign.test ? 'tests' : 'normal');

function matches(campaign: Campaign, text: string): boolean {
  const wanted = text.trim().toLocaleLowerCase();
  return wanted === '' || [titleOf(campaign.title), campaign.account, ...campaign.lists].some((word) => word.toLocaleLowerCase().includes(wanted));
}

function Lists({ campaigns }: { campaigns: Campaign[] }) {
  const [kind, setKind] = useState<Kind>('normal');
  const [text, setText] = useState('');
  const prepared = campaigns.filter((campaign) => campaign.state === 'prepared' && !campaign.test);
  const started = campaigns.filter((campaign) => campaign.state !== 'prepared');
  const kinds = KINDS.filter(([one]) => one === 'normal' || one === kind || started.some((campaign) => kindOf(campaign) === one));
  const shown = started.filter((campaign) => kindOf(campaign) === kind && matches(campaign, text));
  return (
    <>
      {started.length > 0 && (
        <>
          <div className="row">
            <div className="grow" role="search">
              <TextField label={campaignWords.searchLabel} hideLabel type="search" placeholder={campaignWords.searchLabel} value={text} onValue={setText} maxLength={256} />
            </div>
            {kinds.length > 1 && <Segments label={campaignWords.which} options={kinds} value={kind} onValue={setKind} />}
          </div>
          {shown.length > 0 ? <CampaignTable campaigns={shown} hasActions /> : <p className="muted" role="status">{campaignWords.nothing}</p>}
        </>
      )}
      {prepared.length > 0 && (
        <Section title={campaignWords.unfinished}>
          <ul className="plain-list stack-tight">
            {prepared.map((campaign) => (
              <li key={campaign.id} className="row-spread">
                <span>
                  <bdi>{titleOf(campaign.title, 80)}</bdi>{' '}
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
