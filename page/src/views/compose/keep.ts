// Core keeps what is being written: a moment after a change, and when the view is left. So it is there again when the window has ended, by itself or not.
import { useSyncExternalStore } from 'react';
import { toFailure, type Failure } from '../../base/fault';
import { bridge, type Decimal, type KeptDraft, type KeptDraftIn } from '../../bridge';
import { changeDraft, currentDraft, EMPTY, isEmpty, watchDraft, type Draft } from './draft';
import { forgetReplaced } from './replaced';

const WAIT_MS = 2000; // chosen: what is lost at most, and how often core writes at most
const AGAIN_MS = 10_000; // chosen: after it could not be kept

export interface Keeping {
  isReady: boolean; // core was asked: what it had is there
  failure: Failure | null; // why it could not be read, or is not kept
  back: Draft | null; // as it came back with this window
  changed: Decimal; // when that was last written in
}

const START: Keeping = { isReady: false, failure: null, back: null, changed: '0' };
let keeping = START;
let kept = EMPTY; // what core has
let busy: Promise<void> | null = null; // being asked, or being told
let timer: ReturnType<typeof setTimeout> | undefined;
const watchers = new Set<() => void>();

function set(change: Partial<Keeping>): void {
  keeping = { ...keeping, ...change };
  for (const watcher of watchers)
    watcher();
}

function toKept({ subject, html, text, mode, hasOwnText, template, files, lost }: Draft): KeptDraftIn {
  return { subject, html, text, is_html: mode === 'html', own_text: hasOwnText, template, files: [...files.map(({ name }) => name), ...lost].slice(0, 40) };
}

function fromKept({ subject = '', html = '', text = '', is_html = false, own_text = false, template = '', files = [] }: KeptDraft): Draft {
  return { subject, html, text, mode: is_html ? 'html' : 'text', hasOwnText: own_text, template, files: [], lost: files };
}

/** Asks core for it, once; again only when that failed. Nothing is written over what core may have before it has answered. */
export async function restore(): Promise<void> {
  if (!keeping.isReady && busy === null)
    await alone(ask);
}

async function alone(work: () => Promise<void>): Promise<void> {
  busy = work();
  await busy;
  busy = null;
}

async function ask(): Promise<void> {
  try {
    const found = await bridge().draftShow();
    const draft = fromKept(found);
    if (!isEmpty(draft)) {
      changeDraft(draft);
      kept = currentDraft();
    }
    set({ isReady: true, failure: null, back: isEmpty(draft) ? null : kept, changed: found.changed ?? '0' });
  } catch (error) {
    set({ failure: toFailure(error) });
  }
}

/** Now, if it changed; what is on its way already is waited for. */
export async function keep(): Promise<void> {
  clearTimeout(timer);
  timer = undefined;
  while (busy !== null)
    await busy;
  if (!keeping.isReady || currentDraft() === kept)
    return;
  await alone(tell);
  if (currentDraft() !== kept)
    wait(keeping.failure === null ? WAIT_MS : AGAIN_MS);
}

async function tell(): Promise<void> {
  const draft = currentDraft();
  try {
    await (isEmpty(draft) ? bridge().draftDrop() : bridge().draftKeep(toKept(draft)));
    kept = draft;
    set({ failure: null });
  } catch (error) {
    set({ failure: toFailure(error) });
  }
}

function wait(ms: number): void {
  timer ??= setTimeout(() => void keep(), ms);
}

/** For as long as the page is there. */
export function startKeeping(): () => void {
  const stop = watchDraft(() => wait(WAIT_MS));
  void restore();
  return () => {
    stop();
    clearTimeout(timer);
    timer = undefined;
  };
}

/** Everything was deleted, and this with it. */
export function forgetDraft(): void {
  changeDraft(EMPTY);
  forgetReplaced();
  kept = currentDraft();
  set({ failure: null, back: null });
}

/** As in a window that has just been opened. For tests. */
export function startAgain(): void {
  changeDraft(EMPTY);
  forgetReplaced();
  kept = currentDraft();
  keeping = START;
  busy = null;
  clearTimeout(timer);
  timer = undefined;
}

export function useKeeping(): Keeping {
  return useSyncExternalStore(
    (watcher) => {
      watchers.add(watcher);
      return () => watchers.delete(watcher);
    },
    () => keeping,
  );
}
