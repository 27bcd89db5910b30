import { toNumber } from '../../base/decimal';
import { number } from '../../base/format';
import type { Account } from '../../bridge';
import { Bar } from '../../parts/Bar';
import { accountWords } from '../../words/accounts';

/** What is used up of the provider's limits; limits that are not set are not shown, but today always is. */
export function Usage({ account }: { account: Account }) {
  const rows = [
    [accountWords.limit.day, account.used_day ?? '0', account.per_day ?? 0],
    [accountWords.limit.hour, account.used_hour ?? '0', account.per_hour ?? 0],
    [accountWords.limit.minute, account.used_minute ?? '0', account.per_minute ?? 0],
  ] as const;
  return (
    <div className="grid-2">
      {rows
        .filter(([name, , limit]) => limit > 0 || name === accountWords.limit.day)
        .map(([name, used, limit]) => (
          <div key={name} className="stack-tight">
            <p className="small number">
              <span className="muted">
                {accountWords.used} {name}:
              </span>{' '}
              {limit > 0 ? accountWords.of(number(used), number(limit)) : accountWords.noLimit(number(used))}
            </p>
            {limit > 0 && <Bar label={`${accountWords.used} ${name}`} parts={[{ kind: toNumber(used) >= limit ? 'warn' : 'info', value: Math.min(toNumber(used), limit) }]} total={limit} />}
          </div>
        ))}
    </div>
  );
}
