// Recipients by state and text: asked for page by page, as far as somebody looks.
import { useCallback, useEffect, useRef, useState } from 'react';
import { toFailure, type Failure } from '../../../base/fault';
import { bridge, type Decimal } from '../../../bridge';
import { toLedgerRow, type LedgerRow } from './ledger';

const PAGE = 200;
const ROWS_MAX = 20_000; // chosen: who needs more exports the file

interface Found {
  rows: LedgerRow[];
  next: Decimal; // '' when the end was reached
  busy: boolean;
  failure: Failure | null;
}

const NOTHING: Found = { rows: [], next: '0', busy: true, failure: null };

export function useFound(campaign: Decimal, state: string, text: string) {
  const [found, setFound] = useState<Found>(NOTHING);
  const turn = useRef(0);

  const ask = useCallback(async (before: Found, wanted: number, mine: number) => {
    let { rows, next } = before;
    setFound({ rows, next, busy: true, failure: null });
    try {
      while (next !== '' && rows.length < wanted && mine === turn.current) {
        const answer = await bridge().campaignFind(campaign, state === '' ? [] : [state], text, next, PAGE);
        rows = [...rows, ...answer.rows.map(toLedgerRow)];
        next = answer.scanned === '0' || rows.length >= ROWS_MAX ? '' : answer.scanned;
        if (mine === turn.current)
          setFound({ rows, next, busy: next !== '' && rows.length < wanted, failure: null });
      }
    } catch (error) {
      if (mine === turn.current)
        setFound({ rows, next, busy: false, failure: toFailure(error) });
    }
  }, [campaign, state, text]);

  useEffect(() => {
    const mine = ++turn.current;
    const timer = setTimeout(() => void ask(NOTHING, PAGE, mine), text === '' ? 0 : 250); // while somebody types
    return () => {
      turn.current++;
      clearTimeout(timer);
    };
  }, [ask, text]);

  const onRange = useCallback((_: number, last: number) => {
    if (!found.busy && found.next !== '' && found.failure === null && last >= found.rows.length - 50)
      void ask(found, found.rows.length + PAGE, turn.current);
  }, [ask, found]);
  const again = () => void ask(NOTHING, PAGE, ++turn.current);
  return { ...found, onRange, again };
}
