// What is being written, in every view. Core keeps it (keep.ts), so that it outlives the window.
import { table } from '../../words/table';
import { useSyncExternalStore } from 'react';
import type { ChosenFile, ChosenFileRow, MessageFile } from '../../bridge';

export interface DraftFile {
  file: ChosenFile;
  name: string;
  size: string;
  role: 'attach' | 'inline';
}

export interface Draft {
  mode: 'text' | 'html';
  subject: string;
  html: string;
  text: string;
  hasOwnText: boolean;
  template: string;
  files: readonly DraftFile[];
  lost: readonly string[]; // names of files that went with an earlier window, and have to be attached again
}

export const EMPTY: Draft = { mode: 'text', subject: '', html: '', text: '', hasOwnText: false, template: '', files: [], lost: [] };
let draft = EMPTY;
const watchers = new Set<() => void>();

export function changeDraft(change: Partial<Draft>): void {
  setDraft({ ...draft, ...change });
}

/** This very letter: whoever kept it knows it again. */
export function setDraft(next: Draft): void {
  draft = next;
  for (const watcher of watchers)
    watcher();
}

export const currentDraft = () => draft;

export function watchDraft(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

export function useDraft(): Draft {
  return useSyncExternalStore(watchDraft, currentDraft);
}

/** What goes out: in text mode no HTML; in HTML mode text only if it is their own (else core makes it). */
export function partsOf(from: Draft): { subject: string; html: string; text: string } {
  return {
    subject: from.subject,
    html: from.mode === 'html' ? from.html : '',
    text: from.mode === 'text' || from.hasOwnText ? from.text : '',
  };
}

export function isEmpty(from: Draft): boolean {
  const parts = partsOf(from);
  return parts.subject.trim() === '' && parts.html.trim() === '' && parts.text.trim() === '';
}

export function fromParts(parts: Record<string, string>): Partial<Draft> {
  const html = parts['html'] ?? '';
  const text = parts['text'] ?? '';
  return { subject: parts['subject'] ?? '', html, text, mode: html !== '' ? 'html' : 'text', hasOwnText: html !== '' && text !== '' };
}

export function addFiles(chosen: readonly ChosenFileRow[], role: DraftFile['role']): void {
  const names = new Set(chosen.map(({ name }) => name));
  changeDraft({ files: [...draft.files, ...chosen.map(({ file, name, size }) => ({ file, name, size, role }))], lost: draft.lost.filter((name) => !names.has(name)) });
}

const TYPES = table({
  pdf: 'application/pdf', png: 'image/png', jpg: 'image/jpeg', jpeg: 'image/jpeg', gif: 'image/gif', webp: 'image/webp', svg: 'image/svg+xml',
  txt: 'text/plain', csv: 'text/csv', ics: 'text/calendar', zip: 'application/zip', doc: 'application/msword', odt: 'application/vnd.oasis.opendocument.text',
  docx: 'application/vnd.openxmlformats-officedocument.wordprocessingml.document', xlsx: 'application/vnd.openxmlformats-officedocument.spreadsheetml.sheet',
});

export function mediaType(name: string): string {
  return TYPES[name.split('.').at(-1)?.toLowerCase() ?? ''] ?? 'application/octet-stream';
}

export function toMessageFiles(files: readonly DraftFile[]): MessageFile[] {
  return files.map(({ role, name, file }) => [role, name, mediaType(name), file]);
}

export const messageFiles = (from: Draft): MessageFile[] => toMessageFiles(from.files);
