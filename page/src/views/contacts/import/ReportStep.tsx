import { useState } from 'react';
import { isZero, toNumber } from '../../../base/decimal';
import { count, number } from '../../../base/format';
import { oneLine, sentence } from '../../../base/foreign';
import { bridge } from '../../../bridge';
import { Button, LinkButton } from '../../../parts/Button';
import { Foreign } from '../../../parts/Foreign';
import { FaultNotice, Notice } from '../../../parts/Notice';
import { Facts, Section } from '../../../parts/Page';
import { Table, type Column } from '../../../parts/Table';
import { useAction } from '../../../state/action';
import { invalidate } from '../../../state/query';
import { toHash } from '../../../state/router';
import { say } from '../../../state/toast';
import { words } from '../../../words';
import { importWords } from '../../../words/contacts';
import type { Done } from './done';
import { MendRow } from './MendRow';
import type { Reject } from './rejects';

const { report: text, reasons } = importWords;
const sum = (rows: Record<string, string>) => Object.values(rows).reduce((all, value) => all + toNumber(value), 0);

const columnsWith = (onMend: ((reject: Reject) => void) | null): Column<Reject>[] => [
  { head: text.column.row, kind: 'number', cell: (reject) => number(reject.row) },
  { head: text.column.field, cell: (reject) => <Foreign text={importWords.look.roles[reject.field === 'field' ? '' : reject.field] ?? reject.field} max={40} /> },
  { head: text.column.value, cell: (reject) => <Foreign text={reject.value} max={80} /> },
  { head: text.column.why, cell: (reject) => <Foreign text={sentence(reject.sentence || (reasons[reject.reason] ?? reject.reason))} max={160} /> },
  ...(onMend === null ? [] : [{ head: text.column.mend, kind: 'actions' as const, cell: (reject: Reject) => reject.isRow && reject.cells.length > 0 && <Button kind="quiet" onClick={() => onMend(reject)}>{text.mend(number(reject.row))}</Button> }]),
];

const doubtColumns = (isStored: boolean): Column<Reject>[] => [
  { head: text.column.row, kind: 'number', cell: (doubt) => number(doubt.row) },
  { head: text.column.value, cell: (doubt) => (isStored ? <a href={toHash('contacts', 'person', doubt.value)} tabIndex={-1}><Foreign text={doubt.value} max={80} /></a> : <Foreign text={doubt.value} max={80} />) },
  { head: text.column.why, cell: (doubt) => <Foreign text={sentence(doubt.sentence || (reasons[doubt.reason] ?? doubt.reason))} max={160} /> },
];

/** Values that were taken although they look like typing errors. */
function Doubts({ doubts, total, isStored }: { doubts: readonly Reject[]; total: number; isStored: boolean }) {
  return (
    <Section title={text.doubted} card={false}>
      <p className="muted">{isStored ? text.doubtedHint : text.doubtedDry}</p>
      <Table label={text.doubted} columns={doubtColumns(isStored)} rows={doubts} rowKey={(doubt) => `${doubt.row}-${doubt.field}-${doubt.value}`} />
      {doubts.length < total && <p className="muted small">{text.shownFirst(number(doubts.length))}</p>}
    </Section>
  );
}

export function ReportStep({ done, onAnother }: { done: Done; onAnother: () => void }) {
  const { report, list, options } = done;
  const [rejects, setRejects] = useState(done.rejects);
  const [mending, setMending] = useState<Reject | null>(null);
  const rejected = sum(report.rejected);
  const doubted = sum(report.hints);
  const leftOut = Object.entries(report.left_out).filter(([, value]) => !isZero(value));
  const figures = [
    [text.figure.read, report.read], [text.figure.new, report.new], [text.figure.updated, report.updated],
    [text.figure.merged, report.merged], [text.figure.unchanged, report.unchanged], [text.figure.rejected, String(rejected)],
  ] as const;
  const save = useAction(async () => {
    const { name, rows } = await bridge().export('rejects', '');
    if (name !== '')
      say(words.exported(oneLine(name, 80), number(rows)));
  });

  const undo = useAction(async () => {
    const gone = await bridge().importUndo(report.import ?? '0');
    say(text.undone(count(toNumber(gone.removed), 'person', 'people')));
    invalidate('lists');
    onAnother();
  });

  return (
    <>
      <Section title={list === '' ? text.dryTitle : text.title}>
        {list === '' && <Notice>{text.dryText}</Notice>}
        <dl className="figures">
          {figures.map(([name, value]) => (
            <div key={name} className="figure">
              <dt className="figure-name">{name}</dt>
              <dd className="figure-value">{number(value)}</dd>
            </div>
          ))}
        </dl>
        {rejected === 0 && <p className="muted">{text.allFine}</p>}
        {leftOut.length > 0 && (
          <div className="stack-tight">
            <h3>{text.leftOut}</h3>
            <Facts rows={leftOut.map(([reason, value]) => [reasons[reason] ?? reason, number(value)] as const)} />
          </div>
        )}
        <div className="row">
          {list !== '' && <LinkButton kind="primary" href={toHash('contacts', 'list', list)}>{text.openList}</LinkButton>}
          <Button onClick={onAnother}>{text.another}</Button>
          {report.import !== undefined && <Button busy={undo.busy} onClick={() => void undo.run()}>{text.undo}</Button>}
        </div>
        <FaultNotice failure={undo.failure} />
      </Section>
      {doubted > 0 && <Doubts doubts={done.doubts} total={doubted} isStored={list !== ''} />}
      {(rejected > 0 || rejects.length > 0) && (
        <Section title={text.rejected} card={false} actions={<Button icon="download" busy={save.busy} onClick={() => void save.run()}>{text.exportRejects}</Button>}>
          <p className="muted">{text.rejectedHint(count(rejected, 'row', 'rows'))}</p>
          <FaultNotice failure={save.failure} />
          <Table label={text.rejected} columns={columnsWith(list !== '' ? setMending : null)} rows={rejects} rowKey={(reject) => `${reject.row}-${reject.field}-${reject.value}`} />
          {mending !== null && (
            <MendRow reject={mending} list={list} options={options} onClose={() => setMending(null)} onMended={() => {
              setRejects(rejects.filter((one) => one.row !== mending.row));
              say(text.mended(number(mending.row)));
              setMending(null);
            }} />
          )}
          {done.rejects.length < rejected && <p className="muted small">{text.shown(number(rejects.length))}</p>}
        </Section>
      )}
    </>
  );
}
