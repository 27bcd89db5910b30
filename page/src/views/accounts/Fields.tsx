// What the form of a new account and that of one that is changed have in common.
import { oneLine } from '../../base/foreign';
import { CheckField, SelectField, TextField } from '../../parts/Field';
import { Notice } from '../../parts/Notice';
import { Disclosure, Section } from '../../parts/Page';
import { accountWords } from '../../words/accounts';
import { isLocal, isPort, toCount, type Form } from './form';
import type { Preset } from './usePreset';

const { form: text } = accountWords;

interface Props {
  form: Form;
  change: (part: Partial<Form>) => void;
}

/** What is known of the address's provider; its place is taken from the start, so that nothing below jumps. */
export function Provider({ preset, form }: { preset: Preset | null; form: Form }) {
  if (preset !== null && preset.preset !== '')
    return (
      <Notice kind="good" title={text.preset(preset.preset)}>
        <p dir="auto">{[oneLine(preset.note, 500), text.sure[preset.sure] ?? ''].filter(Boolean).join('. ')}</p>
      </Notice>
    );
  if (form.wasReset)
    return <Notice kind="warn" live title={text.reset}>{text.resetText}</Notice>;
  return <Notice>{preset === null ? text.addressHint : text.unknown}</Notice>;
}

export function ServerFields({ form, change }: Props) {
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

export function LimitFields({ form, change }: Props) {
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
