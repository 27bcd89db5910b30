import { useState } from 'react';
import { number } from '../../../base/format';
import { oneLine } from '../../../base/foreign';
import { bridge, type List } from '../../../bridge';
import { Button, LinkButton } from '../../../parts/Button';
import { ConfirmDialog } from '../../../parts/Dialog';
import { FaultNotice } from '../../../parts/Notice';
import { useAction } from '../../../state/action';
import { invalidate } from '../../../state/query';
import { go } from '../../../state/router';
import { say } from '../../../state/toast';
import { words } from '../../../words';
import { contactWords, listWords } from '../../../words/contacts';
import { people } from '../../campaigns/numbers';
import { toHashWithList } from '../../campaigns/wizard/link';
import { NameDialog } from './NameDialog';

export function ListActions({ name, list, onAdd }: { name: string; list: List | undefined; onAdd: () => void }) {
  const [open, setOpen] = useState<'remove' | 'rename' | null>(null);
  const close = () => setOpen(null);
  const remove = useAction(async () => {
    const gone = await bridge().listRemove(name);
    say(contactWords.removedList(people(gone)));
    invalidate('lists');
    go('contacts');
  });
  const save = useAction(async () => {
    const { name: file, rows } = await bridge().export('list', name);
    if (file !== '')
      say(words.exported(oneLine(file, 80), number(rows)));
  });

  return (
    <>
      <LinkButton kind="primary" icon="campaign" href={toHashWithList(name)}>{contactWords.writeTo}</LinkButton>
      <Button icon="plus" onClick={onAdd}>{listWords.add}</Button>
      <Button icon="compose" disabled={list === undefined} onClick={() => setOpen('rename')}>{listWords.rename}</Button>
      <Button icon="download" busy={save.busy} onClick={() => void save.run()}>{contactWords.exportList}</Button>
      <Button icon="trash" disabled={list === undefined} onClick={() => setOpen('remove')}>{contactWords.removeList}</Button>
      <FaultNotice failure={save.failure} />
      {open === 'rename' && (
        <NameDialog title={listWords.renameTitle} explain={listWords.renameText} start={name} yes={words.save} onClose={close}
          onName={async (next) => {
            await bridge().listRename(name, next);
            say(listWords.renamed(oneLine(next, 60)));
            invalidate('');
            go('contacts', 'list', next);
          }} />
      )}
      {open === 'remove' && (
        <ConfirmDialog title={contactWords.removeTitle} text={contactWords.removeText} yes={contactWords.removeYes} danger busy={remove.busy}
          problem={<FaultNotice failure={remove.failure} />} onYes={() => void remove.run()} onClose={close} />
      )}
    </>
  );
}
