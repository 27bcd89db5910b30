import { moment, number } from '../../../base/format';
import type { Person } from '../../../bridge';
import { Badge } from '../../../parts/Badge';
import { Foreign } from '../../../parts/Foreign';
import { Section } from '../../../parts/Page';
import { Table, type Column } from '../../../parts/Table';
import { toHash } from '../../../state/router';
import { words } from '../../../words';
import { campaignWords } from '../../../words/campaigns';
import { contactWords } from '../../../words/contacts';

type Row = Person['history'][number];
const { person: text } = contactWords;

const COLUMNS: Column<Row>[] = [
  {
    head: text.column.campaign,
    cell: (row) => (
      <a href={toHash('campaigns', row.campaign)} tabIndex={-1}>
        <Foreign text={row.subject || campaignWords.noSubject} max={80} />
      </a>
    ),
  },
  { head: text.column.state, cell: (row) => <Badge state={row.state} /> },
  { head: text.column.time, kind: 'number', cell: (row) => moment(row.time) },
  { head: text.column.reply, cell: (row) => <Foreign text={row.reply || (words.reason[row.reason] ?? row.reason)} max={200} /> },
  { head: text.column.attempts, kind: 'number', cell: (row) => number(row.attempts) },
];

export function History({ rows }: { rows: readonly Row[] }) {
  return (
    <Section title={text.history} card={false}>
      {rows.length === 0 ? <p className="muted">{text.noHistory}</p> : <Table label={text.history} columns={COLUMNS} rows={rows} rowKey={(row) => `${row.campaign}-${row.message_id}-${row.time}`} />}
    </Section>
  );
}
