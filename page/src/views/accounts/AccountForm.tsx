import { useState, type FormEvent } from 'react';
import { oneLine } from '../../base/foreign';
import { bridge } from '../../bridge';
import { Button } from '../../parts/Button';
import { CheckField, FieldSet, SelectField, TextField } from '../../parts/Field';
import { FaultNotice, Notice } from '../../parts/Notice';
import { Disclosure, Page, Section } from '../../parts/Page';
import { useAction } from '../../state/action';
import { invalidate } from '../../state/query';
import { go, toHash } from '../../state/router';
import { say } from '../../state/toast';
import { accountWords } from '../../words/accounts';
import { EMPTY_FORM, isComplete, isLocal, isPort, toCount, toSettings, type Form } from './form';
import { usePreset } from './usePreset';

const { form: text } = accountWords;
const KEEP = Object.entries(text.keepOptions) as [Form['keep'], string][];

export function AccountForm() {
  const [form, setForm] = useState<Form>(EMPTY_FORM);
  const change = (part: Partial<Form>) => setForm((old) => ({ ...old, ...part }));
  const preset = usePreset(form.address, (found) => change(found));
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
          {preset === null ? (
            <Notice>{text.addressHint}</Notice> // its place is taken from the start: nothing below jumps
          ) : preset.preset === '' ? (
            <Notice>{text.unknown}</Notice>
          ) : (
            <Notice kind="good" title={text.preset(preset.preset)}>
              <p dir="auto">{[oneLine(preset.note, 500), text.sure[preset.sure] ?? ''].filter(Boolean).join('. ')}</p>
            </Notice>
          )}
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

interface FieldsProps {
  form: Form;
  change: (part: Partial<Form>) => void;
}

function ServerFields({ form, change }: FieldsProps) {
  return (
    <Section title={text.server}>
      <div className="grid-2">
        <TextField label={text.host} value={form.host} onValue={(host) => change({ host })} maxLength={253} required />
        <TextField label={text.port} inputMode="numeric" value={form.port} onValue={(port) => change({ port })} maxLength={5} error={isPort(form.port) ? undefined : text.badNumber} />
        <SelectField label={text.tls} value={form.tls} onValue={(tls) => change({ tls })} options={Object.entries(text.tlsOptions)} />
        <TextField label={text.user} hint={text.userHint} value={form.user} placeholder={form.address} onValue={(user) => change({ user })} maxLength={254} />
      </div>
      {form.tls === 'none' && form.host.trim() !== '' && !isLocal(form.host) && (
        <CheckField label={text.insecure} hint={text.insecureHint} checked={form.insecure} onChecked={(insecure) => change({ insecure })} />
      )}
    </Section>
  );
}

function LimitFields({ form, change }: FieldsProps) {
  const rows = [['perDay', text.perDay], ['perHour', text.perHour], ['perMinute', text.perMinute]] as const;
  return (
    <Disclosure summary={text.more} open={form.perDay + form.perHour + form.perMinute !== ''}>
      <div className="grid-2">
        {rows.map(([key, label]) => (
          <TextField key={key} label={label} inputMode="numeric" value={form[key]} onValue={(value) => change({ [key]: value })} maxLength={9} error={toCount(form[key]) === null ? text.badNumber : undefined} />
        ))}
      </div>
      <p className="field-hint">{text.limitHint}</p>
    </Disclosure>
  );
}
