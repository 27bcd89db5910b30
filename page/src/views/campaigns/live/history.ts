// The curve of each campaign for as long as the window is open. Core keeps totals, not curves.
import { toNumber } from '../../../base/decimal';
import type { Campaign, Decimal } from '../../../bridge';

export interface History {
  times: number[]; // seconds since 1970
  accepted: number[];
  refused: number[];
}

const POINTS_MAX = 1200; // chosen: more than a plot has pixels; then every second one goes
const histories = new Map<Decimal, History>();

function halve(history: History): void {
  for (const row of [history.times, history.accepted, history.refused])
    row.splice(0, row.length, ...row.filter((_, index) => index % 2 === 0 || index === row.length - 1));
}

export function record(campaign: Campaign, now = Date.now()): void {
  const history = historyOf(campaign.id);
  const time = now / 1000;
  const last = history.times.at(-1);
  if (last !== undefined && time - last < 0.5)
    return;
  history.times.push(time);
  history.accepted.push(toNumber(campaign.accepted));
  history.refused.push(toNumber(campaign.refused));
  if (history.times.length > POINTS_MAX)
    halve(history);
}

export function historyOf(id: Decimal): History {
  let history = histories.get(id);
  if (history === undefined) {
    history = { times: [], accepted: [], refused: [] };
    histories.set(id, history);
  }
  return history;
}
