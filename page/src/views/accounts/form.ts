// The account form as values, and what of it goes to core: by the rows of its kind (core's table, AccountKinds).
import type { Account, AccountChanges, AccountKind, AccountSetting, AccountSettings } from '../../bridge';

/** What was typed, by key; of a flag 'yes' or ''. */
export type Values = Record<string, string>;

export interface Form {
  address: string;
  name: string;
  keep: 'keep' | 'ask' | 'none';
  values: Values;
  serves: string; // the domain whose provider the settings are; '': nobody's yet
  wasReset: boolean; // they were taken away because the address is another provider's
}

/** In part of a form: only the values that change. */
export type Change = Partial<Omit<Form, 'values'>> & { values?: Values };

const ADDRESS = '{address}'; // as fallback: the account's address
const CLIENT = 'client_id'; // of a sign-in

/** What the page asks for; the rest is the command line's. */
export const askedOf = (kind: AccountKind): AccountSetting[] => kind.settings.filter(({ group, key }) => group !== '' && !(key === CLIENT && kind.client === 'none'));

const emptyValues = (kind: AccountKind): Values =>
  Object.fromEntries(askedOf(kind).map(({ key, fallback, seconds }) => [key, fallback === ADDRESS || seconds > 0 ? '' : fallback]));

export const emptyForm = (kind: AccountKind): Form => ({ address: '', name: '', keep: kind.secret === 'none' ? 'none' : 'keep', values: emptyValues(kind), serves: '', wasReset: false });

const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/i;

export const isLocal = (host: string) => LOCAL.test(host.trim());

export const domainOf = (address: string) => address.trim().split('@')[1]?.toLowerCase() ?? '';

const valueOf = (form: Form, key: string) => (form.values[key] ?? '').trim();

/** Is this row asked, as the others stand? */
export function isAsked(row: AccountSetting, form: Form): boolean {
  return row.when !== 'unencrypted' || (valueOf(form, 'tls') === 'none' && valueOf(form, 'host') !== '' && !isLocal(valueOf(form, 'host')));
}

/** Another provider's address takes the server and the limits of the one before away: a password must not go to that one. */
export function changed(kind: AccountKind, form: Form, part: Change): Form {
  const next = { ...form, ...part, values: { ...form.values, ...part.values } };
  const domain = domainOf(next.address);
  if (part.values !== undefined)
    return { ...next, serves: domain, wasReset: false };
  return form.serves === '' || form.serves === domain ? next : { ...next, values: emptyValues(kind), serves: '', wasReset: true };
}

/** '' is no number given (0); null is not a whole number. */
export function toCount(text: string): number | null {
  const trimmed = text.trim();
  if (trimmed === '')
    return 0;
  return /^\d{1,9}$/.test(trimmed) ? Number(trimmed) : null;
}

const isNumber = ({ type }: AccountSetting) => type === 'u' || type === 'q';

export function isFine(row: AccountSetting, form: Form): boolean {
  const text = valueOf(form, row.key);
  if (row.type === 'b')
    return row.when === '' || !isAsked(row, form) || text !== ''; // what is only asked in a danger has to be said yes to
  if (text === '')
    return !row.required;
  const count = toCount(text);
  return !isNumber(row) || (count !== null && count >= row.least && (row.most === 0 || count <= row.most));
}

const ADDRESSES: Record<string, RegExp> = { email: /^[^\s@]+@[^\s@]+$/, phone: /^\+\d{6,15}$/ };

export function isComplete(kind: AccountKind, form: Form): boolean {
  return (ADDRESSES[kind.address]?.test(form.address.trim()) ?? false) && form.name.trim() !== '' && askedOf(kind).every((row) => isFine(row, form));
}

export function toSettings(kind: AccountKind, form: Form): AccountSettings {
  const address = form.address.trim();
  const settings: AccountSettings = kind.secret === 'oauth' ? { address, keep: false, has_password: kind.client === 'secret' } // that one is the client's
    : { address, keep: form.keep === 'keep', has_password: form.keep !== 'none' };
  for (const row of askedOf(kind)) {
    const text = valueOf(form, row.key);
    if (text === '' || !isAsked(row, form) || (row.fallback === ADDRESS && text === address))
      continue;
    const count = toCount(text) ?? 0;
    if (!isNumber(row))
      settings[row.key] = row.type === 'b' ? true : text;
    else if (count > 0)
      settings[row.key] = count;
  }
  return settings;
}

function toText(value: unknown): string {
  if (typeof value === 'number')
    return value > 0 ? String(value) : '';
  return value === true ? 'yes' : typeof value === 'string' ? value : '';
}

/** The rows of which something is known, as text: an account's, a provider's. */
export const toValues = (kind: AccountKind, known: Record<string, unknown>): Values =>
  Object.fromEntries(askedOf(kind).filter(({ key }) => key in known).map(({ key }) => [key, toText(known[key])]));

/** An account that is there, to be changed. */
export function toForm(kind: AccountKind, account: Account): Form {
  return {
    address: account.address, name: account.name, keep: !account.needs_password ? 'none' : account.keeps_password ? 'keep' : 'ask',
    values: { ...emptyValues(kind), ...toValues(kind, account) }, serves: domainOf(account.address), wasReset: false,
  };
}

/** What core would have of this row. A login that there was stays one. */
function toWanted(row: AccountSetting, before: Account, form: Form): string | number | boolean {
  const text = valueOf(form, row.key);
  if (row.type === 'b')
    return isAsked(row, form) ? text !== '' : before[row.key] === true;
  if (isNumber(row))
    return toCount(text) ?? 0;
  return row.fallback === ADDRESS && text === '' && before.needs_password ? form.address.trim() : text;
}

/** Only what was changed: the rest stays as it is. */
export function toChanges(kind: AccountKind, before: Account, form: Form): AccountChanges {
  const wanted: [string, string | number | boolean][] = [['address', form.address.trim()], ...askedOf(kind).map((row) => [row.key, toWanted(row, before, form)] as [string, string | number | boolean])];
  return Object.fromEntries(wanted.filter(([key, value]) => before[key] !== value));
}
