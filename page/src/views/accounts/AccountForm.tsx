import { useState, type FormEvent } from 'react';
import { bridge } from '../../bridge';
import { Button } from '../../parts/Button';
import { CheckField, FieldSet, TextField } from '../../parts/Field';
import { FaultNotice } from '../../parts/Notice';
import { Page, Section } from '../../parts/Page';
import { useAction } from '../../state/action';
import { invalidate } from '../../state/query';
import { go, toHash } from '../../state/router';
import { say } from '../../state/toast';
import { accountWords } from '../../words/accounts';
import { LimitFields, Provider, ServerFields } from './Fields';
import { changed, EMPTY_FORM, isComplete, toSettings, type Form } from './form';
import { usePreset } from './usePreset';

const { form: text } = accountWords;
const KEEP = Object.entries(text.keepOptions) as [Form['keep'], string][];

export function AccountForm() {
  const [form, setForm] = useState<Form>(EMPTY_FORM);
  const change = (part: Partial<Form>) => setForm((old) => changed(old, part));
  const preset = usePreset(form.address, change);
  const save = useAction(async () => {
    await bridge().accountAdd(form.name.trim(), toSettings(form));
    say(text.saved);
    invalidate('accounts');
    invalidate('campaigns');
    go('accounts', 'test', form.name.trim());
  });
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (isComplete(form))
      void save.run();
  };

  return (
    <Page title={text.title} back={{ href: toHash('accounts'), text: text.back }}>
      <form className="stack" onSubmit={onSubmit} noValidate>
        <Section>
          <div className="grid-2">
            <TextField label={text.address} type="email" value={form.address} onValue={(address) => change({ address })} maxLength={254} required />
            <TextField label={text.name} hint={text.nameHint} value={form.name} onValue={(name) => change({ name })} maxLength={60} required />
          </div>
          <Provider preset={preset} form={form} />
        </Section>
        <ServerFields form={form} change={change} />
        <Section>
          <FieldSet legend={text.keep}>
            {KEEP.map(([keep, label]) => (
              <CheckField key={keep} type="radio" name="keep" label={label} checked={form.keep === keep} onChecked={() => change({ keep })} />
            ))}
            <p className="field-hint">{text.keepHint}</p>
          </FieldSet>
          <LimitFields form={form} change={change} />
        </Section>
        <FaultNotice failure={save.failure} />
        <div className="row">
          <Button kind="primary" type="submit" busy={save.busy} disabled={!isComplete(form)}>{text.save}</Button>
        </div>
      </form>
    </Page>
  );
}
