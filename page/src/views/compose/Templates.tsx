import { useState } from 'react';
import { oneLine } from '../../base/foreign';
import { moment } from '../../base/format';
import { bridge, type TemplateRow } from '../../bridge';
import { Button } from '../../parts/Button';
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
import { titleOf } from '../campaigns/title';
import { changeDraft, currentDraft, messageFiles, partsOf, toMessageFiles, type Draft } from './draft';
import { filesOf, openLetter } from './open';
import { takeBack } from './replaced';

export const useTemplates = () => useQuery('templates', () => bridge().templateList());

/** "Fair (copy)", and where that is taken "Fair (copy 2)". Names compare without case. */
export function copyName(name: string, templates: readonly TemplateRow[]): string {
  const taken = new Set(templates.map((template) => template.name.toLowerCase()));
  for (let number = 1; ; number++) {
    const copied = `${Array.from(name).slice(0, 50).join('')} (${number === 1 ? composeWords.copyOf : `${composeWords.copyOf} ${number}`})`;
    if (!taken.has(copied.toLowerCase()))
      return copied;
  }
}

function Rename({ name, onDone }: { name: string; onDone: () => void }) {
  const [text, setText] = useState(name);
  const rename = useAction(async () => {
    await bridge().templateRename(name, text.trim());
    if (currentDraft().template === name)
      changeDraft({ template: text.trim() });
    invalidate('templates');
    onDone();
  });
  return (
    <form className="stack row grow" onSubmit={(event) => {
      event.preventDefault();
      void rename.run();
    }}>
      <div className="grow">
        <TextField label={composeWords.name} hideLabel value={text} maxLength={64} onValue={setText} autoFocus />
      </div>
      <Button type="submit" kind="primary" busy={rename.busy} disabled={text.trim() === ''}>{words.save}</Button>
      <Button onClick={onDone}>{words.cancel}</Button>
      <FaultNotice failure={rename.failure} />
    </form>
  );
}

export function LoadTemplate({ onClose }: { onClose: () => void }) {
  const query = useTemplates();
  const load = useAction(async (name: string) => {
    const isOver = await openLetter(await bridge().templateShow(name), 'template', name);
    if (isOver)
      say(composeWords.opened(oneLine(name, 60)), { label: composeWords.undo, run: takeBack });
    onClose();
  });
  const copy = useAction(async (name: string) => {
    const [parts, files] = await Promise.all([bridge().templateShow(name), filesOf('template', name)]);
    const copied = copyName(name, query.value ?? []);
    try {
      await bridge().templateSave(copied, parts, toMessageFiles(files));
    } finally {
      for (const { file } of files)
        bridge().releaseFile(file).catch(() => {}); // it is released with the window at the latest
    }
    say(composeWords.saved(oneLine(copied, 60)));
    invalidate('templates');
  });
  const [renamed, setRenamed] = useState<string | null>(null);
  const remove = useAction(async (name: string) => {
    await bridge().templateRemove(name);
    say(composeWords.removed(oneLine(name, 60)));
    invalidate('templates');
  });

  return (
    <Dialog title={composeWords.loadTitle} wide onClose={onClose}>
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
                    {renamed === template.name ? (
                      <Rename name={template.name} onDone={() => setRenamed(null)} />
                    ) : (
                      <>
                    <button type="button" className="pick grow" disabled={load.busy} onClick={() => void load.run(template.name)}>
                      <span>
                        <Foreign text={template.name} max={60} />
                        <br />
                        <span className="muted small"><Foreign text={titleOf(template.subject, 70)} max={70} /></span>
                      </span>
                      <span className="muted small">{moment(template.changed)}</span>
                    </button>
                    <Button kind="quiet" className="button-small" aria-label={`${composeWords.rename}: ${oneLine(template.name, 60)}`} onClick={() => setRenamed(template.name)}>{composeWords.rename}</Button>
                    <Button kind="quiet" className="button-small" aria-label={`${words.copy}: ${oneLine(template.name, 60)}`} busy={copy.busy} onClick={() => void copy.run(template.name)}>{words.copy}</Button>
                    <Button kind="quiet" className="button-small" aria-label={`${words.remove}: ${oneLine(template.name, 60)}`} onClick={() => void remove.run(template.name)}>{words.remove}</Button>
                      </>
                    )}
                  </li>
                ))}
              </ul>
            </>
          )
        }
      </Loaded>
      <FaultNotice failure={load.failure ?? copy.failure ?? remove.failure} />
    </Dialog>
  );
}

export function SaveTemplate({ draft, onClose }: { draft: Draft; onClose: () => void }) {
  const query = useTemplates();
  const [name, setName] = useState(draft.template);
  const isThere = query.value?.some((template) => template.name.toLowerCase() === name.trim().toLowerCase()) === true;
  const save = useAction(async () => {
    await bridge().templateSave(name.trim(), partsOf(draft), messageFiles(draft));
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
