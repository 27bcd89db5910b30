import { useState } from 'react';
import { oneLine } from '../../base/foreign';
import { moment } from '../../base/format';
import { bridge } from '../../bridge';
import { Button, IconButton } from '../../parts/Button';
import { Dialog } from '../../parts/Dialog';
import { TextField } from '../../parts/Field';
import { Foreign } from '../../parts/Foreign';
import { Loaded } from '../../parts/Loaded';
import { Empty, FaultNotice } from '../../parts/Notice';
import { useAction } from '../../state/action';
import { invalidate, useQuery } from '../../state/query';
import { say } from '../../state/toast';
import { words } from '../../words';
import { composeWords } from '../../words/compose';
import { changeDraft, currentDraft, fromParts, isEmpty, partsOf, type Draft } from './draft';
import { replaceDraft, takeBack } from './replaced';

export const useTemplates = () => useQuery('templates', () => bridge().templateList());

export function LoadTemplate({ onClose }: { onClose: () => void }) {
  const query = useTemplates();
  const load = useAction(async (name: string) => {
    const parts = await bridge().templateShow(name);
    const isOver = !isEmpty(currentDraft());
    replaceDraft({ ...fromParts(parts), template: name });
    if (isOver)
      say(composeWords.opened(oneLine(name, 60)), { label: composeWords.undo, run: takeBack });
    onClose();
  });
  const remove = useAction(async (name: string) => {
    await bridge().templateRemove(name);
    say(composeWords.removed(oneLine(name, 60)));
    invalidate('templates');
  });

  return (
    <Dialog title={composeWords.loadTitle} onClose={onClose}>
      <Loaded query={query}>
        {(templates) =>
          templates.length === 0 ? (
            <Empty icon="compose" title={composeWords.noTemplates}>{composeWords.noTemplatesText}</Empty>
          ) : (
            <>
              <p className="muted">{composeWords.loadText}</p>
              <ul className="plain-list stack-tight">
                {templates.map((template) => (
                  <li key={template.name} className="row">
                    <button type="button" className="pick grow" disabled={load.busy} onClick={() => void load.run(template.name)}>
                      <span>
                        <Foreign text={template.name} max={60} />
                        <br />
                        <span className="muted small"><Foreign text={template.subject} max={70} /></span>
                      </span>
                      <span className="muted small">{moment(template.changed)}</span>
                    </button>
                    <IconButton kind="quiet" icon="trash" label={`${words.remove}: ${oneLine(template.name, 60)}`} onClick={() => void remove.run(template.name)} />
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
      <FaultNotice failure={load.failure ?? remove.failure} />
    </Dialog>
  );
}

export function SaveTemplate({ draft, onClose }: { draft: Draft; onClose: () => void }) {
  const query = useTemplates();
  const [name, setName] = useState(draft.template);
  const isThere = query.value?.some((template) => template.name === name.trim()) === true;
  const save = useAction(async () => {
    await bridge().templateSave(name.trim(), partsOf(draft));
    changeDraft({ template: name.trim() });
    say(composeWords.saved(oneLine(name, 60)));
    invalidate('templates');
    onClose();
  });

  return (
    <Dialog
      title={composeWords.saveTitle}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button kind="primary" busy={save.busy} disabled={name.trim() === ''} onClick={() => void save.run()}>{words.save}</Button>
        </>
      }
    >
      <TextField label={composeWords.name} value={name} maxLength={64} onValue={setName} {...(isThere ? { hint: composeWords.replaces } : {})} />
      <FaultNotice failure={save.failure} />
    </Dialog>
  );
}
