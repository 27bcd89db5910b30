// One person into a list: who has this address and name already joins it.
import { useState } from 'react';
import { oneLine } from '../../../base/foreign';
import { bridge } from '../../../bridge';
import { Button } from '../../../parts/Button';
import { Dialog } from '../../../parts/Dialog';
import { TextField } from '../../../parts/Field';
import { FaultNotice } from '../../../parts/Notice';
import { useAction } from '../../../state/action';
import { invalidate } from '../../../state/query';
import { say } from '../../../state/toast';
import { words } from '../../../words';
import { contactWords, importWords, listWords as text } from '../../../words/contacts';

export function AddPerson({ list, onClose, onAdded }: { list: string; onClose: () => void; onAdded: () => void }) {
  const [values, setValues] = useState({ name: '', email: '', phone: '' });
  const [consent, setConsent] = useState('');
  const hasAddress = values.email.trim() !== '' || values.phone.trim() !== '';
  const add = useAction(async () => {
    const given = Object.fromEntries(Object.entries(values).map(([field, value]) => [field, value.trim()]).filter(([, value]) => value !== ''));
    const { isNew } = await bridge().contactAdd(list, given, consent.trim() === '' ? {} : { consent: consent.trim() });
    say(isNew ? text.added(oneLine(values.name || values.email || values.phone, 60)) : text.joined(oneLine(values.name || values.email || values.phone, 60)));
    invalidate('find/');
    invalidate('person/');
    onAdded();
    onClose();
  });

  return (
    <Dialog
      title={text.addTitle}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button kind="primary" busy={add.busy} disabled={!hasAddress} onClick={() => void add.run()}>{text.addYes}</Button>
        </>
      }
    >
      <TextField label={contactWords.person.name} value={values.name} maxLength={255} onValue={(name) => setValues({ ...values, name })} />
      <TextField label={contactWords.person.email} type="email" value={values.email} maxLength={254} error={hasAddress ? undefined : text.needAddress} onValue={(email) => setValues({ ...values, email })} />
      <TextField label={contactWords.person.phone} hint={text.phoneHint} type="tel" value={values.phone} maxLength={40} onValue={(phone) => setValues({ ...values, phone })} />
      <TextField label={importWords.into.consent} hint={importWords.into.consentHint} value={consent} maxLength={1000} onValue={setConsent} />
      <FaultNotice failure={add.failure} />
    </Dialog>
  );
}
