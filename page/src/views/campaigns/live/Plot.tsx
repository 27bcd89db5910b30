// uPlot draws on a canvas and sets styles by CSSOM only. It is loaded when the first curve is shown.
import { useEffect, useRef } from 'react';
import type uPlot from 'uplot';
import { clock, number } from '../../../base/format';
import type { Campaign } from '../../../bridge';
import { Section } from '../../../parts/Page';
import { liveWords } from '../../../words/campaigns';
import { historyOf } from './history';

const HEIGHT = 200;

function colour(name: string): string {
  // a canvas knows no light-dark(): the colour is read from an element that uses it
  const probe = document.createElement('span');
  probe.style.color = `var(${name})`;
  document.body.append(probe);
  const found = getComputedStyle(probe).color;
  probe.remove();
  return found;
}

function options(width: number): uPlot.Options {
  const axis = { stroke: () => colour('--muted'), grid: { stroke: () => colour('--line'), width: 1 }, ticks: { stroke: () => colour('--line') } };
  return {
    width,
    height: HEIGHT,
    legend: { show: false },
    cursor: { show: false },
    scales: { x: { time: true }, y: { range: (_, low, high) => [Math.min(low, 0), Math.max(high * 1.05, 10)] } },
    axes: [
      { ...axis, values: (_, splits) => splits.map((split) => clock(split * 1000)), space: 80 },
      { ...axis, values: (_, splits) => splits.map((split) => number(Math.round(split))), size: 64 },
    ],
    series: [
      {},
      { stroke: () => colour('--good'), width: 2, points: { show: false } },
      { stroke: () => colour('--bad'), width: 2, points: { show: false } },
    ],
  };
}

const dataOf = (campaign: Campaign): uPlot.AlignedData => {
  const history = historyOf(campaign.id);
  const since = (row: readonly number[]) => row.map((value) => value - (row[0] ?? 0));
  return [history.times, since(history.accepted), since(history.refused)];
};

export function Plot({ campaign }: { campaign: Campaign }) {
  const frame = useRef<HTMLDivElement>(null);
  const plot = useRef<uPlot | null>(null);
  const points = historyOf(campaign.id).times.length;
  const latest = useRef(campaign);
  latest.current = campaign;

  const isShown = points > 1;

  useEffect(() => {
    const element = frame.current;
    if (!isShown)
      return;
    let isGone = false;
    let observer: ResizeObserver | undefined;
    const look = new MutationObserver(() => plot.current?.redraw()); // a canvas keeps the colours that it was drawn with
    look.observe(document.documentElement, { attributeFilter: ['data-theme', 'data-contrast'] });
    import('./plot-library').then(({ default: Library }) => {
      if (isGone || element === null)
        return;
      plot.current = new Library(options(element.clientWidth), dataOf(latest.current), element);
      observer = new ResizeObserver(() => plot.current?.setSize({ width: element.clientWidth, height: HEIGHT }));
      observer.observe(element);
    }, () => {}); // the numbers above say the same
    return () => {
      isGone = true;
      observer?.disconnect();
      look.disconnect();
      plot.current?.destroy();
      plot.current = null;
    };
  }, [campaign.id, isShown]);
  useEffect(() => plot.current?.setData(dataOf(campaign)), [campaign]);

  return (
    <Section title={liveWords.plot}>
      <div className="plot" ref={frame} role="img" aria-label={`${liveWords.plotText}: ${number(campaign.accepted)}, ${number(campaign.refused)}`}>
        {!isShown && <p className="muted">{liveWords.plotWait}</p>}
      </div>
    </Section>
  );
}
