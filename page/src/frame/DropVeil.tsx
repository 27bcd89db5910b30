// Files over the window: the shell catches the drop, the page hears of numbers. On Compose they become attachments, elsewhere an import.
import { useState } from 'react';
import { bridge } from '../bridge';
import { Icon } from '../parts/icons';
import { setDropped } from '../state/files';
import { useEvent } from '../state/query';
import { go, useRoute } from '../state/router';
import { words } from '../words';
import { composeWords } from '../words/compose';
import { addFiles } from '../views/compose/draft';

export function DropVeil() {
  const [isOver, setOver] = useState(false);
  const [place] = useRoute();
  const isCompose = place === 'compose';
  useEvent(bridge().onDragChanged, setOver);
  useEvent(bridge().onFilesDropped, (files) => {
    setOver(false);
    if (isCompose) {
      addFiles(files, 'attach');
      return;
    }
    const [first, ...rest] = files;
    for (const { file } of rest)
      bridge().releaseFile(file).catch(() => {}); // one import at a time; it is released with the window at the latest
    if (first === undefined)
      return;
    setDropped(first);
    go('contacts', 'import');
  });
  if (!isOver)
    return null;

  return (
    <div className="drop-veil" role="status">
      <Icon name="upload" />
      {isCompose ? composeWords.dropHere : words.dropHere}
    </div>
  );
}
