import { useState } from 'react';
import { oneLine } from '../../../base/foreign';
import { bridge, type Person } from '../../../bridge';
import { Button } from '../../../parts/Button';
import { Dialog } from '../../../parts/Dialog';
import { TextField } from '../../../parts/Field';
import { FaultNotice } from '../../../parts/Notice';
import { useAction } from '../../../state/action';
import { invalidate } from '../../../state/query';
import { say } from '../../../state/toast';
import { words } from '../../../words';
import { contactWords } from '../../../words/contacts';

const { person: text } = contactWords;

/** What was changed, and nothing else: the rest may be edited elsewhere meanwhile. */
export function changed(before: Record<string, string>, after: Record<string, string>): Record<string, string> {
  return Object.fromEntries(Object.entries(after).filter(([name, value]) => value !== (before[name] ?? '')));
}

export function EditPerson({ person, onClose }: { person: Person; onClose: () => void }) {
  const before: Record<string, string> = { name: person.name, email: person.email, phone: person.phone, ...person.fields };
  const [values, setValues] = useState(before);
  const [extra, setExtra] = useState({ name: '', value: '' });
  const save = useAction(async () => {
    const changes = changed(before, { ...values, ...(extra.name.trim() === '' ? {} : { [extra.name.trim()]: extra.value }) });
    if (Object.keys(changes).length > 0)
      await bridge().contactEdit(`#${person.id}`, changes);
    say(text.saved);
    invalidate('person/');
    onClose();
  });
  const labels: Record<string, string> = { name: text.name, email: text.email, phone: text.phone };

  return (
    <Dialog
      title={text.editTitle}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button kind="primary" busy={save.busy} onClick={() => void save.run()}>{words.save}</Button>
        </>
      }
    >
      <p className="muted small">{text.editHint}</p>
      {Object.keys(before).map((name) => (
        <TextField key={name} label={labels[name] ?? oneLine(name, 60)} value={values[name] ?? ''} onValue={(value) => setValues({ ...values, [name]: value })} maxLength={8192} />
      ))}
      <div className="grid-2">
        <TextField label={text.newField} value={extra.name} onValue={(name) => setExtra({ ...extra, name })} maxLength={255} />
        <TextField label={text.newValue} value={extra.value} onValue={(value) => setExtra({ ...extra, value })} maxLength={8192} />
      </div>
      <FaultNotice failure={save.failure} />
    </Dialog>
  );
}
