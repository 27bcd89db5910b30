import { useEffect, useRef } from 'react';

/** Calls again and again while `ms` is not null. */
export function useEvery(ms: number | null, call: () => void): void {
  const latest = useRef(call);
  latest.current = call;
  useEffect(() => {
    if (ms === null)
      return;
    const timer = setInterval(() => latest.current(), ms);
    return () => clearInterval(timer);
  }, [ms]);
}
