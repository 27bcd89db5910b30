import { useState } from 'react';
import { number } from '../../../base/format';
import { oneLine } from '../../../base/foreign';
import { bridge, type Person } from '../../../bridge';
import { Button } from '../../../parts/Button';
import { ConfirmDialog } from '../../../parts/Dialog';
import { FaultNotice } from '../../../parts/Notice';
import { useAction } from '../../../state/action';
import { invalidate } from '../../../state/query';
import { go } from '../../../state/router';
import { say } from '../../../state/toast';
import { words } from '../../../words';
import { contactWords } from '../../../words/contacts';
import { EditPerson } from './EditPerson';

const { person: text } = contactWords;

export function PersonActions({ person }: { person: Person }) {
  const [open, setOpen] = useState<'edit' | 'suppress' | 'forget' | null>(null);
  const who = `#${person.id}`;
  const close = () => setOpen(null);
  const isSuppressed = person.suppressed.some((row) => row.scope === 'all');

  const suppress = useAction(async () => {
    await bridge().suppressAdd([person.email || person.phone], 'all', 'asked');
    say(text.suppressedNow);
    invalidate('person/');
    invalidate('suppress');
    close();
  });
  const forget = useAction(async () => {
    await bridge().contactForget(who);
    say(text.forgotten);
    invalidate('lists');
    invalidate('find/');
    go('contacts');
  });
  const save = useAction(async () => {
    const { name, rows } = await bridge().export('contact', who);
    if (name !== '')
      say(words.exported(oneLine(name, 80), number(rows)));
  });

  return (
    <>
      <Button icon="compose" onClick={() => setOpen('edit')}>{text.edit}</Button>
      <Button icon="download" busy={save.busy} onClick={() => void save.run()}>{text.export}</Button>
      {!isSuppressed && <Button icon="stop" disabled={person.email + person.phone === ''} onClick={() => setOpen('suppress')}>{text.suppress}</Button>}
      <Button icon="trash" onClick={() => setOpen('forget')}>{text.forget}</Button>
      <FaultNotice failure={save.failure} />
      {open === 'edit' && <EditPerson person={person} onClose={close} />}
      {open === 'suppress' && (
        <ConfirmDialog title={text.suppressTitle} text={text.suppressText} yes={text.suppressYes} busy={suppress.busy}
          problem={<FaultNotice failure={suppress.failure} />} onYes={() => void suppress.run()} onClose={close} />
      )}
      {open === 'forget' && (
        <ConfirmDialog title={text.forgetTitle} text={text.forgetText} yes={text.forgetYes} danger busy={forget.busy}
          problem={<FaultNotice failure={forget.failure} />} onYes={() => void forget.run()} onClose={close} />
      )}
    </>
  );
}
