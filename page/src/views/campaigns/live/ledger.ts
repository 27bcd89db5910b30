// One row of frame LEDGER as an object. Fields: address, name, state, reason, time, reply, message id, version, account, provider id, nine times of
// what was heard later with the code of a failure behind the fourth, words, then values (contract: CampaignRows).
import type { Decimal, FrameRow } from '../../../bridge';

const FIELDS_BEFORE_VALUES = 21;

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
  const [address = '', name = '', state = '', reason = '', time = '', reply = '', messageId = '', version = ''] = row.fields;
  const values = row.fields.slice(FIELDS_BEFORE_VALUES);
  return { id: row.key, attempts: row.aux, address, name, state, reason, time, reply, messageId, version, values };
}
