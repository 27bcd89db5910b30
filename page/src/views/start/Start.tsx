// What is going on, what needs a person, and what is missing to send the first message.
import { bridge, type Account, type Campaign } from '../../bridge';
import { isZero } from '../../base/decimal';
import { LinkButton } from '../../parts/Button';
import { Loaded } from '../../parts/Loaded';
import { Page, Section } from '../../parts/Page';
import { useQuery } from '../../state/query';
import { toHash } from '../../state/router';
import { startWords } from '../../words/start';
import { CampaignLine } from '../campaigns/CampaignLine';
import { CampaignTable } from '../campaigns/CampaignTable';
import { useCampaignEvents } from '../campaigns/useCampaigns';
import { Attention } from './Attention';
import { FirstSteps } from './FirstSteps';

const RUNNING = new Set(['sending', 'waiting']);

interface All {
  campaigns: Campaign[];
  accounts: Account[];
  people: boolean;
  vault: string;
}

async function load(): Promise<All> {
  const [campaigns, accounts, lists, vault] = await Promise.all([bridge().campaignList(), bridge().accountList(), bridge().lists(), bridge().vaultStatus()]);
  return { campaigns, accounts, people: lists.some((list) => !isZero(list.people)), vault: vault.state };
}

export function Start() {
  const query = useQuery('campaigns/start', load);
  useCampaignEvents();

  return (
    <Page title={startWords.title} lead={startWords.lead} actions={<LinkButton kind="primary" icon="plus" href={toHash('campaigns', 'new')}>{startWords.newCampaign}</LinkButton>}>
      <Loaded query={query} rows={5}>
        {(all) => <Overview all={all} />}
      </Loaded>
    </Page>
  );
}

function Overview({ all }: { all: All }) {
  const running = all.campaigns.filter((campaign) => RUNNING.has(campaign.state));
  const started = all.campaigns.filter((campaign) => campaign.state !== 'prepared' && !campaign.test && !campaign.archived);
  const hasSent = all.campaigns.some((campaign) => campaign.state !== 'prepared' && !campaign.test);
  const isNew = all.accounts.length === 0 || !all.people || !hasSent;

  return (
    <>
      {isNew && <FirstSteps hasAccount={all.accounts.length > 0} hasPeople={all.people} hasSent={hasSent} />}
      <Attention campaigns={all.campaigns} accounts={all.accounts} isVaultLocked={all.vault === 'locked'} />
      {running.length > 0 && (
        <Section title={startWords.now}>
          <div className="campaign-lines">
            {running.map((campaign) => (
              <CampaignLine key={campaign.id} campaign={campaign} />
            ))}
          </div>
        </Section>
      )}
      {started.length > 0 && (
        <Section title={startWords.last} card={false} actions={<LinkButton href={toHash('campaigns')}>{startWords.allCampaigns}</LinkButton>}>
          <CampaignTable campaigns={started.slice(0, 5)} />
        </Section>
      )}
    </>
  );
}
