// One thing that a person asked for: runs once at a time, and says how it went.
import { useCallback, useRef, useState } from 'react';
import { toFailure, type Failure } from '../base/fault';

export interface Action<A extends unknown[]> {
  run: (...args: A) => Promise<boolean>;
  busy: boolean;
  failure: Failure | null;
  clear: () => void;
}

export function useAction<A extends unknown[]>(call: (...args: A) => Promise<void>): Action<A> {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<Failure | null>(null);
  const latest = useRef(call);
  const running = useRef(false);
  latest.current = call;

  const run = useCallback(async (...args: A) => {
    if (running.current)
      return false;
    running.current = true;
    setBusy(true);
    setFailure(null);
    try {
      await latest.current(...args);
      return true;
    } catch (error) {
      setFailure(toFailure(error));
      return false;
    } finally {
      running.current = false;
      setBusy(false);
    }
  }, []);
  const clear = useCallback(() => setFailure(null), []);
  return { run, busy, failure, clear };
}
