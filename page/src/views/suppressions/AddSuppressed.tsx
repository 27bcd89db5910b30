import { useState } from 'react';
import { count } from '../../base/format';
import { oneLine } from '../../base/foreign';
import { bridge } from '../../bridge';
import { Button } from '../../parts/Button';
import { Dialog } from '../../parts/Dialog';
import { SelectField, TextArea, TextField } from '../../parts/Field';
import { FaultNotice } from '../../parts/Notice';
import { useAction } from '../../state/action';
import { invalidate, useQuery } from '../../state/query';
import { say } from '../../state/toast';
import { words } from '../../words';
import { suppressionWords as text } from '../../words/rest';

const AT_ONCE = 10_000; // addresses a call; chosen well below the contract's limit

/** What somebody pasted: lines, commas and semicolons part addresses. */
export function toAddresses(pasted: string): string[] {
  return [...new Set(pasted.split(/[\n\r,;]+/).map((one) => one.trim()).filter((one) => one !== ''))];
}

export function AddSuppressed({ onAdded, onClose }: { onAdded: () => void; onClose: () => void }) {
  const lists = useQuery('lists', () => bridge().lists());
  const [pasted, setPasted] = useState('');
  const [reason, setReason] = useState('');
  const [scope, setScope] = useState('all');
  const addresses = toAddresses(pasted);
  const add = useAction(async () => {
    let added = 0;
    for (let at = 0; at < addresses.length; at += AT_ONCE)
      added += await bridge().suppressAdd(addresses.slice(at, at + AT_ONCE), scope, reason.trim());
    say(text.added(count(added, 'address', 'addresses')));
    invalidate('person/');
    onAdded();
  });
  const scopes = [['all', text.scopeAll] as const, ...(lists.value ?? []).slice(0, 200).map(({ name }) => [`list:${name}`, text.scopeList(oneLine(name, 60))] as const)];

  return (
    <Dialog
      title={text.addTitle}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button kind="primary" busy={add.busy} disabled={addresses.length === 0} onClick={() => void add.run()}>{text.addYes}</Button>
        </>
      }
    >
      <TextArea label={text.addresses} hint={text.addHint} spellCheck={false} value={pasted} onValue={setPasted} />
      <TextField label={text.reason} hint={text.reasonHint} spellCheck value={reason} onValue={setReason} maxLength={200} />
      <SelectField label={text.scope} value={scope} onValue={setScope} options={scopes} />
      <FaultNotice failure={add.failure} />
    </Dialog>
  );
}
