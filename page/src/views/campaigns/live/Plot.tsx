// Answers over time, stacked from the ledger: drawn by SVG, and as a table for who cannot see it.
import { useMemo } from 'react';
import { clock, count, day, moment, number } from '../../../base/format';
import { oneLine } from '../../../base/foreign';
import type { Campaign } from '../../../bridge';
import { FaultNotice } from '../../../parts/Notice';
import { Disclosure, Section } from '../../../parts/Page';
import { Table, type Column } from '../../../parts/Table';
import { useEvery } from '../../../state/every';
import { useQuery } from '../../../state/query';
import { historyWords as text } from '../../../words/campaigns';
import { loadHistory, type Bucket, type History } from './history';

const FEWEST = 20; // answers; chosen: below that the table of people says more
const FRESH_MS = 5000;
const [WIDTH, HEIGHT, FOOT, SIDE] = [960, 180, 22, 46]; // of the drawing; it is stretched to the card
const PARTS = ['accepted', 'refused', 'unknown'] as const;

const totalOf = (bucket: Bucket) => bucket.accepted + bucket.refused + bucket.unknown;

/** 1, 2 or 5 with noughts: the first that is no less. */
export function roundUp(value: number): number {
  const power = 10 ** Math.floor(Math.log10(Math.max(1, value)));
  return [1, 2, 5, 10].map((factor) => factor * power).find((round) => round >= value) ?? value;
}

function timeText(seconds: number, step: number): string {
  return step >= 86400 ? day(String(seconds)) : clock(seconds * 1000);
}

function Bars({ history }: { history: History }) {
  const { buckets, step, marks } = history;
  const top = roundUp(Math.max(...buckets.map(totalOf)));
  const first = buckets[0]?.time ?? 0;
  const wide = (WIDTH - SIDE) / buckets.length;
  const high = HEIGHT - FOOT - 8;
  const every = Math.max(1, Math.ceil(buckets.length / 6));
  const y = (value: number) => 8 + high - (value / top) * high;
  const inside = marks.map((mark) => ({ ...mark, x: SIDE + ((Number(mark.time) - first) / step) * wide })).filter(({ x, what }) => x >= SIDE && x <= WIDTH && what !== 'done');

  return (
    <svg className="plot" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true" focusable="false">
      {[0, top / 2, top].map((value) => (
        <g key={value}>
          <line className="plot-line" x1={SIDE} x2={WIDTH} y1={y(value)} y2={y(value)} />
          <text className="plot-text" x={SIDE - 6} y={y(value) + 4} textAnchor="end">{value % 1 === 0 ? number(value) : ''}</text>
        </g>
      ))}
      {buckets.map((bucket, index) => {
        let from = 0;
        return (
          <g key={bucket.time}>
            {PARTS.map((part) => {
              const below = from;
              from += bucket[part];
              return bucket[part] === 0 ? null : <rect key={part} className={`plot-${part}`} x={SIDE + index * wide} width={Math.max(1, wide - (wide > 6 ? 2 : 0))} y={y(from)} height={Math.max(1, y(below) - y(from))} />;
            })}
            {index % every === 0 && <text className="plot-text" x={SIDE + index * wide} y={HEIGHT - 6}>{timeText(bucket.time, step)}</text>}
          </g>
        );
      })}
      {inside.map((mark, index) => (
        <line key={index} className={`plot-mark plot-mark-${mark.what === 'corrected' ? 'corrected' : 'paused'}`} x1={mark.x} x2={mark.x} y1={4} y2={HEIGHT - FOOT} />
      ))}
    </svg>
  );
}

const COLUMNS: Column<Bucket>[] = [
  { head: text.column.time, cell: (bucket) => moment(String(bucket.time)) },
  ...PARTS.map((part): Column<Bucket> => ({ head: text.column[part], kind: 'number', cell: (bucket) => number(bucket[part]) })),
];

function Drawn({ history }: { history: History }) {
  const { buckets } = history;
  const filled = useMemo(() => buckets.filter((bucket) => totalOf(bucket) > 0), [buckets]);
  const total = filled.reduce((sum, bucket) => sum + totalOf(bucket), 0);
  const marks = history.marks.slice(0, 12);

  return (
    <Section title={text.title}>
      <p className="muted small">
        {text.text(number(total), moment(String(filled[0]?.time ?? 0)), moment(String(filled.at(-1)?.time ?? 0)))} · {text.step(text.steps[String(history.step)] ?? count(history.step, 'second', 'seconds'))}
      </p>
      <Bars history={history} />
      <p className="row small">
        {PARTS.filter((part) => buckets.some((bucket) => bucket[part] > 0)).map((part) => (
          <span key={part} className="row plot-key">
            <span className={`plot-swatch plot-swatch-${part}`} aria-hidden="true" />
            {text.column[part]}
          </span>
        ))}
      </p>
      <Disclosure summary={text.asTable}>
        <Table label={text.title} columns={COLUMNS} rows={filled} rowKey={(bucket) => String(bucket.time)} />
        {marks.length > 0 && (
          <>
            <h3>{text.marksTitle}</h3>
            <ul className="plain-list small">
              {marks.map((mark, index) => (
                <li key={index}>
                  {moment(mark.time)} – {text.marks[mark.what] ?? mark.what} {mark.what !== 'corrected' && <span className="muted" dir="auto">{oneLine(mark.text, 200)}</span>}
                </li>
              ))}
            </ul>
          </>
        )}
      </Disclosure>
    </Section>
  );
}

export function Plot({ campaign }: { campaign: Campaign }) {
  const isMoving = campaign.state === 'sending' || campaign.state === 'waiting';
  const query = useQuery(`history/${campaign.id}/${isMoving ? '' : `${campaign.state}/${campaign.accepted}/${campaign.refused}`}`, () => loadHistory(campaign));
  useEvery(isMoving ? FRESH_MS : null, query.again);

  if (query.failure !== null)
    return <FaultNotice failure={query.failure} onRetry={query.again} />;
  if (query.value === undefined || query.value.buckets.reduce((sum, bucket) => sum + totalOf(bucket), 0) < FEWEST)
    return null;
  return <Drawn history={query.value} />;
}
