import { moment, number } from '../../base/format';
import type { Campaign } from '../../bridge';
import { Badge } from '../../parts/Badge';
import { Foreign } from '../../parts/Foreign';
import { Table, type Column } from '../../parts/Table';
import { toHash } from '../../state/router';
import { campaignWords } from '../../words/campaigns';
import { stateText } from './numbers';

const { column } = campaignWords;

const COLUMNS: Column<Campaign>[] = [
  {
    head: column.subject,
    cell: (campaign) => (
      <a href={toHash('campaigns', campaign.id)} tabIndex={-1}>
        <Foreign text={campaign.subject || campaignWords.noSubject} max={80} />
      </a>
    ),
  },
  { head: column.state, cell: (campaign) => <Badge state={campaign.state} text={stateText(campaign)} /> },
  { head: column.accepted, kind: 'number', cell: (campaign) => number(campaign.accepted) },
  { head: column.people, kind: 'number', cell: (campaign) => number(campaign.total) },
  { head: column.account, cell: (campaign) => <Foreign text={campaign.account} max={30} /> },
  { head: column.when, kind: 'number', cell: (campaign) => moment(campaign.started) },
];

export function CampaignTable({ campaigns }: { campaigns: readonly Campaign[] }) {
  return <Table label={campaignWords.table} columns={COLUMNS} rows={campaigns} rowKey={(campaign) => campaign.id} />;
}
