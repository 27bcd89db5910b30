// Short words that come and go: what was done, or what went wrong with it.
import { useSyncExternalStore } from 'react';
import { toFailure } from '../base/fault';

export interface Toast {
  id: number;
  kind: 'done' | 'failed';
  text: string;
}

const SHOWN_MS = { done: 5000, failed: 12000 }; // chosen: long enough to read twice
let toasts: readonly Toast[] = [];
let last = 0;
const watchers = new Set<() => void>();

function set(next: readonly Toast[]): void {
  toasts = next;
  for (const watcher of watchers)
    watcher();
}

export function dismiss(id: number): void {
  set(toasts.filter((toast) => toast.id !== id));
}

function show(kind: Toast['kind'], text: string): void {
  const id = ++last;
  set([...toasts.slice(-3), { id, kind, text }]);
  setTimeout(() => dismiss(id), SHOWN_MS[kind]);
}

export const say = (text: string): void => show('done', text);
export const sayFailed = (error: unknown): void => show('failed', toFailure(error).text);

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => toasts,
  );
}
