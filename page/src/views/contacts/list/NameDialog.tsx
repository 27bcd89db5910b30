// A name for a list: a new one's, or another one for one that is there.
import { useState } from 'react';
import { Button } from '../../../parts/Button';
import { Dialog } from '../../../parts/Dialog';
import { TextField } from '../../../parts/Field';
import { FaultNotice } from '../../../parts/Notice';
import { useAction } from '../../../state/action';
import { words } from '../../../words';
import { importWords, listWords as text } from '../../../words/contacts';

interface Props {
  title: string;
  explain?: string;
  start: string;
  yes: string;
  onName: (name: string) => Promise<void>;
  onClose: () => void;
}

export function NameDialog({ title, explain, start, yes, onName, onClose }: Props) {
  const [name, setName] = useState(start);
  const wanted = name.trim();
  const save = useAction(() => onName(wanted));
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button type="submit" form="list-name" kind="primary" busy={save.busy} disabled={wanted === '' || wanted === start}>{yes}</Button>
        </>
      }
    >
      <form id="list-name" className="stack" onSubmit={(event) => {
        event.preventDefault();
        if (wanted !== '' && wanted !== start)
          void save.run();
      }}>
        <TextField label={importWords.into.list} value={name} maxLength={100} onValue={setName} error={wanted === '' ? text.needName : undefined} />
      </form>
      {explain !== undefined && <p className="muted small">{explain}</p>}
      <FaultNotice failure={save.failure} />
    </Dialog>
  );
}
