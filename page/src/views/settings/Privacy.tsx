import { useState } from 'react';
import { count, number, size } from '../../base/format';
import { oneLine } from '../../base/foreign';
import { bridge, type Settings } from '../../bridge';
import { ConfirmDialog } from '../../parts/Dialog';
import { SelectField } from '../../parts/Field';
import { Loaded } from '../../parts/Loaded';
import { FaultNotice } from '../../parts/Notice';
import { Disclosure, Facts, Section } from '../../parts/Page';
import { useAction } from '../../state/action';
import { invalidate, useQuery } from '../../state/query';
import { say } from '../../state/toast';
import { words } from '../../words';
import { settingsWords } from '../../words/rest';

const { privacy: text } = settingsWords;

export function Privacy() {
  const query = useQuery('settings', () => bridge().settingsShow());
  return (
    <Section title={text.title}>
      <p>{text.nowhere}</p>
      <Loaded query={query} rows={4}>
        {(settings) => (
          <>
            <Facts rows={[[text.people, number(settings.people)], [text.campaigns, number(settings.campaigns)], [text.recipients, number(settings.recipients)], [text.size, size(settings.bytes)]]} />
            <Disclosure summary={words.details}>
              <Facts rows={[[text.home, <code key="h">{oneLine(settings.home, 400)}</code>], [text.state, <code key="s">{oneLine(settings.state, 400)}</code>]]} />
            </Disclosure>
            <KeepDays settings={settings} />
          </>
        )}
      </Loaded>
    </Section>
  );
}

function options(current: string) {
  const known = Object.entries(text.keepOptions).sort(([a], [b]) => Number(a) - Number(b));
  return known.some(([days]) => days === current) ? known : [...known, [current, count(current, 'day', 'days')] as const];
}

/** A shorter time deletes at once: it is asked for. */
function KeepDays({ settings }: { settings: Settings }) {
  const current = String(settings.keep_days);
  const [asked, setAsked] = useState<string | null>(null);
  const save = useAction(async (days: string) => {
    await bridge().settingsChange({ keep_days: Number(days) });
    say(text.kept);
    invalidate('settings');
    setAsked(null);
  });
  const change = (days: string) => {
    const isShorter = days !== '0' && (current === '0' || Number(days) < Number(current));
    if (isShorter)
      setAsked(days);
    else if (days !== current)
      void save.run(days);
  };

  return (
    <>
      <SelectField label={text.keep} hint={text.keepHint} value={current} onValue={change} options={options(current)} disabled={save.busy} />
      {asked === null && <FaultNotice failure={save.failure} />}
      {asked !== null && (
        <ConfirmDialog title={text.keepSure(text.keepOptions[asked] ?? asked)} text={text.keepHint} yes={text.keepYes} danger busy={save.busy}
          problem={<FaultNotice failure={save.failure} />} onYes={() => void save.run(asked)} onClose={() => setAsked(null)} />
      )}
    </>
  );
}
