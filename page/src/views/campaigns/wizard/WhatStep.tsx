import { useEffect } from 'react';
import { oneLine } from '../../../base/foreign';
import { bridge, type Account } from '../../../bridge';
import { Button, LinkButton } from '../../../parts/Button';
import { CheckField, SelectField, TextField } from '../../../parts/Field';
import { Loaded } from '../../../parts/Loaded';
import { FaultNotice, Notice } from '../../../parts/Notice';
import { useAction } from '../../../state/action';
import { useQuery } from '../../../state/query';
import { toHash } from '../../../state/router';
import { wizardWords } from '../../../words/campaigns';
import { toCount } from '../../accounts/form';
import { kindOf, useKinds } from '../../accounts/useKinds';
import { fromParts, isEmpty, messageFiles, partsOf, toMessageFiles, useDraft, EMPTY } from '../../compose/draft';
import { filesOf } from '../../compose/open';
import { useTemplates } from '../../compose/Templates';
import { titleOf } from '../title';
import { fromOf, hasPart, isLeftOut, isWhatComplete, type Message, type Plan } from './plan';
import { StepSection } from './StepSection';
import type { StepProps } from './step';

const { what: text } = wizardWords;
const PACES = Object.entries(text.paces) as [Plan['pace'], string][];

interface Props extends StepProps {
  onBack: () => void;
  onNext: () => void;
}

export function WhatStep({ plan, change, onBack, onNext }: Props) {
  const accounts = useQuery('accounts', () => bridge().accountList());
  const kinds = useKinds();
  const first = accounts.value?.find((account) => account.name === plan.account) ?? accounts.value?.[0];
  const parts = first === undefined || kinds.value === undefined ? undefined : kindOf(kinds.value, first)?.parts;
  useEffect(() => {
    if (first !== undefined && parts !== undefined && (plan.account !== first.name || plan.address !== first.address || plan.parts !== parts))
      change({ account: first.name, address: first.address, parts });
  }, [first, parts, plan.account, plan.address, plan.parts, change]);

  return (
    <StepSection
      title={text.title}
      onBack={onBack}
      next={
        <Button kind="primary" icon="next" disabled={!isWhatComplete(plan)} onClick={onNext}>
          {wizardWords.next}
        </Button>
      }
    >
      <MessageChoice plan={plan} change={change} />
      <Loaded query={accounts}>
        {(all) =>
          all.length === 0 ? (
            <Notice kind="warn" action={<LinkButton href={toHash('accounts', 'new')}>{text.addAccount}</LinkButton>}>{text.noAccount}</Notice>
          ) : (
            <Sender plan={plan} change={change} accounts={all} />
          )
        }
      </Loaded>
      <Pace plan={plan} change={change} />
    </StepSection>
  );
}

function MessageChoice({ plan, change }: StepProps) {
  const draft = useDraft();
  const templates = useTemplates();
  const load = useAction(async (source: string) => {
    if (source === 'draft' || source === '') {
      change({ source, message: source === '' ? { subject: '', html: '', text: '' } : partsOf(draft), files: source === '' ? [] : messageFiles(draft) });
      return;
    }
    const template = source.slice('template:'.length);
    const [parts, files] = await Promise.all([bridge().templateShow(template), filesOf('template', template)]);
    const message: Message = partsOf({ ...EMPTY, ...fromParts(parts) });
    change({ source, message, files: toMessageFiles(files) });
  });
  const isEarlier = plan.source.startsWith('campaign:');
  const options: [string, string][] = [
    ...(isEarlier ? [[plan.source, text.earlier(titleOf(plan.message.subject, 60))] as [string, string]] : []),
    ...(isEmpty(draft) ? [] : [['draft', text.draft(titleOf(draft.subject, 60))] as [string, string]]),
    ...(templates.value ?? []).map(({ name }): [string, string] => [`template:${name}`, text.template(oneLine(name, 60))]),
  ];
  const isChosen = options.some(([source]) => source === plan.source);

  if (options.length === 0 && templates.value !== undefined)
    return <Notice kind="warn" action={<LinkButton kind="primary" href={toHash('compose')}>{text.write}</LinkButton>}>{text.none}</Notice>;
  return (
    <>
      <SelectField label={text.message} value={isChosen ? plan.source : ''} onValue={(source) => void load.run(source)} options={isChosen ? options : [['', '…'], ...options]} />
      {isLeftOut(plan) && <Notice kind="warn">{text.leftOut}</Notice>}
      {isChosen && hasPart(plan, 'subject') && plan.message.subject.trim() === '' && <Notice kind="warn" action={<LinkButton href={toHash('compose')}>{text.edit}</LinkButton>}>{text.missingSubject}</Notice>}
      <FaultNotice failure={load.failure} />
    </>
  );
}

function Sender({ plan, change, accounts }: StepProps & { accounts: readonly Account[] }) {
  return (
    <div className="grid-2">
      <SelectField label={text.account} value={plan.account} onValue={(account) => change({ account, address: accounts.find(({ name }) => name === account)?.address ?? '' })}
        options={accounts.map(({ name, address }) => [name, `${oneLine(name, 40)} (${oneLine(address, 60)})`] as const)} />
      {hasPart(plan, 'from') && <TextField label={text.name} hint={text.from(oneLine(fromOf(plan), 120))} value={plan.fromName} onValue={(fromName) => change({ fromName })} maxLength={100} />}
      {hasPart(plan, 'reply_to') && <TextField label={text.replyTo} hint={text.replyHint} type="email" value={plan.replyTo} onValue={(replyTo) => change({ replyTo })} maxLength={254} />}
      {hasPart(plan, 'unsubscribe') && <TextField label={text.unsubscribe} hint={text.unsubscribeHint} value={plan.unsubscribe} onValue={(unsubscribe) => change({ unsubscribe })} maxLength={1000} />}
    </div>
  );
}

function Pace({ plan, change }: StepProps) {
  const isBad = (toCount(plan.perHour) ?? 0) < 1;
  return (
    <>
      <div className="grid-2">
        <SelectField label={text.pace} value={plan.pace} onValue={(pace) => change({ pace: PACES.find(([one]) => one === pace)?.[0] ?? 'limit' })} options={PACES} />
        {plan.pace === 'own' && (
          <TextField label={text.perHour} inputMode="numeric" value={plan.perHour} onValue={(perHour) => change({ perHour })} maxLength={7} error={isBad ? text.perHourBad : undefined} />
        )}
      </div>
      <CheckField label={text.first} hint={text.firstHint} checked={plan.isFirstTen} onChecked={(isFirstTen) => change({ isFirstTen })} />
    </>
  );
}
