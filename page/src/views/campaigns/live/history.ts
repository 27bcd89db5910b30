// When the letters were answered, from the ledger, in steps that fit the time between the first and the last answer.
import { toNumber } from '../../../base/decimal';
import { bridge, type Campaign, type Decimal, type Postrider } from '../../../bridge';

type Answer = Awaited<ReturnType<Postrider['campaignHistory']>>;
export type Mark = Answer['marks'][number];

export interface Bucket {
  time: number; // its begin, seconds since 1970
  accepted: number;
  refused: number;
  unknown: number;
}

export interface History {
  step: number; // seconds
  buckets: Bucket[]; // one a step, without gaps
  marks: Mark[];
}

export const STEPS = [1, 10, 60, 300, 600, 3600, 21600, 86400, 604800] as const;
const BARS_MAX = 120; // chosen: what can be told apart on 900 px

export function stepFor(seconds: number): number {
  return STEPS.find((step) => seconds / step <= BARS_MAX) ?? 604800;
}

export function toBuckets(counts: Answer['counts'], step: number): Bucket[] {
  const found = new Map<number, Bucket>();
  for (const { time, state, count } of counts) {
    const at = Math.floor(toNumber(time) / step) * step;
    const bucket = found.get(at) ?? { time: at, accepted: 0, refused: 0, unknown: 0 };
    if (state === 'accepted' || state === 'refused' || state === 'unknown')
      bucket[state] += toNumber(count);
    found.set(at, bucket);
  }
  const times = [...found.keys()].sort((a, b) => a - b);
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined)
    return [];
  const wide = stepFor(last - first + 1);
  if (wide > step)
    return toBuckets(counts, wide); // it took longer than the campaign's own times say: answers came after its end
  return Array.from({ length: Math.round((last - first) / step) + 1 }, (_, index) => found.get(first + index * step) ?? { time: first + index * step, accepted: 0, refused: 0, unknown: 0 });
}

export async function loadHistory(campaign: Campaign, now = Date.now() / 1000): Promise<History> {
  const begin = toNumber(campaign.started);
  const end = toNumber(campaign.ended) > 0 ? toNumber(campaign.ended) : now;
  const asked = stepFor(Math.max(1, end - begin));
  const counts: Answer['counts'] = [];
  let marks: Mark[] = [];
  let after: Decimal = '0';
  do {
    const answer: Answer = await bridge().campaignHistory(campaign.id, asked, after);
    counts.push(...answer.counts);
    marks = answer.marks;
    after = answer.scanned;
  } while (after !== '0');
  const buckets = toBuckets(counts, asked);
  const second = buckets[1];
  return { step: second === undefined ? asked : second.time - (buckets[0]?.time ?? 0), buckets, marks };
}
