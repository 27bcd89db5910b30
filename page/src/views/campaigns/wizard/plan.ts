// What the wizard has gathered, and the specification that goes to core.
import { toCount } from '../../accounts/form';
import { toNumber } from '../../../base/decimal';
import type { CampaignMessage, Decimal, MessageFile, MessagePart, PrepareSpec } from '../../../bridge';
import { writtenOf } from '../correct/correction';

export interface Message {
  subject: string;
  html: string;
  text: string;
}

export interface Plan {
  lists: string[];
  exclude: string[];
  field: string;
  value: string;
  except: Decimal; // '' none
  per: 'person' | 'address';
  limit: string;
  refusedOf: Decimal; // '' none
  source: string; // 'draft', 'template:NAME', 'campaign:ID'
  message: Message;
  files: MessageFile[];
  account: string;
  address: string; // of the account
  parts: readonly MessagePart[]; // of its messages, as core's table of kinds says
  fromName: string;
  replyTo: string;
  unsubscribe: string;
  pace: 'limit' | 'slow' | 'medium' | 'own';
  perHour: string;
  isFirstTen: boolean;
}

export const FIRST = 10;

export const EMPTY_PLAN: Plan = {
  lists: [], exclude: [], field: '', value: '', except: '', per: 'person', limit: '', refusedOf: '',
  source: '', message: { subject: '', html: '', text: '' }, files: [],
  account: '', address: '', parts: [], fromName: '', replyTo: '', unsubscribe: '', pace: 'limit', perHour: '', isFirstTen: true,
};

/** "Ann Miller" <ann@example.org>; quotes and backslashes in the name are escaped (RFC 5322, 3.2.4). */
export function fromOf({ fromName, address }: Pick<Plan, 'fromName' | 'address'>): string {
  const name = fromName.replace(/[\r\n]+/g, ' ').trim();
  if (name === '')
    return address;
  return /^[\p{L}\p{N} '-]+$/u.test(name) ? `${name} <${address}>` : `"${name.replace(/[\\"]/g, '\\$&')}" <${address}>`;
}

export function perHourOf(plan: Plan): number {
  return { limit: 0, slow: 60, medium: 300, own: toCount(plan.perHour) ?? 0 }[plan.pace];
}

export function isWhoComplete(plan: Plan): boolean {
  const hasPeople = plan.lists.length > 0 || plan.refusedOf !== '';
  return hasPeople && toCount(plan.limit) !== null;
}

/** All that may be asked for of a message; what of it goes to core are the parts that the account's messages have. */
const textsOf = (plan: Plan) => ({ ...plan.message, from: fromOf(plan), reply_to: plan.replyTo.trim(), unsubscribe: plan.unsubscribe.trim() });

function textOf(plan: Plan, name: string): string {
  return Object.entries(textsOf(plan)).find(([part]) => part === name)?.[1] ?? '';
}

export const hasPart = (plan: Plan, name: string) => plan.parts.some((part) => part.name === name);

/** Something is written that this account's messages do not have. */
export function isLeftOut(plan: Plan): boolean {
  return plan.parts.length > 0 && Object.entries(plan.message).some(([name, text]) => text.trim() !== '' && !hasPart(plan, name));
}

export function isWhatComplete(plan: Plan): boolean {
  const isThere = (part: MessagePart) => textOf(plan, part.name).trim() !== '';
  const hasPace = plan.pace !== 'own' || (toCount(plan.perHour) ?? 0) > 0;
  return plan.parts.every((part) => !part.required || isThere(part)) && plan.parts.some((part) => part.body && isThere(part)) && plan.account !== '' && hasPace;
}

export function toSpec(plan: Plan, total = Infinity): PrepareSpec {
  const spec: PrepareSpec = { account: plan.account, lists: plan.lists, per: plan.per };
  for (const [name, text] of Object.entries(textsOf(plan)))
    if (hasPart(plan, name) && (text !== '' || name in plan.message))
      Object.assign(spec, { [name]: text });
  if (plan.exclude.length > 0)
    spec.exclude_lists = plan.exclude;
  if (plan.field !== '')
    spec.where = { [plan.field]: plan.value };
  if (plan.except !== '')
    spec.except = plan.except;
  if (plan.refusedOf !== '')
    spec.refused_of = plan.refusedOf;
  if (plan.limit.trim() !== '') // 0 is nobody
    spec.limit = plan.limit.trim();
  if (perHourOf(plan) > 0)
    spec.per_hour = perHourOf(plan);
  if (plan.isFirstTen && total > FIRST)
    spec.pause_after = String(FIRST);
  return spec;
}

/** Lists of a campaign that is sent again: those it went to. */
export function retryPlan(of: { id: Decimal; lists: string[]; account: string }, message: CampaignMessage): Partial<Plan> {
  return {
    lists: of.lists,
    refusedOf: of.id,
    account: of.account,
    source: `campaign:${of.id}`,
    message: writtenOf(message),
    replyTo: message.reply_to ?? '',
    unsubscribe: message.unsubscribe ?? '',
    isFirstTen: false,
  };
}

export const hasMany = (value: Decimal) => toNumber(value) > FIRST;
