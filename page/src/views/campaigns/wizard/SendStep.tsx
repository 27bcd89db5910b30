// The last step: ten seconds in which it can be taken back, then it goes.
import { useState } from 'react';
import { bridge } from '../../../bridge';
import { FaultNotice } from '../../../parts/Notice';
import { useAction } from '../../../state/action';
import { invalidate } from '../../../state/query';
import { go } from '../../../state/router';
import { say } from '../../../state/toast';
import { wizardWords } from '../../../words/campaigns';
import { Countdown } from '../Countdown';
import { people } from '../numbers';
import { FIRST } from './plan';
import { StepSection } from './StepSection';
import type { Prepared } from './usePrepared';

const { send: text } = wizardWords;

interface Props {
  prepared: Prepared;
  isFirstTen: boolean;
  onBack: () => void;
}

export function SendStep({ prepared, isFirstTen, onBack }: Props) {
  const [isCounting, setCounting] = useState(true);
  const queued = prepared.summary?.queued ?? '0';
  const start = useAction(async () => {
    setCounting(false);
    await bridge().campaignStart(prepared.campaign);
    prepared.keep();
    invalidate('campaigns/');
    go('campaigns', prepared.campaign);
  });
  const undo = () => {
    setCounting(false);
    say(text.undone);
    onBack();
  };

  return (
    <StepSection title={text.title} onBack={start.busy ? undefined : undo}>
      <FaultNotice failure={start.failure} title={text.failed} onRetry={() => void start.run()} />
      {(isCounting || start.busy) && <Countdown text={text.text(isFirstTen ? people(Math.min(FIRST, Number(queued))) : people(queued))} isBusy={start.busy} onSend={() => void start.run()} onUndo={undo} />}
    </StepSection>
  );
}
