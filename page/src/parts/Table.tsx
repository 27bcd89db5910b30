// A table of at most a few thousand rows. One tab stop: the arrows go from row to row; the link in a row's first cell opens it.
import { useRef, type KeyboardEvent, type ReactNode } from 'react';

export interface Column<T> {
  head: string;
  cell: (row: T) => ReactNode;
  kind?: 'text' | 'number' | 'actions' | 'wide';
}

interface Props<T> {
  label: string;
  columns: readonly Column<T>[];
  rows: readonly T[];
  rowKey: (row: T) => string;
}

const STEPS: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10, Home: -Infinity, End: Infinity };

function moveFocus(event: KeyboardEvent<HTMLTableSectionElement>): void {
  const step = STEPS[event.key];
  const row = (event.target as HTMLElement).closest('tr');
  if (step === undefined || row === null || event.target instanceof HTMLInputElement || event.target instanceof HTMLSelectElement)
    return;
  const rows = [...event.currentTarget.querySelectorAll('tr')];
  const to = rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(row) + step))];
  if (to === undefined)
    return;
  event.preventDefault();
  for (const other of rows)
    other.tabIndex = other === to ? 0 : -1;
  to.focus();
}

function open(event: KeyboardEvent<HTMLTableRowElement>): void {
  if (event.key !== 'Enter' || event.target !== event.currentTarget)
    return;
  event.preventDefault(); // else the key would also press what gets the focus now
  event.currentTarget.querySelector<HTMLElement>('a, button')?.click();
}

export function Table<T>({ label, columns, rows, rowKey }: Props<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  return (
    <div className="table-frame">
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <th key={column.head} scope="col" className={`cell-${column.kind ?? 'text'}`}>
                {column.kind === 'actions' ? <span className="visually-hidden">{column.head}</span> : column.head}
              </th>
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={moveFocus}>
          {rows.map((row, index) => (
            <tr key={rowKey(row)} tabIndex={index === 0 ? 0 : -1} onKeyDown={open}>
              {columns.map((column) => (
                <td key={column.head} className={`cell-${column.kind ?? 'text'}`}>
                  {column.cell(row)}
                </td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}
