// One list: its people, a page after the other as somebody scrolls.
import { useCallback, useEffect, useRef, useState } from 'react';
import { toNumber } from '../../base/decimal';
import { toFailure, type Failure } from '../../base/fault';
import { number } from '../../base/format';
import { oneLine } from '../../base/foreign';
import { bridge, type Decimal, type FrameRow, type List } from '../../bridge';
import { Button, LinkButton } from '../../parts/Button';
import { ConfirmDialog } from '../../parts/Dialog';
import { Foreign } from '../../parts/Foreign';
import { Empty, FaultNotice } from '../../parts/Notice';
import { Page } from '../../parts/Page';
import { VirtualTable, type VirtualColumn } from '../../parts/VirtualTable';
import { useAction } from '../../state/action';
import { invalidate, useQuery } from '../../state/query';
import { go, toHash } from '../../state/router';
import { say } from '../../state/toast';
import { words } from '../../words';
import { contactWords } from '../../words/contacts';
import { people } from '../campaigns/numbers';
import { toHashWithList } from '../campaigns/wizard/link';

const PAGE = 500;
const COLUMNS_MAX = 6; // shown beside each other; a person's page has all

interface People {
  columns: string[];
  rows: FrameRow[];
  isEnd: boolean;
  failure: Failure | null;
}

function usePeople(name: string) {
  const [found, setFound] = useState<People>({ columns: [], rows: [], isEnd: false, failure: null });
  const busy = useRef(false);
  const turn = useRef(0);

  const ask = useCallback(async (after: Decimal, before: FrameRow[], mine: number) => {
    if (busy.current)
      return;
    busy.current = true;
    try {
      const { columns, rows } = await bridge().listRows(name, after, PAGE);
      if (mine === turn.current)
        setFound({ columns, rows: [...before, ...rows], isEnd: rows.length < PAGE, failure: null });
    } catch (error) {
      if (mine === turn.current)
        setFound((old) => ({ ...old, failure: toFailure(error) }));
    } finally {
      busy.current = false;
    }
  }, [name]);

  useEffect(() => {
    const mine = ++turn.current;
    busy.current = false;
    void ask('0', [], mine);
  }, [ask]);
  const onRange = useCallback((_: number, last: number) => {
    const end = found.rows.at(-1);
    if (!found.isEnd && found.failure === null && end !== undefined && last >= found.rows.length - 100)
      void ask(end.key, found.rows, turn.current);
  }, [ask, found]);
  return { ...found, onRange, again: () => void ask(found.rows.at(-1)?.key ?? '0', found.rows, turn.current) };
}

const TITLES: Record<string, string> = { name: contactWords.column.name, email: contactWords.column.address, phone: contactWords.column.number };

function columnsOf(names: readonly string[]): VirtualColumn<FrameRow>[] {
  return names.slice(0, COLUMNS_MAX).map((name, index) => ({
    head: index < 3 ? (TITLES[name] ?? name) : oneLine(name, 40),
    width: index < 2 ? 'minmax(9rem, 2fr)' : 'minmax(6rem, 1fr)',
    cell: (row) => <Foreign text={row.fields[index] ?? ''} max={120} />,
  }));
}

export function ListView({ name }: { name: string }) {
  const lists = useQuery('lists', () => bridge().lists());
  const list = lists.value?.find((one) => one.name === name);
  const found = usePeople(name);
  const total = Math.max(found.rows.length, found.isEnd || list === undefined ? 0 : toNumber(list.people));

  return (
    <Page
      title={name}
      fill
      back={{ href: toHash('contacts'), text: contactWords.listBack }}
      lead={list !== undefined && contactWords.listLead(people(list.people))}
      actions={<ListActions name={name} list={list} />}
    >
      <FaultNotice failure={found.failure} onRetry={found.again} />
      {found.isEnd && found.rows.length === 0 ? (
        <Empty icon="people" title={contactWords.nobodyOnList} />
      ) : (
        <VirtualTable
          label={oneLine(name, 80)}
          columns={columnsOf(found.columns.length > 0 ? found.columns : ['name', 'email', 'phone'])}
          total={total}
          row={(index) => found.rows[index]}
          onRange={found.onRange}
          onOpen={(row) => go('contacts', 'person', `#${row.key}`)}
        />
      )}
    </Page>
  );
}

function ListActions({ name, list }: { name: string; list: List | undefined }) {
  const [isRemoving, setRemoving] = useState(false);
  const remove = useAction(async () => {
    const gone = await bridge().listRemove(name);
    say(contactWords.removedList(people(gone)));
    invalidate('lists');
    go('contacts');
  });
  const save = useAction(async () => {
    const { name: file, rows } = await bridge().export('list', name);
    if (file !== '')
      say(words.exported(oneLine(file, 80), number(rows)));
  });

  return (
    <>
      <LinkButton kind="primary" icon="campaign" href={toHashWithList(name)}>{contactWords.writeTo}</LinkButton>
      <Button icon="download" busy={save.busy} onClick={() => void save.run()}>{contactWords.exportList}</Button>
      <Button icon="trash" disabled={list === undefined} onClick={() => setRemoving(true)}>{contactWords.removeList}</Button>
      <FaultNotice failure={save.failure} />
      {isRemoving && (
        <ConfirmDialog title={contactWords.removeTitle} text={contactWords.removeText} yes={contactWords.removeYes} danger busy={remove.busy}
          problem={<FaultNotice failure={remove.failure} />} onYes={() => void remove.run()} onClose={() => setRemoving(false)} />
      )}
    </>
  );
}
