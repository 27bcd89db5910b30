// What the form of a new account and that of one that is changed have in common.
import { oneLine } from '../../base/foreign';
import { CheckField, SelectField, TextField } from '../../parts/Field';
import { Notice } from '../../parts/Notice';
import { Disclosure, Section } from '../../parts/Page';
import { accountWords } from '../../words/accounts';
import type { AccountKind, AccountSetting } from '../../bridge';
import { askedOf, isAsked, isFine, type Change, type Form } from './form';
import type { Preset } from './usePreset';

const { form: text } = accountWords;

interface Props {
  kind: AccountKind;
  form: Form;
  change: (part: Change) => void;
}

/** What is known of the address's provider; its place is taken from the start, so that nothing below jumps. */
export function Provider({ preset, form }: { preset: Preset | null; form: Form }) {
  if (preset !== null && preset.preset !== '')
    return (
      <Notice kind="good" title={text.preset(oneLine(preset.title, 100))}>
        <p dir="auto">{[oneLine(preset.note, 500), text.sure[preset.sure] ?? ''].filter(Boolean).join('. ')}</p>
      </Notice>
    );
  if (form.wasReset)
    return <Notice kind="warn" live title={text.reset}>{text.resetText}</Notice>;
  return <Notice>{preset === null ? text.addressHint : text.unknown}</Notice>;
}

const optional = (words: string) => (words === '' ? undefined : words);

/** One row of the kind's table. */
function SettingField({ row, form, change }: { row: AccountSetting; form: Form; change: Props['change'] }) {
  const value = form.values[row.key] ?? '';
  const onValue = (next: string) => change({ values: { [row.key]: next } });
  const common = { label: row.label, hint: optional(row.hint), value, onValue };

  if (row.type === 'b')
    return <CheckField label={row.label} hint={optional(row.hint)} checked={value !== ''} onChecked={(checked) => onValue(checked ? 'yes' : '')} />;
  if (row.words.length > 0)
    return <SelectField {...common} options={row.words.map((word, index) => [word, row.labels[index] ?? word] as const)} />;
  if (row.type === 's')
    return <TextField {...common} placeholder={row.fallback === '{address}' ? form.address : undefined} maxLength={row.most > 0 ? row.most : undefined} required={row.required} />;
  return <TextField {...common} inputMode="numeric" maxLength={row.most > 0 ? String(row.most).length : 9} error={isFine(row, form) ? undefined : text.badNumber} />;
}

/** Where it sends, and as whom. */
export function ServerFields({ kind, form, change }: Props) {
  const rows = ['server', 'login'].flatMap((group) => askedOf(kind).filter((row) => row.group === group));
  const isFlag = (row: AccountSetting) => row.type === 'b';
  return rows.length === 0 ? null : (
    <Section title={text.server}>
      <div className="grid-2">
        {rows.filter((row) => !isFlag(row)).map((row) => (
          <SettingField key={row.key} row={row} form={form} change={change} />
        ))}
      </div>
      {rows.filter((row) => isFlag(row) && isAsked(row, form)).map((row) => (
        <SettingField key={row.key} row={row} form={form} change={change} />
      ))}
    </Section>
  );
}

/** The longest first. */
export function LimitFields({ kind, form, change }: Props) {
  const rows = askedOf(kind).filter(({ group }) => group === 'limits').sort((a, b) => b.seconds - a.seconds);
  return rows.length === 0 ? null : (
    <Disclosure summary={text.more} open={rows.some(({ key }) => (form.values[key] ?? '') !== '')}>
      <div className="grid-2">
        {rows.map((row) => (
          <SettingField key={row.key} row={row} form={form} change={change} />
        ))}
      </div>
      <p className="field-hint">{text.limitHint}</p>
    </Disclosure>
  );
}
