// Whom a letter is shown as: the people of a list that have an address, one after the other, from the first one on; or somebody who was looked for.
import { useCallback, useEffect, useState } from 'react';
import { isZero } from '../../base/decimal';
import { toFailure, type Failure } from '../../base/fault';
import { bridge, type Decimal, type FrameRow } from '../../bridge';
import { useQuery } from '../../state/query';

const PAGE = 50;
const EMAIL = 1; // in frame PEOPLE: name, address, number, then fields

export interface Somebody {
  id: Decimal;
  name: string;
  list: string; // '' looked for
}

interface Found {
  list: string;
  rows: FrameRow[];
  isEnd: boolean;
}

const NOBODY: Found = { list: '', rows: [], isEnd: false };

/** More rows, until some of them have an address. */
async function more(before: Found): Promise<Found> {
  let { rows, isEnd } = before;
  let after = rows.at(-1)?.key ?? '0';
  const wanted = rows.length + 1;
  while (!isEnd && rows.length < wanted) {
    const page = await bridge().listRows(before.list, after, PAGE);
    isEnd = page.rows.length < PAGE;
    after = page.rows.at(-1)?.key ?? after;
    rows = [...rows, ...page.rows.filter((row) => (row.fields[EMAIL] ?? '') !== '')];
  }
  return { list: before.list, rows, isEnd };
}

export function usePeople() {
  const lists = useQuery('lists', () => bridge().lists());
  const [chosen, setChosen] = useState('');
  const [found, setFound] = useState<Found>(NOBODY);
  const [at, setAt] = useState(0);
  const [lookedFor, setLookedFor] = useState<Somebody | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const names = (lists.value ?? []).filter((list) => !isZero(list.with_email)).map((list) => list.name);
  const list = names.includes(chosen) ? chosen : (names[0] ?? '');

  const ask = useCallback((before: Found) => {
    let isCurrent = true;
    more(before).then(
      (next) => isCurrent && (setFound(next), setFailure(null)),
      (error: unknown) => isCurrent && setFailure(toFailure(error)),
    );
    return () => {
      isCurrent = false;
    };
  }, []);
  useEffect(() => {
    setAt(0);
    return list === '' ? undefined : ask({ ...NOBODY, list });
  }, [ask, list]);
  useEffect(() => (found.list === list && list !== '' && !found.isEnd && at >= found.rows.length - 1 ? ask(found) : undefined), [ask, at, found, list]);

  const row = found.list === list ? found.rows[at] : undefined;
  const somebody: Somebody | null = lookedFor ?? (row === undefined ? null : { id: row.key, name: row.fields[0] || row.fields[EMAIL] || '', list });
  return {
    somebody,
    isAsked: lookedFor !== null || failure !== null || (lists.value !== undefined && (list === '' || (found.list === list && (row !== undefined || found.isEnd)))) || lists.failure !== null,
    failure: lists.failure ?? failure,
    names,
    list,
    choose: (name: string) => {
      setLookedFor(null);
      setChosen(name);
    },
    lookFor: setLookedFor,
    before: lookedFor === null && at > 0 ? () => setAt(at - 1) : null,
    next: lookedFor === null && at < found.rows.length - 1 ? () => setAt(at + 1) : null,
  };
}

export type People = ReturnType<typeof usePeople>;
