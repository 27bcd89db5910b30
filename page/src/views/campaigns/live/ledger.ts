// One row of frame LEDGER as an object. Fields: address, name, state, reason, time, reply, message id, version, then values.
import type { Decimal, FrameRow } from '../../../bridge';

export interface LedgerRow {
  id: Decimal;
  attempts: number;
  address: string;
  name: string;
  state: string;
  reason: string;
  time: string;
  reply: string;
  messageId: string;
  version: string;
  values: string[];
}

export function toLedgerRow(row: FrameRow): LedgerRow {
  const [address = '', name = '', state = '', reason = '', time = '', reply = '', messageId = '', version = '', ...values] = row.fields;
  return { id: row.key, attempts: row.aux, address, name, state, reason, time, reply, messageId, version, values };
}
