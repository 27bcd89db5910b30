import { isZero } from '../../../base/decimal';
import { number } from '../../../base/format';
import type { Campaign } from '../../../bridge';
import { liveWords } from '../../../words/campaigns';

const SHOWN = ['accepted', 'refused', 'later', 'unknown', 'queued', 'handed', 'skipped'] as const;

export function Figures({ campaign }: { campaign: Campaign }) {
  return (
    <dl className="figures">
      {SHOWN.filter((state) => state === 'accepted' || !isZero(campaign[state])).map((state) => (
        <div key={state} className="figure">
          <dt className="figure-name">{liveWords.figure[state]}</dt>
          <dd className="figure-value">{number(campaign[state])}</dd>
        </div>
      ))}
    </dl>
  );
}
