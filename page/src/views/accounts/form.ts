// The account form as values, and what of it goes to core.
import type { AccountSettings } from '../../bridge';

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
}

export const EMPTY_FORM: Form = { address: '', name: '', host: '', port: '587', tls: 'starttls', user: '', perMinute: '', perHour: '', perDay: '', keep: 'keep', insecure: false };

const LOCAL = /^(localhost|127\.\d+\.\d+\.\d+|::1|\[::1\])$/i;

export const isLocal = (host: string) => LOCAL.test(host.trim());

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
  for (const [key, text] of [['per_minute', form.perMinute], ['per_hour', form.perHour], ['per_day', form.perDay]] as const) {
    const limit = toCount(text);
    if (limit !== null && limit > 0)
      settings[key] = limit;
  }
  return settings;
}
