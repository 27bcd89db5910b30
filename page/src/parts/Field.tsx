// A label, its control, a hint and an error, tied together for those who listen instead of look.
import { useId, useState, type InputHTMLAttributes, type ReactNode, type SelectHTMLAttributes, type TextareaHTMLAttributes } from 'react';

interface Base {
  label: string;
  hint?: ReactNode;
  error?: string | undefined;
  hideLabel?: boolean;
}

/** What is wrong is said when the field is left, not while somebody types, and not of what nobody has touched yet. */
function useLeft({ error }: Base) {
  const [isLeft, setLeft] = useState(false);
  return { shown: isLeft ? error : undefined, onBlur: () => setLeft(true) };
}

function Frame({ id, label, hint, error, hideLabel, children, onBlur }: Base & { id: string; children: ReactNode; onBlur: () => void }) {
  return (
    <div className="field" onBlur={onBlur}>
      <label htmlFor={id} className={hideLabel === true ? 'visually-hidden' : 'field-label'}>
        {label}
      </label>
      {children}
      {hint !== undefined && (
        <p id={id + '-hint'} className="field-hint">
          {hint}
        </p>
      )}
      {error !== undefined && error !== '' && (
        <p id={id + '-error'} className="field-error">
          {error}
        </p>
      )}
    </div>
  );
}

function described(id: string, { hint, error }: Base) {
  const ids = [hint !== undefined ? id + '-hint' : '', error !== undefined && error !== '' ? id + '-error' : ''].filter(Boolean);
  return { 'aria-describedby': ids.length > 0 ? ids.join(' ') : undefined, 'aria-invalid': error !== undefined && error !== '' ? true : undefined };
}

type TextProps = Base & { value: string; onValue: (value: string) => void } & Omit<InputHTMLAttributes<HTMLInputElement>, 'value' | 'onChange'>;

export function TextField({ label, hint, error, hideLabel, value, onValue, ...rest }: TextProps) {
  const id = useId();
  const { shown, onBlur } = useLeft({ label, error });
  const base: Base = { label, hint, error: shown, hideLabel: hideLabel === true };
  return (
    <Frame {...base} id={id} onBlur={onBlur}>
      <input
        type="text"
        autoComplete="off"
        spellCheck={false}
        dir="auto"
        {...rest}
        {...described(id, base)}
        id={id}
        className="input"
        value={value}
        onChange={(event) => onValue(event.target.value)}
      />
    </Frame>
  );
}

type AreaProps = Base & { value: string; onValue: (value: string) => void } & Omit<TextareaHTMLAttributes<HTMLTextAreaElement>, 'value' | 'onChange'>;

export function TextArea({ label, hint, error, hideLabel, value, onValue, ...rest }: AreaProps) {
  const id = useId();
  const { shown, onBlur } = useLeft({ label, error });
  const base: Base = { label, hint, error: shown, hideLabel: hideLabel === true };
  return (
    <Frame {...base} id={id} onBlur={onBlur}>
      <textarea dir="auto" rows={6} {...rest} {...described(id, base)} id={id} className="input textarea" value={value} onChange={(event) => onValue(event.target.value)} />
    </Frame>
  );
}

type SelectProps = Base & { value: string; onValue: (value: string) => void; options: readonly (readonly [value: string, text: string])[] } & Omit<
    SelectHTMLAttributes<HTMLSelectElement>,
    'value' | 'onChange'
  >;

export function SelectField({ label, hint, error, hideLabel, value, onValue, options, ...rest }: SelectProps) {
  const id = useId();
  const { shown, onBlur } = useLeft({ label, error });
  const base: Base = { label, hint, error: shown, hideLabel: hideLabel === true };
  return (
    <Frame {...base} id={id} onBlur={onBlur}>
      <select {...rest} {...described(id, base)} id={id} className="input select" value={value} onChange={(event) => onValue(event.target.value)}>
        {options.map(([option, text]) => (
          <option key={option} value={option}>
            {text}
          </option>
        ))}
      </select>
    </Frame>
  );
}

interface CheckProps {
  label: ReactNode;
  hint?: ReactNode;
  checked: boolean;
  onChecked: (checked: boolean) => void;
  type?: 'checkbox' | 'radio';
  name?: string;
  disabled?: boolean;
}

export function CheckField({ label, hint, checked, onChecked, type = 'checkbox', name, disabled = false }: CheckProps) {
  const id = useId();
  return (
    <div className="check">
      <input
        type={type}
        id={id}
        name={name}
        checked={checked}
        disabled={disabled}
        aria-describedby={hint !== undefined ? id + '-hint' : undefined}
        onChange={(event) => onChecked(event.target.checked)}
      />
      <label htmlFor={id}>{label}</label>
      {hint !== undefined && (
        <p id={id + '-hint'} className="field-hint">
          {hint}
        </p>
      )}
    </div>
  );
}

export function FieldSet({ legend, children }: { legend: string; children: ReactNode }) {
  return (
    <fieldset className="fieldset">
      <legend>{legend}</legend>
      {children}
    </fieldset>
  );
}
