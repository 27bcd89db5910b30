import { compare } from '../../base/decimal';
import { day, moment, number } from '../../base/format';
import type { Campaign } from '../../bridge';
import { Badge } from '../../parts/Badge';
import { Button } from '../../parts/Button';
import { Foreign } from '../../parts/Foreign';
import { Table, type Column } from '../../parts/Table';
import { toHash } from '../../state/router';
import { sayFailed } from '../../state/toast';
import { campaignWords, sentWords } from '../../words/campaigns';
import { archiveCampaign, copyCampaign } from './keeping';
import { stateText } from './numbers';
import { titleOf } from './title';

const { column } = campaignWords;
const byText = (read: (campaign: Campaign) => string) => (a: Campaign, b: Campaign) => read(a).localeCompare(read(b));

const COLUMNS: Column<Campaign>[] = [
  {
    head: column.title,
    sort: byText((campaign) => titleOf(campaign.title)),
    cell: (campaign) => (
      <a href={toHash('campaigns', campaign.id)} tabIndex={-1}>
        <Foreign text={titleOf(campaign.title)} max={80} />
      </a>
    ),
  },
  { head: column.state, sort: byText(stateText), cell: (campaign) => <Badge state={campaign.state} text={stateText(campaign)} /> },
  { head: column.accepted, kind: 'number', sort: (a, b) => compare(a.accepted, b.accepted), cell: (campaign) => number(campaign.accepted) },
  { head: column.people, kind: 'number', sort: (a, b) => compare(a.total, b.total), cell: (campaign) => number(campaign.total) },
  { head: column.account, kind: 'spare', sort: byText((campaign) => campaign.account), cell: (campaign) => <Foreign text={campaign.account} max={30} /> },
  { head: column.when, kind: 'number', sort: (a, b) => compare(a.started, b.started), cell: (campaign) => <span title={moment(campaign.started)}>{day(campaign.started)}</span> },
];

const ACTIONS: Column<Campaign> = {
  head: campaignWords.actions,
  kind: 'actions',
  cell: (campaign) => (
    <span className="row-actions">
      <Button className="button-small" onClick={() => void copyCampaign(campaign.id).catch(sayFailed)}>{campaignWords.copy}</Button>
      {(campaign.state === 'done' || campaign.state === 'cancelled') && (
        <Button className="button-small" onClick={() => void archiveCampaign(campaign, !campaign.archived).catch(sayFailed)}>
          {campaign.archived ? sentWords.unarchiveShort : sentWords.archiveShort}
        </Button>
      )}
    </span>
  ),
};

export function CampaignTable({ campaigns, hasActions = false }: { campaigns: readonly Campaign[]; hasActions?: boolean }) {
  return <Table label={campaignWords.table} columns={hasActions ? [...COLUMNS, ACTIONS] : COLUMNS} rows={campaigns} rowKey={(campaign) => campaign.id} />;
}
