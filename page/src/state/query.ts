// Asking core and remembering the answer while it is shown: one entry a key, the old value stays on the screen while it is asked again.
import { useCallback, useEffect, useRef, useSyncExternalStore } from 'react';
import { toFailure, type Failure } from '../base/fault';

interface Entry {
  value: unknown;
  has: boolean;
  failure: Failure | null;
  busy: boolean;
  stale: boolean;
  turn: number;
  watchers: Set<() => void>;
  snapshot: Query<unknown>;
}

export interface Query<T> {
  value: T | undefined;
  failure: Failure | null;
  busy: boolean;
}

const IDLE: Query<never> = { value: undefined, failure: null, busy: false };
const START: Query<never> = { value: undefined, failure: null, busy: true };
const entries = new Map<string, Entry>();
const ENTRIES_MAX = 200; // chosen: more than any view shows

function entryOf(key: string): Entry {
  let entry = entries.get(key);
  if (entry === undefined) {
    entry = { value: undefined, has: false, failure: null, busy: false, stale: true, turn: 0, watchers: new Set(), snapshot: START };
    entries.set(key, entry);
    sweep();
  }
  return entry;
}

function sweep(): void {
  for (const [key, entry] of entries) {
    if (entries.size <= ENTRIES_MAX)
      return;
    if (entry.watchers.size === 0)
      entries.delete(key);
  }
}

function tell(entry: Entry): void {
  entry.snapshot = { value: entry.value, failure: entry.failure, busy: entry.busy };
  for (const watcher of entry.watchers)
    watcher();
}

async function ask(entry: Entry, call: () => Promise<unknown>): Promise<void> {
  const turn = ++entry.turn;
  entry.busy = true;
  entry.stale = false;
  tell(entry);
  try {
    const value = await call();
    if (turn !== entry.turn)
      return; // a later question was asked meanwhile
    Object.assign(entry, { value, has: true, failure: null, busy: false });
  } catch (error) {
    if (turn !== entry.turn)
      return;
    Object.assign(entry, { failure: toFailure(error), busy: false });
  }
  tell(entry);
}

/** Asks once for `key` (null: not at all) and again after invalidate(). */
export function useQuery<T>(key: string | null, call: () => Promise<T>): Query<T> & { again: () => void } {
  const latest = useRef(call);
  latest.current = call;

  const subscribe = useCallback((watcher: () => void) => {
    if (key === null)
      return () => {};
    const entry = entryOf(key);
    const wake = () => {
      watcher();
      if (entry.stale && !entry.busy)
        void ask(entry, () => latest.current());
    };
    entry.watchers.add(wake);
    if (entry.stale && !entry.busy)
      void ask(entry, () => latest.current());
    return () => {
      entry.watchers.delete(wake);
      if (entry.watchers.size === 0)
        entry.stale = true; // who comes back sees the old value at once and the new one soon
    };
  }, [key]);

  const snapshot = useSyncExternalStore(subscribe, () => (key === null ? IDLE : entryOf(key).snapshot) as Query<T>);
  const again = useCallback(() => {
    if (key !== null)
      void ask(entryOf(key), () => latest.current());
  }, [key]);
  return { ...snapshot, again };
}

/** Asks again for every key that begins with `prefix` and is on the screen; others when they come back. */
export function invalidate(prefix: string): void {
  for (const [key, entry] of entries)
    if (key.startsWith(prefix)) {
      entry.stale = true;
      for (const watcher of [...entry.watchers])
        watcher();
    }
}

/** Puts a value that came by an event where the answer would be. */
export function put<T>(key: string, value: T): void {
  const entry = entryOf(key);
  entry.turn++;
  Object.assign(entry, { value, has: true, failure: null, busy: false, stale: false });
  tell(entry);
}

export function forgetAll(): void {
  entries.clear();
}

/** An event of the bridge for as long as the component is there. */
export function useEvent<A extends unknown[]>(subscribe: (listener: (...args: A) => void) => () => void, listener: (...args: A) => void): void {
  const latest = useRef(listener);
  latest.current = listener;
  useEffect(() => subscribe((...args: A) => latest.current(...args)), []);
}
