import { useState } from 'react';
import { bridge, type ChosenFileRow } from '../../../bridge';
import { Button } from '../../../parts/Button';
import { TextArea } from '../../../parts/Field';
import { FaultNotice } from '../../../parts/Notice';
import { Section } from '../../../parts/Page';
import { useAction } from '../../../state/action';
import { importWords } from '../../../words/contacts';

const { choose: text } = importWords;
const PASTE_MAX = 8 * 1024 * 1024; // Window1.PasteText

/** What other programs put on the clipboard may hold what is no text: the bridge takes none of it. */
const textOf = (pasted: string) => pasted.replace(/\0|\p{Surrogate}/gu, '');

export function ChooseStep({ onFile }: { onFile: (file: ChosenFileRow) => void }) {
  const [pasted, setPasted] = useState('');
  const choose = useAction(async () => {
    const [file] = await bridge().chooseFiles('contacts');
    if (file !== undefined)
      onFile(file);
  });
  const paste = useAction(async () => {
    const whole = textOf(pasted);
    const file = await bridge().pasteText(whole);
    onFile({ file, name: text.pastedName, size: String(new Blob([whole]).size) });
  });

  return (
    <Section title={text.title}>
      <p>{text.fileText}</p>
      <div className="row">
        <Button kind="primary" icon="upload" busy={choose.busy} onClick={() => void choose.run()}>{text.file}</Button>
      </div>
      <FaultNotice failure={choose.failure} />
      <TextArea label={text.paste} hint={text.pasteHint} rows={8} spellCheck={false} maxLength={PASTE_MAX} value={pasted} onValue={setPasted} />
      <div className="row">
        <Button icon="paste" disabled={pasted.trim() === ''} busy={paste.busy} onClick={() => void paste.run()}>{text.pasteButton}</Button>
      </div>
      <FaultNotice failure={paste.failure} />
    </Section>
  );
}
