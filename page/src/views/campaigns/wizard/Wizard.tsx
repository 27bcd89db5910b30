// Who → what → check → send. Nothing is stored before "Check", and nothing leaves before ten seconds after "Send".
import { useEffect, useRef, useState } from 'react';
import { bridge } from '../../../bridge';
import { Loaded } from '../../../parts/Loaded';
import { Page } from '../../../parts/Page';
import { useQuery } from '../../../state/query';
import { toHash } from '../../../state/router';
import { liveWords, wizardWords } from '../../../words/campaigns';
import { currentDraft, isEmpty, messageFiles, partsOf, toMessageFiles } from '../../compose/draft';
import { filesOf } from '../../compose/open';
import { CheckStep } from './CheckStep';
import { EMPTY_PLAN, retryPlan, type Plan } from './plan';
import { usePrepared } from './usePrepared';
import { SendStep } from './SendStep';
import { WhatStep } from './WhatStep';
import { WhoStep } from './WhoStep';
import { WizardSteps } from './WizardSteps';

function fromDraft(): Partial<Plan> {
  const draft = currentDraft();
  return isEmpty(draft) ? {} : { source: 'draft', message: partsOf(draft), files: messageFiles(draft) };
}

export function NewCampaign({ list = '' }: { list?: string }) {
  const [start] = useState<Plan>(() => ({ ...EMPTY_PLAN, ...fromDraft(), lists: list === '' ? [] : [list] }));
  return <Wizard title={wizardWords.title} start={start} />;
}

async function loadRetry(id: string): Promise<{ plan: Plan; refused: string; title: string }> {
  const [campaign, message, files] = await Promise.all([bridge().campaignShow(id), bridge().campaignMessage(id, 0), filesOf('campaign', id)]);
  return { plan: { ...EMPTY_PLAN, ...retryPlan(campaign, message), files: toMessageFiles(files) }, refused: campaign.refused, title: campaign.title };
}

export function RetryCampaign({ id }: { id: string }) {
  const query = useQuery(`retry/${id}`, () => loadRetry(id));
  if (query.value !== undefined)
    return <Wizard title={wizardWords.retryTitle} start={query.value.plan} retry={query.value} />;
  return (
    <Page title={wizardWords.retryTitle} back={{ href: toHash('campaigns', id), text: liveWords.back }}>
      <Loaded query={query}>{() => null}</Loaded>
    </Page>
  );
}

interface Props {
  title: string;
  start: Plan;
  retry?: { refused: string; title: string };
}

function Wizard({ title, start, retry }: Props) {
  const [step, setStep] = useState(0);
  const [plan, setPlan] = useState(start);
  const prepared = usePrepared();
  const change = (part: Partial<Plan>) => setPlan((old) => ({ ...old, ...part }));
  const frame = useRef<HTMLDivElement>(null);

  const goTo = (next: number) => {
    if (next < 2)
      prepared.discard();
    setStep(next);
  };
  useEffect(() => {
    if (step > 0)
      frame.current?.querySelector<HTMLElement>('h2')?.focus(); // who listens hears that the step is another
  }, [step]);

  return (
    <Page title={title} back={{ href: toHash('campaigns'), text: liveWords.back }}>
      <WizardSteps step={step} />
      <div ref={frame} className="stack">
        {step === 0 && <WhoStep plan={plan} change={change} {...(retry === undefined ? {} : { retry })} onNext={() => goTo(1)} />}
        {step === 1 && <WhatStep plan={plan} change={change} onBack={() => goTo(0)} onNext={() => goTo(2)} />}
        {step === 2 && <CheckStep plan={plan} change={change} prepared={prepared} onBack={() => goTo(1)} onNext={() => goTo(3)} />}
        {step === 3 && <SendStep prepared={prepared} isFirstTen={plan.isFirstTen} onBack={() => goTo(2)} />}
      </div>
    </Page>
  );
}
