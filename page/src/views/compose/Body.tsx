import { lazy, Suspense } from 'react';
import { CheckField, TextArea } from '../../parts/Field';
import { Loading } from '../../parts/Notice';
import { Segments } from '../../parts/Tabs';
import { composeWords } from '../../words/compose';
import { changeDraft, type Draft } from './draft';
import { insertText, type Insert } from './insert';

const HtmlEditor = lazy(() => import('./HtmlEditor')); // CodeMirror: only for who writes HTML

const MODES = Object.entries(composeWords.modes) as ['text' | 'html', string][];

interface Props {
  draft: Draft;
  onFocus: (insert: Insert) => void;
}

export function Body({ draft, onFocus }: Props) {
  return (
    <div className="stack">
      <div className="row-spread">
        <span className="field-label">{composeWords.part}</span>
        <Segments label={composeWords.part} options={MODES} value={draft.mode} onValue={(mode) => changeDraft({ mode })} />
      </div>
      {draft.mode === 'html' && (
        <>
          <Suspense fallback={<Loading rows={4} />}>
            <HtmlEditor label={composeWords.html} value={draft.html} onValue={(html) => changeDraft({ html })} onFocus={onFocus} />
          </Suspense>
          <CheckField label={composeWords.ownText} hint={composeWords.ownTextHint} checked={draft.hasOwnText} onChecked={(hasOwnText) => changeDraft({ hasOwnText })} />
        </>
      )}
      {(draft.mode === 'text' || draft.hasOwnText) && (
        <TextArea
          label={composeWords.text}
          hideLabel={draft.mode === 'text'}
          rows={draft.mode === 'text' ? 14 : 6}
          spellCheck
          value={draft.text}
          onValue={(text) => changeDraft({ text })}
          onFocus={(event) => {
            const area = event.currentTarget;
            onFocus((text) => insertText(area, text, (next) => changeDraft({ text: next })));
          }}
        />
      )}
    </div>
  );
}
