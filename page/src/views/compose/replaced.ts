// A letter that was replaced as a whole (begun anew, a template opened) can be taken back, until another one is replaced or the window is closed.
import { useSyncExternalStore } from 'react';
import { bridge } from '../../bridge';
import { offerUndo, type Step } from '../../state/undo';
import { currentDraft, isEmpty, setDraft, watchDraft, type Draft } from './draft';

interface Replaced {
  before: Draft;
  after: Draft;
}

let replaced: Replaced | null = null;

const filesOf = (from: Replaced | null) => [...(from?.before.files ?? []), ...(from?.after.files ?? [])];

/** Files stay the window's for as long as a letter has them that is there (`now`) or can come back. */
function set(next: Replaced | null, now: Draft): void {
  const held = new Set([...filesOf(next), ...now.files].map(({ file }) => file));
  for (const { file } of filesOf(replaced))
    if (!held.has(file))
      bridge().releaseFile(file).catch(() => {}); // it is released with the window at the latest
  replaced = next;
}

export function replaceDraft(change: Partial<Draft>): void {
  const before = currentDraft();
  const after = { ...before, ...change };
  set(isEmpty(before) && before.files.length === 0 ? null : { before, after }, after);
  setDraft(after);
}

/** The letter before comes back; the one that is there can be brought back in its turn. */
export function takeBack(): void {
  if (replaced !== null)
    replaceDraft(replaced.before);
}

/** Ctrl+Z and Ctrl+Shift+Z while nothing was typed since. */
function step(wanted: Step): boolean {
  const [from, to] = wanted === 'undo' ? [replaced?.after, replaced?.before] : [replaced?.before, replaced?.after];
  if (from !== currentDraft() || to === undefined)
    return false;
  setDraft(to);
  return true;
}

/** While the letter is on the screen. */
export const offerReplaced = (): (() => void) => offerUndo(step);

export function forgetReplaced(): void {
  set(null, currentDraft());
}

/** What can be brought back, or null. */
export function useReplaced(): Draft | null {
  return useSyncExternalStore(watchDraft, () => (replaced === null || currentDraft() === replaced.before ? null : replaced.before));
}
