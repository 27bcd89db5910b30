import { useState } from 'react';
import { day, number } from '../../base/format';
import { oneLine } from '../../base/foreign';
import { bridge, type Suppressed } from '../../bridge';
import { Button } from '../../parts/Button';
import { ConfirmDialog } from '../../parts/Dialog';
import { Foreign } from '../../parts/Foreign';
import { Empty, FaultNotice, Loading } from '../../parts/Notice';
import { Page } from '../../parts/Page';
import { Table, type Column } from '../../parts/Table';
import { useAction } from '../../state/action';
import { usePagesOf } from '../../state/pages';
import { say } from '../../state/toast';
import { words } from '../../words';
import { suppressionWords as text } from '../../words/rest';
import { AddSuppressed } from './AddSuppressed';
import { scopeText } from './scope';

const PAGE = 100;

export function Suppressions() {
  const pages = usePagesOf<Suppressed>((last) => bridge().suppressList(last?.id ?? '0', PAGE), PAGE);
  const [isAdding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<Suppressed | null>(null);
  const save = useAction(async () => {
    const { name, rows } = await bridge().export('suppressions', '');
    if (name !== '')
      say(words.exported(oneLine(name, 80), number(rows)));
  });
  const remove = useAction(async (row: Suppressed) => {
    await bridge().suppressRemove([row.address], row.scope);
    say(text.removed);
    setRemoving(null);
    pages.again();
  });

  return (
    <Page
      title={text.title}
      lead={text.lead}
      actions={
        <>
          <Button kind="primary" icon="plus" onClick={() => setAdding(true)}>{text.add}</Button>
          <Button icon="download" busy={save.busy} onClick={() => void save.run()}>{text.export}</Button>
        </>
      }
    >
      <FaultNotice failure={pages.failure ?? save.failure} onRetry={pages.again} />
      {pages.rows === undefined ? (
        pages.failure === null && <Loading rows={6} />
      ) : pages.rows.length === 0 ? (
        <Empty icon="stop" title={text.empty}>{text.emptyText}</Empty>
      ) : (
        <>
          <Table label={text.label} columns={columnsOf(setRemoving)} rows={pages.rows} rowKey={(row) => row.id} />
          {!pages.isEnd && <Button busy={pages.busy} onClick={pages.more}>{words.more}</Button>}
        </>
      )}
      {isAdding && (
        <AddSuppressed
          onClose={() => setAdding(false)}
          onAdded={() => {
            setAdding(false);
            pages.again();
          }}
        />
      )}
      {removing !== null && (
        <ConfirmDialog title={text.removeTitle} text={<p dir="auto">{text.removeText(oneLine(removing.address, 100))}</p>} yes={text.remove} busy={remove.busy}
          problem={<FaultNotice failure={remove.failure} />} onYes={() => void remove.run(removing)} onClose={() => setRemoving(null)} />
      )}
    </Page>
  );
}

function columnsOf(onRemove: (row: Suppressed) => void): Column<Suppressed>[] {
  return [
    { head: text.column.address, cell: (row) => (row.address === '' ? <span className="muted">{text.forgotten}</span> : <Foreign text={row.address} max={80} />) },
    { head: text.column.scope, cell: (row) => <bdi>{scopeText(row.scope)}</bdi> },
    { head: text.column.reason, kind: 'words', cell: (row) => <Foreign text={text.reasons[row.reason] ?? row.reason} max={80} /> },
    { head: text.column.source, kind: 'spare', cell: (row) => <Foreign text={text.sources[row.source] ?? row.source} max={40} /> },
    { head: text.column.time, kind: 'number', cell: (row) => day(row.time) },
    {
      head: text.column.actions,
      kind: 'actions',
      cell: (row) => row.address !== '' && <Button className="button-small" onClick={() => onRemove(row)}>
          {text.remove}
          <span className="visually-hidden">: {oneLine(row.address, 60)}</span>
        </Button>,
    },
  ];
}
