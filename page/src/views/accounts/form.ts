// The account form as values, and what of it goes to core.
import type { Account, AccountChanges, AccountSettings } from '../../bridge';

export interface Form {
  address: string;
  name: string;
  host: string;
  port: string;
  tls: string;
  user: string;
  perMinute: string;
  perHour: string;
  perDay: string;
  keep: 'keep' | 'ask' | 'none';
  insecure: boolean;
  serves: string; // the domain whose provider the server and the limits above are; '': nobody's yet
  wasReset: boolean; // they were taken away because the address is another provider's
}

const NO_SERVER = { host: '', port: '587', tls: 'starttls', user: '', perMinute: '', perHour: '', perDay: '', insecure: false };
const SERVER = Object.keys(NO_SERVER) as (keyof Form)[];

export const EMPTY_FORM: Form = { address: '', name: '', keep: 'keep', serves: '', wasReset: false, ...NO_SERVER };

const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/i;

export const isLocal = (host: string) => LOCAL.test(host.trim());

export const domainOf = (address: string) => address.trim().split('@')[1]?.toLowerCase() ?? '';

/** Another provider's address takes the server and the limits of the one before away: a password must not go to that one. */
export function changed(form: Form, part: Partial<Form>): Form {
  const next = { ...form, ...part };
  const domain = domainOf(next.address);
  if (SERVER.some((key) => key in part))
    return { ...next, serves: domain, wasReset: false };
  return form.serves === '' || form.serves === domain ? next : { ...next, ...NO_SERVER, serves: '', wasReset: true };
}

/** '' is no number given (0); null is not a whole number. */
export function toCount(text: string): number | null {
  const trimmed = text.trim();
  if (trimmed === '')
    return 0;
  return /^\d{1,9}$/.test(trimmed) ? Number(trimmed) : null;
}

export function isPort(text: string): boolean {
  const port = toCount(text);
  return port !== null && port > 0 && port < 65536;
}

export function isComplete(form: Form): boolean {
  const limits = [form.perMinute, form.perHour, form.perDay].every((limit) => toCount(limit) !== null);
  return /^[^\s@]+@[^\s@]+$/.test(form.address.trim()) && form.name.trim() !== '' && form.host.trim() !== '' && isPort(form.port) && limits && (form.tls !== 'none' || isLocal(form.host) || form.insecure);
}

const LIMITS = [['per_minute', 'perMinute'], ['per_hour', 'perHour'], ['per_day', 'perDay']] as const;

export function toSettings(form: Form): AccountSettings {
  const settings: AccountSettings = {
    address: form.address.trim(),
    host: form.host.trim(),
    port: toCount(form.port) ?? 0,
    tls: form.tls,
    keep: form.keep === 'keep',
    has_password: form.keep !== 'none',
  };
  if (form.user.trim() !== '' && form.user.trim() !== form.address.trim())
    settings.user = form.user.trim();
  if (form.tls === 'none' && form.insecure)
    settings.insecure = true;
  for (const [key, field] of LIMITS) {
    const limit = toCount(form[field]);
    if (limit !== null && limit > 0)
      settings[key] = limit;
  }
  return settings;
}

const toText = (limit: number) => (limit > 0 ? String(limit) : '');

/** An account that is there, to be changed. */
export function toForm(account: Account): Form {
  return {
    address: account.address, name: account.name, host: account.host, port: String(account.port), tls: account.tls, user: account.user, perMinute: toText(account.per_minute),
    perHour: toText(account.per_hour), perDay: toText(account.per_day), keep: !account.needs_password ? 'none' : account.keeps_password ? 'keep' : 'ask', insecure: account.insecure,
    serves: domainOf(account.address), wasReset: false,
  };
}

/** Only what was changed: the rest stays as it is. A login that there was stays one. */
export function toChanges(before: Account, form: Form): AccountChanges {
  const user = form.user.trim() !== '' || !before.needs_password ? form.user.trim() : form.address.trim();
  const wanted = {
    address: form.address.trim(), host: form.host.trim(), port: toCount(form.port) ?? 0, tls: form.tls, user, insecure: form.tls === 'none' ? form.insecure : before.insecure,
    per_minute: toCount(form.perMinute) ?? 0, per_hour: toCount(form.perHour) ?? 0, per_day: toCount(form.perDay) ?? 0,
  };
  return Object.fromEntries(Object.entries(wanted).filter(([key, value]) => before[key as keyof typeof wanted] !== value)) as AccountChanges;
}
