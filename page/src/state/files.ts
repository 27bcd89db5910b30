// A contact file that was dropped anywhere on the window waits here until the import view takes it.
import { useSyncExternalStore } from 'react';
import type { ChosenFileRow } from '../bridge';

let waiting: ChosenFileRow | null = null;
const watchers = new Set<() => void>();

export function setDropped(file: ChosenFileRow | null): void {
  waiting = file;
  for (const watcher of watchers)
    watcher();
}

export function useDropped(): ChosenFileRow | null {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => waiting,
  );
}
