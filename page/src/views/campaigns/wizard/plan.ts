// What the wizard has gathered, and the specification that goes to core.
import { toCount } from '../../accounts/form';
import { toNumber } from '../../../base/decimal';
import type { Decimal, MessageFile, PrepareSpec } from '../../../bridge';

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
  account: '', address: '', fromName: '', replyTo: '', unsubscribe: '', pace: 'limit', perHour: '', isFirstTen: true,
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

export function isWhatComplete(plan: Plan): boolean {
  const { subject, html, text } = plan.message;
  const hasPace = plan.pace !== 'own' || (toCount(plan.perHour) ?? 0) > 0;
  return subject.trim() !== '' && (html + text).trim() !== '' && plan.account !== '' && hasPace;
}

export function toSpec(plan: Plan, total = Infinity): PrepareSpec {
  const spec: PrepareSpec = { account: plan.account, lists: plan.lists, per: plan.per, from: fromOf(plan), ...plan.message };
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
  if (plan.replyTo.trim() !== '')
    spec.reply_to = plan.replyTo.trim();
  if (plan.unsubscribe.trim() !== '')
    spec.unsubscribe = plan.unsubscribe.trim();
  if (perHourOf(plan) > 0)
    spec.per_hour = perHourOf(plan);
  if (plan.isFirstTen && total > FIRST)
    spec.pause_after = String(FIRST);
  return spec;
}

/** Lists of a campaign that is sent again: those it went to. */
export function retryPlan(of: { id: Decimal; lists: string[]; account: string }, message: Message & { reply_to: string; unsubscribe: string }): Partial<Plan> {
  return {
    lists: of.lists,
    refusedOf: of.id,
    account: of.account,
    source: `campaign:${of.id}`,
    message: { subject: message.subject, html: message.html, text: message.text },
    replyTo: message.reply_to,
    unsubscribe: message.unsubscribe,
    isFirstTen: false,
  };
}

export const hasMany = (value: Decimal) => toNumber(value) > FIRST;
