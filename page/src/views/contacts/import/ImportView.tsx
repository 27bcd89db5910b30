// From a file or pasted text to a list: choose, look, import, report.
import { useEffect, useState } from 'react';
import { bridge, type ChosenFileRow } from '../../../bridge';
import { Page } from '../../../parts/Page';
import { setDropped, useDropped } from '../../../state/files';
import { toHash } from '../../../state/router';
import { importWords } from '../../../words/contacts';
import { ChooseStep } from './ChooseStep';
import type { Done } from './done';
import { LookStep } from './LookStep';
import { ReportStep } from './ReportStep';

export function ImportView() {
  const [file, setFile] = useState<ChosenFileRow | null>(null);
  const [done, setDone] = useState<Done | null>(null);
  const dropped = useDropped();

  const choose = (next: ChosenFileRow | null) => {
    if (file !== null && file !== next)
      bridge().releaseFile(file.file).catch(() => {}); // it is released with the window at the latest
    setDone(null);
    setFile(next);
  };
  useEffect(() => {
    if (dropped === null)
      return;
    choose(dropped);
    setDropped(null);
  }, [dropped]);

  return (
    <Page title={importWords.title} back={{ href: toHash('contacts'), text: importWords.back }}>
      {file === null ? (
        <ChooseStep onFile={choose} />
      ) : done !== null ? (
        <ReportStep done={done} onAnother={() => choose(null)} />
      ) : (
        <LookStep key={file.file} file={file} onDone={setDone} onOther={() => choose(null)} />
      )}
    </Page>
  );
}
