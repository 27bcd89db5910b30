import { useRef } from 'react';
import { Button } from '../../parts/Button';
import { Section } from '../../parts/Page';
import { say } from '../../state/toast';
import { settingsWords } from '../../words/rest';

const { privacy: text } = settingsWords;

/** The clipboard's own interface is denied to the page; copying what is selected works where the platform lets it. */
function copy(element: HTMLElement | null): void {
  if (element === null)
    return;
  const selection = getSelection();
  const range = document.createRange();
  range.selectNodeContents(element);
  selection?.removeAllRanges();
  selection?.addRange(range);
  say(document.execCommand('copy') ? text.copied : text.copyFailed);
}

export function Notice() {
  const ref = useRef<HTMLParagraphElement>(null);
  return (
    <Section title={text.notice} actions={<Button icon="copy" onClick={() => copy(ref.current)}>{text.copy}</Button>}>
      <p className="muted">{text.noticeHint}</p>
      <p ref={ref} className="privacy-text" tabIndex={0}>{text.noticeText}</p>
    </Section>
  );
}
