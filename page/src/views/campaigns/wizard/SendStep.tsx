// Ten seconds in which it can be taken back. The page counts: core has heard nothing yet.
import { useEffect, useRef, useState } from 'react';
import { count } from '../../../base/format';
import { bridge } from '../../../bridge';
import { Button } from '../../../parts/Button';
import { Bar } from '../../../parts/Bar';
import { FaultNotice } from '../../../parts/Notice';
import { useAction } from '../../../state/action';
import { invalidate } from '../../../state/query';
import { go } from '../../../state/router';
import { say } from '../../../state/toast';
import { wizardWords } from '../../../words/campaigns';
import { people } from '../numbers';
import { FIRST } from './plan';
import { StepSection } from './StepSection';
import type { Prepared } from './usePrepared';

const { send: text } = wizardWords;
export const TAKE_BACK_S = 10;

interface Props {
  prepared: Prepared;
  isFirstTen: boolean;
  onBack: () => void;
}

export function SendStep({ prepared, isFirstTen, onBack }: Props) {
  const [left, setLeft] = useState(TAKE_BACK_S);
  const [isCounting, setCounting] = useState(true);
  const end = useRef(Date.now() + TAKE_BACK_S * 1000);
  const isStarted = useRef(false);
  const queued = prepared.summary?.queued ?? '0';
  const start = useAction(async () => {
    isStarted.current = true; // a late tick of the clock starts nothing again
    setCounting(false);
    await bridge().campaignStart(prepared.campaign);
    prepared.keep();
    invalidate('campaigns/');
    go('campaigns', prepared.campaign);
  });

  useEffect(() => {
    if (!isCounting)
      return;
    const timer = setInterval(() => {
      const seconds = Math.max(0, Math.ceil((end.current - Date.now()) / 1000));
      setLeft(seconds);
      if (seconds === 0 && !isStarted.current)
        void start.run();
    }, 200);
    return () => clearInterval(timer);
  }, [isCounting, start.run]);

  const undo = () => {
    setCounting(false);
    say(text.undone);
    onBack();
  };
  return (
    <StepSection title={text.title} onBack={start.busy ? undefined : undo}>
      <FaultNotice failure={start.failure} title={text.failed} onRetry={() => void start.run()} />
      {start.busy ? (
        <p role="status">{text.starting}</p>
      ) : (
        isCounting && (
          <>
            <p>{text.text(isFirstTen ? people(Math.min(FIRST, Number(queued))) : people(queued))}</p>
            <div className="countdown">
              <span className="countdown-number" aria-hidden="true">{left}</span>
              <span className="visually-hidden" role="timer" aria-live="off">{text.counting(count(left, 'second', 'seconds'))}</span>
              <Button kind="primary" icon="close" onClick={undo} autoFocus>{text.undo}</Button>
              <Button onClick={() => void start.run()}>{text.now}</Button>
            </div>
            <Bar label={text.title} parts={[{ kind: 'info', value: TAKE_BACK_S - left }]} total={TAKE_BACK_S} />
          </>
        )
      )}
    </StepSection>
  );
}
