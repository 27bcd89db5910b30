// What the numbers of a campaign mean on the screen.
import { isZero, toNumber } from '../../base/decimal';
import { clock, count, duration, number, percent } from '../../base/format';
import type { Campaign, Decimal } from '../../bridge';
import { words } from '../../words';
import { campaignWords } from '../../words/campaigns';

export const people = (value: Decimal | number) => count(value, 'person', 'people');

export const isOne = (value: Decimal) => value === '1';

/** In words of its own where `state` does not say all: paused, but what was on the wire is not back yet. */
export function stateText(campaign: Campaign): string {
  if (campaign.state === 'paused' && !isZero(campaign.handed))
    return campaignWords.pausing(count(campaign.handed, 'message', 'messages'));
  return words.state[campaign.state] ?? campaign.state;
}

export function doneOf(campaign: Campaign): number {
  return toNumber(campaign.accepted) + toNumber(campaign.refused) + toNumber(campaign.unknown) + toNumber(campaign.skipped);
}

export function partsOf(campaign: Campaign) {
  return [
    { kind: 'good', value: toNumber(campaign.accepted) },
    { kind: 'bad', value: toNumber(campaign.refused) },
    { kind: 'warn', value: toNumber(campaign.unknown) },
    { kind: 'none', value: toNumber(campaign.skipped) },
  ] as const;
}

export function progressText(campaign: Campaign): string {
  const done = doneOf(campaign);
  const total = toNumber(campaign.total);
  return campaignWords.progress(number(done), number(total), percent(done, total));
}

/** "120 a minute · 3 minutes left" */
export function paceText(campaign: Campaign): string {
  if (campaign.state === 'waiting' && toNumber(campaign.next) > 0)
    return campaignWords.next(clock(toNumber(campaign.next) * 1000));
  if (campaign.state !== 'sending')
    return '';
  const left = toNumber(campaign.seconds_left);
  return [campaignWords.rate(number(Math.round(campaign.per_second * 60))), left > 0 ? campaignWords.left(duration(left)) : campaignWords.leftUnknown].join(' · ');
}
