// A value that a stranger wrote: kept in its own direction, with nothing hidden in it. React writes it as text, never as markup.
import { Fragment } from 'react';
import { oneLine, pieces } from '../base/foreign';

export function Foreign({ text, max = 200 }: { text: string; max?: number }) {
  const shown = oneLine(text, max);
  return (
    <bdi className="foreign" title={shown.endsWith('…') ? oneLine(text, 2000) : undefined}>
      {pieces(shown).map((piece, index) => (
        <Fragment key={index}>
          {index > 0 && <wbr />}
          {piece}
        </Fragment>
      ))}
    </bdi>
  );
}
