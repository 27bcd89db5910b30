import { useState, type FormEvent } from 'react';
import { bridge, type AccountKind } from '../../bridge';
import { Button } from '../../parts/Button';
import { CheckField, FieldSet, SelectField, TextField } from '../../parts/Field';
import { Loaded } from '../../parts/Loaded';
import { FaultNotice } from '../../parts/Notice';
import { Disclosure, Page, Section } from '../../parts/Page';
import { useAction } from '../../state/action';
import { invalidate } from '../../state/query';
import { go, toHash } from '../../state/router';
import { say } from '../../state/toast';
import { accountWords } from '../../words/accounts';
import { LimitFields, Provider, ServerFields } from './Fields';
import { changed, emptyForm, isComplete, toSettings, type Change, type Form } from './form';
import { useKinds } from './useKinds';
import { usePreset } from './usePreset';

const { form: text } = accountWords;
const KEEP = Object.entries(text.keepOptions) as [Form['keep'], string][];

export function AccountForm() {
  const query = useKinds();
  const [word, setWord] = useState('');
  return (
    <Page title={text.title} back={{ href: toHash('accounts'), text: text.back }}>
      <Loaded query={query}>
        {(all) => {
          const kinds = all.filter((one) => one.client !== 'file'); // that takes a file, and the command line
          const kind = kinds.find((one) => one.word === word) ?? kinds[0];
          return (
            <>
              {kinds.length > 1 && <SelectField label={text.kind} value={kind?.word ?? ''} onValue={setWord} options={kinds.map((one) => [one.word, one.title] as const)} />}
              {kind !== undefined && <NewForm key={kind.word} kind={kind} isFirst={kind === kinds[0]} />}
            </>
          );
        }}
      </Loaded>
    </Page>
  );
}

/** Without a client built in, a person has to make one: each step in words. */
function ClientSteps({ kind }: { kind: AccountKind }) {
  const { steps, secretHint } = accountWords.signIn;
  const list = steps[kind.word];
  if (kind.client === 'none' || !Array.isArray(list))
    return null;
  return (
    <>
      {kind.client === 'secret' && <p className="field-hint">{secretHint}</p>}
      <Disclosure summary={String(steps['title'])}>
        <ol className="bullets stack-tight">
          {list.map((step) => <li key={step}>{step}</li>)}
        </ol>
      </Disclosure>
    </>
  );
}

/** isFirst: it is the kind that is meant where none is named. */
function NewForm({ kind, isFirst }: { kind: AccountKind; isFirst: boolean }) {
  const [form, setForm] = useState<Form>(() => emptyForm(kind));
  const change = (part: Change) => setForm((old) => changed(kind, old, part));
  const hasSignIn = kind.secret === 'oauth';
  const preset = usePreset(kind, hasSignIn ? '' : form.address, change); // who signs in has no server to fill in
  const save = useAction(async () => {
    await bridge().accountAdd(form.name.trim(), { ...toSettings(kind, form), ...(isFirst ? {} : { kind: kind.word }) });
    say(text.saved);
    invalidate('accounts');
    invalidate('campaigns');
    go('accounts', hasSignIn ? 'sign-in' : 'test', form.name.trim());
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isComplete(kind, form))
      void save.run();
  };

  return (
    <form className="stack" onSubmit={onSubmit} noValidate>
      <Section>
        <div className="grid-2">
          <TextField label={kind.address === 'phone' ? text.phone : text.address} type={kind.address === 'phone' ? 'tel' : 'email'} value={form.address} onValue={(address) => change({ address })} maxLength={254} required />
          <TextField label={text.name} hint={text.nameHint} value={form.name} onValue={(name) => change({ name })} maxLength={60} required />
        </div>
        {kind.address === 'email' && !hasSignIn && <Provider preset={preset} form={form} />}
      </Section>
      <ServerFields kind={kind} form={form} change={change} />
      <Section>
        {hasSignIn && <ClientSteps kind={kind} />}
        {kind.secret !== 'none' && !hasSignIn && (
          <FieldSet legend={text.keep}>
            {KEEP.map(([keep, label]) => (
              <CheckField key={keep} type="radio" name="keep" label={label} checked={form.keep === keep} onChecked={() => change({ keep })} />
            ))}
            <p className="field-hint">{text.keepHint}</p>
          </FieldSet>
        )}
        <LimitFields kind={kind} form={form} change={change} />
      </Section>
      <FaultNotice failure={save.failure} />
      <div className="row">
        <Button kind="primary" type="submit" busy={save.busy} disabled={!isComplete(kind, form)}>{hasSignIn ? accountWords.signIn.save : text.save}</Button>
      </div>
    </form>
  );
}
