// The prepared campaign of this wizard: taken away again when somebody goes back or leaves without sending.
import { useCallback, useEffect, useRef, useState } from 'react';
import { toFailure, type Failure } from '../../../base/fault';
import { bridge, type Decimal, type PrepareSummary } from '../../../bridge';
import { invalidate } from '../../../state/query';
import { toSpec, type Plan } from './plan';

export interface Prepared {
  campaign: Decimal; // '' none
  summary: PrepareSummary | null;
  failure: Failure | null;
  busy: boolean;
  prepare: (plan: Plan) => void;
  discard: () => void;
  keep: () => void; // it was started: it is no longer the wizard's
}

interface State {
  campaign: Decimal;
  summary: PrepareSummary | null;
  failure: Failure | null;
  busy: boolean;
}

const NOTHING: State = { campaign: '', summary: null, failure: null, busy: false };

function throwAway(campaign: Decimal): void {
  if (campaign !== '')
    bridge().campaignDiscard(campaign).then(() => invalidate('campaigns/'), () => {}); // it stays in the list of prepared ones, where it can be thrown away
}

export function usePrepared(): Prepared {
  const [state, setState] = useState<State>(NOTHING);
  const mine = useRef<Decimal>('');
  const turn = useRef(0);

  const discard = useCallback(() => {
    turn.current++;
    throwAway(mine.current);
    mine.current = '';
    setState(NOTHING);
  }, []);
  const prepare = useCallback((plan: Plan) => {
    discard();
    const now = ++turn.current;
    setState({ ...NOTHING, busy: true });
    bridge().campaignPrepare(toSpec(plan), plan.files).then(
      ({ campaign, summary }) => {
        if (now !== turn.current)
          return throwAway(campaign);
        mine.current = campaign;
        setState({ campaign, summary, failure: null, busy: false });
      },
      (error: unknown) => {
        if (now === turn.current)
          setState({ ...NOTHING, failure: toFailure(error) });
      },
    );
  }, [discard]);
  const keep = useCallback(() => {
    mine.current = '';
  }, []);

  useEffect(() => () => {
    turn.current++;
    throwAway(mine.current);
  }, []);
  return { ...state, prepare, discard, keep };
}
