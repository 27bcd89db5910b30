// The people of a list as core sorts and finds them: asked for a page at a time, where somebody looks.
import { useCallback, useEffect, useRef, useState } from 'react';
import { toNumber } from '../../../base/decimal';
import { toFailure, type Failure } from '../../../base/fault';
import { bridge, type FrameRow } from '../../../bridge';

const PAGE = 200;
const PAGES_MAX = 40; // kept; chosen: 8,000 rows, whatever the list's size
const WAIT_MS = 250; // while somebody types

export interface Order {
  field: string; // '' as they came
  isDown: boolean;
}

export function useListPages(name: string, text: string, order: Order) {
  const pages = useRef(new Map<number, FrameRow[]>());
  const asking = useRef(new Set<number>());
  const turn = useRef(0);
  const range = useRef<[number, number]>([0, 0]);
  const [head, setHead] = useState<{ total: number; columns: string[] } | null>(null);
  const [, redraw] = useState(0);
  const [failure, setFailure] = useState<Failure | null>(null);

  const ask = useCallback(async (page: number) => {
    const mine = turn.current;
    if (asking.current.has(page))
      return;
    asking.current.add(page);
    try {
      const { total, columns, rows } = await bridge().listFind(name, text, order.field, order.isDown, String(page * PAGE), PAGE);
      if (mine !== turn.current)
        return;
      pages.current.set(page, rows);
      for (const old of pages.current.keys())
        if (pages.current.size > PAGES_MAX && (old < range.current[0] || old > range.current[1]))
          pages.current.delete(old);
      setHead({ total: toNumber(total), columns });
      setFailure(null);
    } catch (error) {
      if (mine === turn.current)
        setFailure(toFailure(error));
    } finally {
      if (mine === turn.current)
        asking.current.delete(page);
    }
    redraw((count) => count + 1);
  }, [name, text, order.field, order.isDown]);

  const again = useCallback(() => {
    turn.current++;
    asking.current.clear();
    pages.current.clear();
    void ask(range.current[0]);
  }, [ask]);
  useEffect(() => {
    range.current = [0, 0];
    const timer = setTimeout(again, text === '' ? 0 : WAIT_MS);
    return () => {
      turn.current++;
      clearTimeout(timer);
    };
  }, [again, text]);

  const onRange = useCallback((first: number, last: number) => {
    range.current = [Math.floor(first / PAGE), Math.floor(last / PAGE)];
    for (let page = range.current[0]; page <= range.current[1]; page++)
      if (!pages.current.has(page))
        void ask(page);
  }, [ask]);
  const row = (index: number) => pages.current.get(Math.floor(index / PAGE))?.[index % PAGE];
  return { head, row, onRange, failure, again };
}
