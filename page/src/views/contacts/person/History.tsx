import { useState } from 'react';
import { sentence } from '../../../base/foreign';
import { moment, number } from '../../../base/format';
import type { Person } from '../../../bridge';
import { Badge } from '../../../parts/Badge';
import { LinkButton } from '../../../parts/Button';
import { Dialog } from '../../../parts/Dialog';
import { Foreign } from '../../../parts/Foreign';
import { Section } from '../../../parts/Page';
import { Table, type Column } from '../../../parts/Table';
import { toHash } from '../../../state/router';
import { words } from '../../../words';
import { contactWords } from '../../../words/contacts';
import { SentLetter } from '../../campaigns/live/SentLetter';
import { titleOf } from '../../campaigns/title';

type Row = Person['history'][number];
const { person: text } = contactWords;

const columnsFor = (onOpen: (row: Row) => void): Column<Row>[] => [
  {
    head: text.column.campaign,
    cell: (row) => (
      <button type="button" className="link" tabIndex={-1} aria-haspopup="dialog" onClick={() => onOpen(row)}>
        <Foreign text={titleOf(row.subject)} max={80} />
      </button>
    ),
  },
  { head: text.column.state, cell: (row) => <Badge state={row.state} /> },
  { head: text.column.time, kind: 'number', cell: (row) => moment(row.time) },
  { head: text.column.reply, cell: (row) => <Foreign text={row.reply || (words.reason[row.reason] ?? row.reason)} max={200} /> },
  { head: text.column.attempts, kind: 'number', cell: (row) => number(row.attempts) },
];

export function History({ rows }: { rows: readonly Row[] }) {
  const [opened, setOpened] = useState<Row | null>(null);
  return (
    <Section title={text.history} card={false}>
      {rows.length === 0 ? (
        <p className="muted">{text.noHistory}</p>
      ) : (
        <Table label={text.history} columns={columnsFor(setOpened)} rows={rows} rowKey={(row) => `${row.campaign}-${row.recipient}`} />
      )}
      {opened !== null && <Letter row={opened} onClose={() => setOpened(null)} />}
    </Section>
  );
}

function Letter({ row, onClose }: { row: Row; onClose: () => void }) {
  return (
    <Dialog title={titleOf(row.subject, 80)} wide onClose={onClose} actions={<LinkButton icon="campaign" href={toHash('campaigns', row.campaign)}>{text.openCampaign}</LinkButton>}>
      <p className="row">
        <Badge state={row.state} /> <span className="muted">{moment(row.time)}</span>
      </p>
      {row.state === 'skipped' && row.attempts === 0 ? <p>{sentence(words.reason[row.reason] ?? row.reason)}</p> : <SentLetter campaign={row.campaign} recipient={row.recipient} />}
    </Dialog>
  );
}
