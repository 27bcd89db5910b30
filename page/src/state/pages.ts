// A list that is asked for a page at a time, and grows when somebody wants more.
import { useCallback, useEffect, useRef, useState } from 'react';
import { toFailure, type Failure } from '../base/fault';

interface Pages<T> {
  rows: readonly T[] | undefined;
  isEnd: boolean;
  busy: boolean;
  failure: Failure | null;
}

export function usePagesOf<T>(ask: (last: T | undefined) => Promise<T[]>, page: number) {
  const [found, setFound] = useState<Pages<T>>({ rows: undefined, isEnd: false, busy: true, failure: null });
  const latest = useRef(ask);
  const turn = useRef(0);
  latest.current = ask;

  const load = useCallback(async (before: readonly T[]) => {
    const mine = ++turn.current;
    setFound((old) => ({ ...old, busy: true, failure: null }));
    try {
      const rows = await latest.current(before.at(-1));
      if (mine === turn.current)
        setFound({ rows: [...before, ...rows], isEnd: rows.length < page, busy: false, failure: null });
    } catch (error) {
      if (mine === turn.current)
        setFound((old) => ({ ...old, busy: false, failure: toFailure(error) }));
    }
  }, [page]);

  useEffect(() => {
    void load([]);
    return () => {
      turn.current++;
    };
  }, [load]);
  return { ...found, more: () => void load(found.rows ?? []), again: () => void load([]) };
}
