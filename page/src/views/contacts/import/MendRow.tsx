// A rejected row, to be mended where it stands: it is imported by itself, into the same list and with the same meaning of its columns.
import { useState } from 'react';
import { toNumber } from '../../../base/decimal';
import { sentence } from '../../../base/foreign';
import { number } from '../../../base/format';
import { bridge, type ImportOptions } from '../../../bridge';
import { Button } from '../../../parts/Button';
import { Dialog } from '../../../parts/Dialog';
import { TextField } from '../../../parts/Field';
import { FaultNotice, Notice } from '../../../parts/Notice';
import { useAction } from '../../../state/action';
import { invalidate, useEvent } from '../../../state/query';
import { words } from '../../../words';
import { importWords } from '../../../words/contacts';
import { isRejected, toReject, toTable, type Reject } from './rejects';

const { report: text } = importWords;
const CELL_MAX = 4096;

interface Props {
  reject: Reject;
  list: string;
  options: ImportOptions;
  onMended: () => void;
  onClose: () => void;
}

export function MendRow({ reject, list, options, onMended, onClose }: Props) {
  const [cells, setCells] = useState(reject.cells.map(([, cell]) => cell));
  const [why, setWhy] = useState(reject.sentence);
  useEvent(bridge().onImportRejected, (rows) => {
    const [first] = rows.filter(isRejected).map(toReject);
    if (first !== undefined)
      setWhy(first.sentence);
  });
  const mend = useAction(async () => {
    const file = await bridge().pasteText(toTable(reject.cells.map(([column]) => column), cells));
    try {
      const { encoding: _encoding, sheet: _sheet, dry_run: _dry, name: _name, ...same } = options; // without a name: the rows of the file stay to be saved
      const report = await bridge().import(file, list, { ...same, format: 'csv', header: 'yes' });
      if (['new', 'updated', 'merged', 'unchanged'].some((key) => toNumber(report[key as 'new']) > 0)) {
        invalidate('lists');
        onMended();
      }
    } finally {
      bridge().releaseFile(file).catch(() => {}); // it is released with the window at the latest
    }
  });

  return (
    <Dialog title={text.mendTitle(number(reject.row))} onClose={onClose} actions={
      <>
        <Button onClick={onClose}>{words.cancel}</Button>
        <Button kind="primary" type="submit" form="mend-row" busy={mend.busy}>{text.mendGo}</Button>
      </>
    }>
      <form id="mend-row" className="stack" onSubmit={(event) => {
        event.preventDefault();
        void mend.run();
      }}>
        <Notice kind="warn" live>{sentence(why)}</Notice>
        {reject.cells.map(([column], index) => (
          <TextField key={index} label={column !== '' ? column : text.column.number(String(index + 1))} value={cells[index] ?? ''} maxLength={CELL_MAX}
            onValue={(value) => setCells(cells.map((old, at) => (at === index ? value : old)))} />
        ))}
        <FaultNotice failure={mend.failure} />
      </form>
    </Dialog>
  );
}
