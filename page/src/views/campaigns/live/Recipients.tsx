import { useState } from 'react';
import { isZero, toNumber } from '../../../base/decimal';
import { momentIso, number } from '../../../base/format';
import type { Campaign } from '../../../bridge';
import { Badge } from '../../../parts/Badge';
import { SelectField, TextField } from '../../../parts/Field';
import { Foreign } from '../../../parts/Foreign';
import { FaultNotice } from '../../../parts/Notice';
import { Section } from '../../../parts/Page';
import { VirtualTable, type VirtualColumn } from '../../../parts/VirtualTable';
import { words } from '../../../words';
import { liveWords } from '../../../words/campaigns';
import { RecipientDialog } from './RecipientDialog';
import type { LedgerRow } from './ledger';
import { useFound } from './useFound';
import { usePages } from './usePages';

const { column } = liveWords;
const STATES = ['accepted', 'refused', 'later', 'unknown', 'queued', 'handed', 'skipped'] as const;

const COLUMNS: VirtualColumn<LedgerRow>[] = [
  { head: column.name, width: 'minmax(8rem, 2fr)', cell: (row) => <Foreign text={row.name} max={120} /> },
  { head: column.address, width: 'minmax(9rem, 2.4fr)', cell: (row) => <Foreign text={row.address} max={120} /> },
  { head: column.state, width: '8rem', cell: (row) => <Badge state={row.state} /> },
  { head: column.time, width: '11rem', cell: (row) => momentIso(row.time) },
  { head: column.reply, width: 'minmax(8rem, 3fr)', cell: (row) => <Foreign text={row.reply || (words.reason[row.reason] ?? row.reason)} max={160} /> },
];

interface TableProps {
  campaign: Campaign;
  onOpen: (row: LedgerRow) => void;
}

function Everybody({ campaign, onOpen }: TableProps) {
  const pages = usePages(campaign.id, campaign.state === 'sending' || campaign.state === 'waiting');
  return (
    <>
      <FaultNotice failure={pages.failure} title={liveWords.cannotFind} onRetry={pages.refresh} />
      <VirtualTable label={liveWords.people} columns={COLUMNS} total={toNumber(campaign.total)} row={pages.row} onRange={pages.onRange} onOpen={onOpen} />
    </>
  );
}

function Some({ campaign, state, text, onOpen }: TableProps & { state: string; text: string }) {
  const found = useFound(campaign.id, state, text);
  return (
    <>
      <p className="muted small" role="status">
        {found.busy ? liveWords.searching : found.rows.length === 0 ? liveWords.none : liveWords.found(number(found.rows.length), found.next === '')}
      </p>
      <FaultNotice failure={found.failure} title={liveWords.cannotFind} onRetry={found.again} />
      <VirtualTable label={liveWords.people} columns={COLUMNS} total={found.rows.length} row={(index) => found.rows[index]} onRange={found.onRange} onOpen={onOpen} />
    </>
  );
}

export function Recipients({ campaign }: { campaign: Campaign }) {
  const [state, setState] = useState('');
  const [text, setText] = useState('');
  const [opened, setOpened] = useState<LedgerRow | null>(null);
  const isAll = state === '' && text.trim() === '';
  const options = [['', liveWords.all] as const, ...STATES.filter((name) => name === state || !isZero(campaign[name])).map((name) => [name, `${words.state[name] ?? name} (${number(campaign[name])})`] as const)];

  return (
    <Section title={liveWords.people} card={false}>
      <div className="row">
        <div className="grow">
          <TextField label={liveWords.findLabel} hideLabel type="search" placeholder={liveWords.findLabel} value={text} onValue={setText} maxLength={256} />
        </div>
        <SelectField label={liveWords.stateLabel} hideLabel value={state} onValue={setState} options={options} />
      </div>
      {isAll ? (
        <Everybody key={campaign.id} campaign={campaign} onOpen={setOpened} />
      ) : (
        <Some key={state} campaign={campaign} state={state} text={text.trim()} onOpen={setOpened} />
      )}
      {opened !== null && <RecipientDialog campaign={campaign.id} row={opened} onClose={() => setOpened(null)} />}
    </Section>
  );
}
