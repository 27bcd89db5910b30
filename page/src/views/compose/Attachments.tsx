import { oneLine } from '../../base/foreign';
import { size } from '../../base/format';
import { bridge } from '../../bridge';
import { Button, IconButton } from '../../parts/Button';
import { Foreign } from '../../parts/Foreign';
import { Icon } from '../../parts/icons';
import { useAction } from '../../state/action';
import { FaultNotice } from '../../parts/Notice';
import { composeWords } from '../../words/compose';
import { addFiles, changeDraft, type Draft, type DraftFile } from './draft';

const escapeAttribute = (text: string) => text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);

function drop(draft: Draft, gone: DraftFile): void {
  changeDraft({ files: draft.files.filter((file) => file !== gone) });
  bridge().releaseFile(gone.file).catch(() => {}); // it is released with the window at the latest
}

export function Attachments({ draft, onInsert }: { draft: Draft; onInsert: (text: string) => void }) {
  const attach = useAction(async () => addFiles(await bridge().chooseFiles('attachment'), 'attach'));
  const picture = useAction(async () => {
    const chosen = await bridge().chooseFiles('image');
    addFiles(chosen, 'inline');
    for (const { name } of chosen)
      onInsert(`<img src="${escapeAttribute(name)}" alt="">`);
  });

  return (
    <div className="stack-tight">
      <div className="row">
        <Button icon="clip" busy={attach.busy} onClick={() => void attach.run()}>{composeWords.attach}</Button>
        {draft.mode === 'html' && <Button icon="plus" busy={picture.busy} onClick={() => void picture.run()}>{composeWords.image}</Button>}
      </div>
      <FaultNotice failure={attach.failure ?? picture.failure} />
      {draft.files.length + draft.lost.length > 0 && (
        <ul className="attachments" aria-label={composeWords.attachments}>
          {draft.files.map((file) => (
            <li key={file.file} className="attachment">
              <Icon name="clip" />
              <span className="grow">
                <Foreign text={file.name} max={80} />
              </span>
              <span className="muted small">{file.role === 'inline' ? composeWords.inline : size(file.size)}</span>
              <IconButton kind="quiet" icon="close" label={composeWords.removeFile(oneLine(file.name, 60))} onClick={() => drop(draft, file)} />
            </li>
          ))}
          {draft.lost.map((name) => (
            <li key={`lost ${name}`} className="attachment">
              <Icon name="warning" />
              <span className="grow">
                <Foreign text={name} max={80} />
              </span>
              <span className="muted small">{composeWords.lost}</span>
              <IconButton kind="quiet" icon="close" label={composeWords.removeFile(oneLine(name, 60))} onClick={() => changeDraft({ lost: draft.lost.filter((other) => other !== name) })} />
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
