// Frame REJECTS: key = row number, aux = 0 the row | 1 only this value | 2 taken, but doubted; fields = field, value, reason, sentence.
import type { FrameRow } from '../../../bridge';

export interface Reject {
  row: string;
  isRow: boolean;
  field: string;
  value: string;
  reason: string;
  sentence: string;
}

export const REJECTS_MAX = 200; // shown; the export has them all

export function toReject(row: FrameRow): Reject {
  const [field = '', value = '', reason = '', sentence = ''] = row.fields;
  return { row: row.key, isRow: row.aux === 0, field, value, reason, sentence };
}

export function isRejected(row: FrameRow): boolean {
  return row.aux !== 2;
}
