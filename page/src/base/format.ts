// Numbers, dates and sizes as this person's locale writes them (Look.locale).
import type { Decimal, Look } from '../bridge';

interface Formats {
  number: () => Intl.NumberFormat;
  decimal: () => Intl.NumberFormat;
  percent: () => Intl.NumberFormat;
  day: () => Intl.DateTimeFormat;
  moment: () => Intl.DateTimeFormat;
  clock: () => Intl.DateTimeFormat;
  list: () => Intl.ListFormat;
}

/** Made when it is first asked for: each costs a millisecond or two before the first view is there. */
function once<T>(makeIt: () => T): () => T {
  let made: T | undefined;
  return () => (made ??= makeIt());
}

const plural = once(() => new Intl.PluralRules('en')); // the language of src/words, not the locale of the numbers

let formats = make('en', true);

function usable(locale: string): string {
  try {
    return Intl.getCanonicalLocales(locale)[0] ?? 'en';
  } catch {
    return 'en';
  }
}

function make(locale: string, is24: boolean): Formats {
  const tag = usable(locale);
  const hour = { hour: '2-digit', minute: '2-digit', hourCycle: is24 ? 'h23' : 'h12' } as const;
  return {
    number: once(() => new Intl.NumberFormat(tag)),
    decimal: once(() => new Intl.NumberFormat(tag, { maximumFractionDigits: 1 })),
    percent: once(() => new Intl.NumberFormat(tag, { style: 'percent', maximumFractionDigits: 0 })),
    day: once(() => new Intl.DateTimeFormat(tag, { year: 'numeric', month: 'short', day: 'numeric' })),
    moment: once(() => new Intl.DateTimeFormat(tag, { year: 'numeric', month: 'short', day: 'numeric', ...hour })),
    clock: once(() => new Intl.DateTimeFormat(tag, hour)),
    list: once(() => new Intl.ListFormat('en', { type: 'conjunction' })),
  };
}

export function setFormats(look: Pick<Look, 'locale' | 'clock24'>): void {
  formats = make(look.locale, look.clock24);
}

export function number(value: Decimal | number): string {
  return formats.number().format(typeof value === 'number' ? value : BigInt(/^-?\d+$/.test(value) ? value : '0'));
}

export function decimal(value: number): string {
  return formats.decimal().format(value);
}

export function percent(part: number, whole: number): string {
  return formats.percent().format(whole > 0 ? part / whole : 0);
}

/** "1 person", "2,000 people": the words are English, the digits the locale's. */
export function count(value: Decimal | number, one: string, other: string): string {
  return number(value) + ' ' + (plural().select(Number(value)) === 'one' ? one : other);
}

function date(seconds: Decimal): Date | null {
  const value = Number(seconds);
  return value > 0 && value < 8.64e12 ? new Date(value * 1000) : null;
}

export function day(seconds: Decimal): string {
  const found = date(seconds);
  return found === null ? '' : formats.day().format(found);
}

export function moment(seconds: Decimal): string {
  const found = date(seconds);
  return found === null ? '' : formats.moment().format(found);
}

/** An ISO 8601 time, as the frames have it. */
export function momentIso(iso: string): string {
  const time = Date.parse(iso);
  return Number.isNaN(time) ? '' : formats.moment().format(new Date(time));
}

export function clock(milliseconds: number): string {
  return formats.clock().format(new Date(milliseconds));
}

export function words(items: readonly string[]): string {
  return formats.list().format(items);
}

export function size(octets: Decimal | number): string {
  const value = Number(octets);
  const units = ['bytes', 'kB', 'MB', 'GB', 'TB'];
  const step = value < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(value) / 3));
  return decimal(value / 1000 ** step) + ' ' + (units[step] ?? '');
}

/** Of a wait that is watched: to the second. */
export function timeLeft(seconds: number): string {
  const whole = Math.round(seconds), minutes = Math.floor(whole / 60);
  return [...(minutes > 0 ? [count(minutes, 'minute', 'minutes')] : []), count(whole % 60, 'second', 'seconds')].join(' ');
}

export function duration(seconds: number): string {
  if (seconds < 50)
    return count(Math.max(1, Math.round(seconds)), 'second', 'seconds');
  if (seconds < 5400)
    return 'about ' + count(Math.round(seconds / 60), 'minute', 'minutes');
  if (seconds < 129600)
    return 'about ' + count(Math.round(seconds / 3600), 'hour', 'hours');
  return 'about ' + count(Math.round(seconds / 86400), 'day', 'days');
}
