// Frame REJECTS: key = row number, aux = 0 the row | 1 only this value | 2 taken, but doubted; fields = field, value, reason, sentence; in a row's first line
// then each column's name and its whole cell, by turns.
import type { FrameRow } from '../../../bridge';

export interface Reject {
  row: string;
  isRow: boolean;
  field: string;
  value: string;
  reason: string;
  sentence: string;
  cells: readonly (readonly [string, string])[]; // column, cell; none: another line of the row has them
}

export const REJECTS_MAX = 200; // shown; the export has them all
const FIELDS = 4;

export function toReject(row: FrameRow): Reject {
  const [field = '', value = '', reason = '', sentence = ''] = row.fields;
  const cells = row.fields.slice(FIELDS).flatMap((name, index, all): [string, string][] => (index % 2 === 0 ? [[name, all[index + 1] ?? '']] : []));
  return { row: row.key, isRow: row.aux === 0, field, value, reason, sentence, cells };
}

export function isRejected(row: FrameRow): boolean {
  return row.aux !== 2;
}

const quote = (cell: string) => `"${cell.replace(/"/g, '""')}"`;

/** A table of one row (RFC 4180). */
export const toTable = (columns: readonly string[], cells: readonly string[]): string => [columns, cells].map((row) => row.map(quote).join(',')).join('\r\n') + '\r\n';
