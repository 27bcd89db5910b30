// The pre-flight in words: who gets it, who does not and why, how long, what to read, what to confirm, and real samples.
import { useEffect, useState } from 'react';
import { isZero, toNumber } from '../../../base/decimal';
import { clock, duration, size } from '../../../base/format';
import { oneLine, sentence as sentenceOf } from '../../../base/foreign';
import type { PrepareSummary } from '../../../bridge';
import { Button } from '../../../parts/Button';
import { CheckField } from '../../../parts/Field';
import { FaultNotice, Loading, Notice } from '../../../parts/Notice';
import { wizardWords } from '../../../words/campaigns';
import { isOne, people } from '../numbers';
import { hasMany, type Plan } from './plan';
import { Samples } from './Samples';
import { StepSection } from './StepSection';
import type { StepProps } from './step';
import type { Prepared } from './usePrepared';

const { check: text } = wizardWords;

interface Props extends StepProps {
  prepared: Prepared;
  onBack: () => void;
  onNext: () => void;
}

export function CheckStep({ plan, prepared, onBack, onNext }: Props) {
  const { summary, prepare } = prepared;
  const [confirmed, setConfirmed] = useState<ReadonlySet<string>>(new Set());
  useEffect(() => {
    if (prepared.campaign === '')
      prepare(plan);
  }, []); // once: the plan does not change here
  const isConfirmed = summary !== null && summary.confirm.every((sentence) => confirmed.has(sentence));
  const canSend = summary !== null && !isZero(summary.queued) && isConfirmed;

  return (
    <StepSection
      title={text.title}
      onBack={onBack}
      next={
        <Button kind="primary" icon="campaign" disabled={!canSend} onClick={onNext}>
          {summary === null ? wizardWords.steps[3] : plan.isFirstTen && hasMany(summary.queued) ? text.sendFirst : text.send(people(summary.queued))}
        </Button>
      }
    >
      {prepared.busy && (
        <>
          <p className="muted">{text.preparing}</p>
          <Loading rows={4} />
        </>
      )}
      <FaultNotice failure={prepared.failure} onRetry={() => prepare(plan)} />
      {summary !== null && (
        <>
          <Summary summary={summary} plan={plan} />
          {!isZero(summary.queued) && summary.confirm.length > 0 && (
            <Notice kind="warn" title={text.confirm}>
              {summary.confirm.map((sentence) => (
                <CheckField key={sentence} label={<span dir="auto">{sentenceOf(sentence)}</span>} checked={confirmed.has(sentence)}
                  onChecked={(isOn) => setConfirmed((old) => new Set(isOn ? [...old, sentence] : [...old].filter((one) => one !== sentence)))} />
              ))}
            </Notice>
          )}
          {!isZero(summary.queued) && <Samples campaign={prepared.campaign} />}
        </>
      )}
    </StepSection>
  );
}

/** A retry leaves out whoever was not refused: some got it, of others nobody knows, and some are new on the list. */
function leftOut(summary: PrepareSummary, plan: Plan): string[] {
  const rows = [[summary.suppressed, text.suppressed], [summary.no_address, text.noAddress], [summary.excluded, plan.refusedOf !== '' ? text.notRefused : text.excluded]] as const;
  return [
    ...rows.filter(([value]) => !isZero(value)).map(([value, sentence]) => sentence(people(value))),
    ...Object.entries(summary.missing).filter(([, value]) => !isZero(value)).map(([field, value]) => text.missing(people(value), isOne(value), oneLine(field, 40))),
  ];
}

function Summary({ summary, plan }: { summary: PrepareSummary; plan: Plan }) {
  const seconds = toNumber(summary.seconds);
  const out = leftOut(summary, plan);
  const limit = toNumber(summary.server_size);
  const isTooLarge = limit > 0 && toNumber(summary.largest) > limit;
  const notes = summary.warnings.map((warning) => sentenceOf(warning));

  return (
    <>
      <Notice kind={isZero(summary.queued) ? 'bad' : 'good'} title={isZero(summary.queued) ? text.nobody : text.goesTo(people(summary.queued), oneLine(plan.account, 40))}>
        {seconds > 0 && <p>{text.end(duration(seconds), clock(Date.now() + seconds * 1000))}</p>}
        {!isZero(summary.queued) && <p>{text.lifetime(duration(toNumber(summary.lifetime_s)))}</p>}
        {!isZero(summary.sharing) && <p>{text.sharing(people(summary.sharing), isOne(summary.sharing))}</p>}
        {!isZero(summary.queued) && !isZero(summary.largest) && !isTooLarge && <p>{text.largest(size(summary.largest))}</p>}
      </Notice>
      {isTooLarge && <Notice kind="bad">{text.tooLarge(size(summary.largest), size(limit))}</Notice>}
      {out.length > 0 && (
        <Notice title={text.left}>
          <ul className="bullets">
            {out.map((sentence) => (
              <li key={sentence} dir="auto">{sentence}</li>
            ))}
          </ul>
          {Object.values(summary.missing).some((value) => !isZero(value)) && <p className="muted small">{text.missingHint}</p>}
        </Notice>
      )}
      {notes.length > 0 && (
        <Notice kind="warn" title={text.warnings}>
          <ul className="bullets">
            {notes.map((note) => (
              <li key={note} dir="auto">{note}</li>
            ))}
          </ul>
        </Notice>
      )}
    </>
  );
}
