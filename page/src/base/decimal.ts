// 64-bit integers come as decimal digits. Counts are far below 2^53 and may become numbers; ids stay strings.
import type { Decimal } from '../bridge';

export function toNumber(value: Decimal | undefined): number {
  const number = Number(value ?? '0');
  return Number.isFinite(number) ? number : 0;
}

export function isZero(value: Decimal | undefined): boolean {
  return value === undefined || value === '' || value === '0';
}

/** a + b, exactly. */
export function add(a: Decimal, b: number): Decimal {
  return (BigInt(a) + BigInt(b)).toString();
}

export function compare(a: Decimal, b: Decimal): number {
  const difference = BigInt(a) - BigInt(b);
  return difference < 0n ? -1 : difference > 0n ? 1 : 0;
}
