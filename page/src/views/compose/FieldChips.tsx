import { useState } from 'react';
import { oneLine } from '../../base/foreign';
import { TextField } from '../../parts/Field';
import { composeWords } from '../../words/compose';
import { placeholder } from './fields';

const CHIPS_MAX = 60; // chosen: more is no help any more

export function FieldChips({ columns, onField }: { columns: readonly string[]; onField: (text: string) => void }) {
  const [fallback, setFallback] = useState('');
  if (columns.length === 0)
    return <p className="field-hint">{composeWords.noFields}</p>;

  return (
    <div className="stack-tight" role="group" aria-label={composeWords.fields}>
      <div className="row-spread">
        <div className="grow">
          <p className="field-label">{composeWords.fields}</p>
          <p className="field-hint">{composeWords.fieldHint}</p>
        </div>
        <TextField label={composeWords.fallback} hideLabel spellCheck placeholder={composeWords.fallback} title={composeWords.fallbackHint} value={fallback} onValue={setFallback} maxLength={100} />
      </div>
      <div className="chips">
        {columns.slice(0, CHIPS_MAX).map((column) => (
          // the mouse leaves the cursor where it is
          <button key={column} type="button" className="chip" title={placeholder(oneLine(column, 80), fallback)} onMouseDown={(event) => event.preventDefault()} onClick={() => onField(placeholder(column, fallback.replace(/[{}|]/g, '')))}>
            <bdi>{oneLine(column, 40)}</bdi>
          </button>
        ))}
      </div>
    </div>
  );
}
