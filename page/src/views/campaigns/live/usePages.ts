// The recipients of a campaign by their number: ids run 1..total without gaps, so row i stands behind id i. Kept a page at a time.
import { useCallback, useEffect, useRef, useState } from 'react';
import { toFailure, type Failure } from '../../../base/fault';
import { bridge, type Decimal } from '../../../bridge';
import { useEvery } from '../../../state/every';
import { toLedgerRow, type LedgerRow } from './ledger';

export const PAGE = 200; // rows; chosen: one question for what a screen or two can show
const PAGES_MAX = 40; // kept; chosen: 8,000 rows, whatever the campaign's size
const FRESH_MS = 2000;

export function usePages(campaign: Decimal, isMoving: boolean) {
  const pages = useRef(new Map<number, LedgerRow[]>());
  const asking = useRef(new Set<number>());
  const range = useRef<[number, number]>([0, 0]);
  const [, setTurn] = useState(0);
  const [failure, setFailure] = useState<Failure | null>(null);

  const ask = useCallback(async (page: number) => {
    if (asking.current.has(page))
      return;
    asking.current.add(page);
    try {
      const { rows } = await bridge().campaignRows(campaign, String(page * PAGE), PAGE);
      pages.current.delete(page); // the newest stands last: the oldest goes first
      pages.current.set(page, rows.map(toLedgerRow));
      for (const old of pages.current.keys())
        if (pages.current.size > PAGES_MAX && (old < range.current[0] || old > range.current[1]))
          pages.current.delete(old);
      setFailure(null);
    } catch (error) {
      setFailure(toFailure(error));
    } finally {
      asking.current.delete(page);
    }
    setTurn((turn) => turn + 1);
  }, [campaign]);

  const onRange = useCallback((first: number, last: number) => {
    range.current = [Math.floor(first / PAGE), Math.floor(last / PAGE)];
    for (let page = range.current[0]; page <= range.current[1]; page++)
      if (!pages.current.has(page))
        void ask(page);
  }, [ask]);

  const refresh = useCallback(() => {
    for (let page = range.current[0]; page <= range.current[1]; page++)
      void ask(page);
  }, [ask]);
  useEvery(isMoving ? FRESH_MS : null, refresh);
  useEffect(refresh, [isMoving, refresh]); // the last state, once it stands still

  const row = (index: number) => pages.current.get(Math.floor(index / PAGE))?.[index % PAGE];
  return { row, onRange, failure, refresh };
}
