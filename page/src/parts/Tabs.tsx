import { useId, type KeyboardEvent, type ReactNode } from 'react';

interface Props<T extends string> {
  label: string;
  tabs: readonly (readonly [T, string])[];
  value: T;
  onValue: (value: T) => void;
  children: ReactNode;
}

function moved<T extends string>(tabs: Props<T>['tabs'], value: T, key: string): T | undefined {
  const at = tabs.findIndex(([tab]) => tab === value);
  const to = { ArrowRight: at + 1, ArrowLeft: at - 1, Home: 0, End: tabs.length - 1 }[key];
  return to === undefined ? undefined : tabs[(to + tabs.length) % tabs.length]?.[0];
}

/** One tab stop; the arrows go from tab to tab (WAI-ARIA tabs, automatic activation). */
export function Tabs<T extends string>({ label, tabs, value, onValue, children }: Props<T>) {
  const id = useId();
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    const next = moved(tabs, value, event.key);
    if (next === undefined)
      return;
    event.preventDefault();
    onValue(next);
    document.getElementById(`${id}-${next}`)?.focus();
  };

  return (
    <div className="tabs">
      <div className="tab-list" role="tablist" aria-label={label} onKeyDown={onKeyDown}>
        {tabs.map(([tab, text]) => (
          <button
            key={tab}
            type="button"
            id={`${id}-${tab}`}
            role="tab"
            className="tab"
            aria-selected={tab === value}
            aria-controls={`${id}-panel`}
            tabIndex={tab === value ? 0 : -1}
            onClick={() => onValue(tab)}
          >
            {text}
          </button>
        ))}
      </div>
      <div className="tab-panel" role="tabpanel" id={`${id}-panel`} aria-labelledby={`${id}-${value}`}>
        {children}
      </div>
    </div>
  );
}

/** A choice between a few views of the same thing. */
export function Segments<T extends string>({ label, options, value, onValue }: { label: string; options: readonly (readonly [T, string])[]; value: T; onValue: (value: T) => void }) {
  return (
    <div className="segments" role="group" aria-label={label}>
      {options.map(([option, text]) => (
        <button key={option} type="button" className="segment" aria-pressed={option === value} onClick={() => onValue(option)}>
          {text}
        </button>
      ))}
    </div>
  );
}
