// Which columns of a list are shown, and a field that is to go for good.
import { useState } from 'react';
import { oneLine } from '../../../base/foreign';
import { bridge } from '../../../bridge';
import { Button } from '../../../parts/Button';
import { ConfirmDialog, Dialog } from '../../../parts/Dialog';
import { CheckField } from '../../../parts/Field';
import { FaultNotice } from '../../../parts/Notice';
import { useAction } from '../../../state/action';
import { invalidate } from '../../../state/query';
import { say } from '../../../state/toast';
import { words } from '../../../words';
import { listWords as text } from '../../../words/contacts';
import { people } from '../../campaigns/numbers';
import { OWN, titleOfColumn } from './columns';

const SHOWN_AT_FIRST = 6; // beside each other; a person's page has all

const kept = new Map<string, ReadonlySet<string>>(); // for as long as the window is open; null: nobody chose

export function useShown(list: string): [ReadonlySet<string> | null, (columns: ReadonlySet<string>) => void] {
  const [, redraw] = useState(0);
  return [kept.get(list) ?? null, (columns) => {
    kept.set(list, columns);
    redraw((count) => count + 1);
  }];
}

/** Their places in the rows. */
export function shownOf(chosen: ReadonlySet<string> | null, columns: readonly string[]): number[] {
  const all = columns.map((_, index) => index);
  return chosen === null ? all.slice(0, SHOWN_AT_FIRST) : all.filter((index) => index === 0 || chosen.has(columns[index] ?? ''));
}

interface Props {
  list: string;
  columns: readonly string[];
  chosen: ReadonlySet<string> | null;
  onChosen: (columns: ReadonlySet<string>) => void;
  onClose: () => void;
  onRemoved: () => void;
}

export function ColumnChoice({ list, columns, chosen, onChosen, onClose, onRemoved }: Props) {
  const [removed, setRemoved] = useState<string | null>(null);
  const shown = new Set(shownOf(chosen, columns).map((index) => columns[index] ?? ''));
  const remove = useAction(async (field: string) => {
    const had = await bridge().listFieldRemove(list, field);
    say(text.fieldRemoved(oneLine(field, 40), people(had)));
    invalidate('lists');
    invalidate('person/');
    onRemoved();
    onClose();
  });

  if (removed !== null)
    return (
      <ConfirmDialog title={text.fieldTitle(oneLine(removed, 40))} text={text.fieldText} yes={text.fieldYes} danger busy={remove.busy}
        problem={<FaultNotice failure={remove.failure} />} onYes={() => void remove.run(removed)} onClose={() => setRemoved(null)} />
    );
  return (
    <Dialog title={text.columnsTitle} onClose={onClose} actions={<Button kind="primary" onClick={onClose}>{words.close}</Button>}>
      <p className="muted">{text.columnsText}</p>
      <ul className="plain-list stack-tight">
        {columns.map((column, index) => (
          <li key={column} className="row-spread">
            <CheckField label={<bdi>{titleOfColumn(columns, index)}</bdi>} checked={shown.has(column)} disabled={index === 0}
              onChecked={(isOn) => onChosen(new Set(isOn ? [...shown, column] : [...shown].filter((one) => one !== column)))} />
            {index >= OWN && (
              <Button kind="quiet" className="button-small" aria-label={text.fieldOne(oneLine(column, 40))} onClick={() => setRemoved(column)}>{text.fieldRemove}</Button>
            )}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}
