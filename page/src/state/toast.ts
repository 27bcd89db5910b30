// Short words that come and go: what was done, or what went wrong with it.
import { useSyncExternalStore } from 'react';
import { toFailure } from '../base/fault';

export interface Toast {
  id: number;
  kind: 'done' | 'failed';
  text: string;
  action: ToastAction | null;
}

export interface ToastAction {
  label: string;
  run: () => void;
}

const SHOWN_MS = { done: 5000, failed: 12000 }; // chosen: long enough to read twice
const ACTION_MS = 12000; // chosen: and to decide
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

function show(kind: Toast['kind'], text: string, action: ToastAction | null): void {
  const id = ++last;
  set([...toasts.slice(-3), { id, kind, text, action }]);
  setTimeout(() => dismiss(id), action === null ? SHOWN_MS[kind] : ACTION_MS);
}

/** action: what can still be done about it; the toast goes with it. */
export const say = (text: string, action: ToastAction | null = null): void => show('done', text, action);
export const sayFailed = (error: unknown): void => show('failed', toFailure(error).text, null);

export function useToasts(): readonly Toast[] {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => toasts,
  );
}
