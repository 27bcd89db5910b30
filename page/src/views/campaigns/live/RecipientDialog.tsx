import { number, momentIso } from '../../../base/format';
import { Badge } from '../../../parts/Badge';
import { LinkButton } from '../../../parts/Button';
import { Dialog } from '../../../parts/Dialog';
import { Foreign } from '../../../parts/Foreign';
import { Disclosure, Facts } from '../../../parts/Page';
import { toHash } from '../../../state/router';
import { words } from '../../../words';
import { liveWords } from '../../../words/campaigns';
import type { Decimal } from '../../../bridge';
import type { LedgerRow } from './ledger';
import { SentLetter } from './SentLetter';

export function RecipientDialog({ campaign, row, onClose }: { campaign: Decimal; row: LedgerRow; onClose: () => void }) {
  const name = liveWords.detailRows;
  return (
    <Dialog title={liveWords.detail} wide onClose={onClose} actions={row.address !== '' && <LinkButton icon="people" href={toHash('contacts', 'person', row.address)}>{liveWords.person}</LinkButton>}>
      <Facts
        rows={[
          [name.name, <Foreign key="n" text={row.name} />],
          [name.address, <Foreign key="a" text={row.address} />],
          [name.state, <Badge key="s" state={row.state} />],
          ...(row.reason === '' ? [] : [[name.reason, words.reason[row.reason] ?? row.reason] as const]),
          ...(momentIso(row.time) === '' ? [] : [[name.time, momentIso(row.time)] as const]),
          [name.attempts, number(row.attempts)],
        ]}
      />
      {row.reply !== '' && (
        <div className="stack-tight">
          <h3>{name.reply}</h3>
          <p className="reply">
            <Foreign text={row.reply} max={2000} />
          </p>
        </div>
      )}
      {(row.state !== 'skipped' || row.version !== '0') && <SentLetter campaign={campaign} recipient={row.id} />}
      <Disclosure summary={words.details}>
        <Facts rows={[[name.id, <Foreign key="m" text={row.messageId} />], [name.version, row.version]]} />
      </Disclosure>
    </Dialog>
  );
}
