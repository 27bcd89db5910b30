// A table of at most a few thousand rows. One tab stop: the arrows go from row to row; the link in a row's first cell opens it.
import { useMemo, useRef, useState, type KeyboardEvent, type MouseEvent, type ReactNode } from 'react';
import { Icon } from './icons';

export interface Column<T> {
  head: string;
  cell: (row: T) => ReactNode;
  kind?: 'text' | 'number' | 'actions' | 'line' | 'words' | 'spare'; // line: never broken; words: wide enough for a word; spare: left out where there is little room
  sort?: (a: T, b: T) => number; // by this column, rising
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

/** A click anywhere on a row is one on its first link, unless it was meant for something else in it, or marked text. */
function openByClick(event: MouseEvent<HTMLTableRowElement>): void {
  const target = event.target as HTMLElement;
  if (target.closest('a, button, input, select, label, summary') === null && (window.getSelection()?.isCollapsed ?? true))
    event.currentTarget.querySelector<HTMLElement>('td:not(.cell-actions) :is(a, button)')?.click();
}

interface Order {
  head: string;
  isFalling: boolean;
}

function useSorted<T>(columns: readonly Column<T>[], rows: readonly T[]) {
  const [order, setOrder] = useState<Order | null>(null);
  const sort = columns.find((column) => column.head === order?.head)?.sort;
  const sorted = useMemo(() => (sort === undefined ? rows : [...rows].sort((a, b) => (order?.isFalling === true ? sort(b, a) : sort(a, b)))), [rows, sort, order]);
  const by = (column: Column<T>) => setOrder((old) => ({ head: column.head, isFalling: old?.head === column.head ? !old.isFalling : column.kind === 'number' }));
  return { sorted, order, by };
}

function Head<T>({ column, order, onSort }: { column: Column<T>; order: Order | null; onSort: () => void }) {
  const isSorted = order?.head === column.head;
  return (
    <th scope="col" className={`cell-${column.kind ?? 'text'}`} aria-sort={isSorted ? (order.isFalling ? 'descending' : 'ascending') : undefined}>
      {column.sort !== undefined ? (
        <button type="button" className={`sort ${isSorted ? (order.isFalling ? 'sort-falling' : 'sort-rising') : ''}`} onClick={onSort}>
          {column.head}
          {isSorted && <Icon name="down" />}
        </button>
      ) : column.kind === 'actions' ? (
        <span className="visually-hidden">{column.head}</span>
      ) : (
        column.head
      )}
    </th>
  );
}

export function Table<T>({ label, columns, rows, rowKey }: Props<T>) {
  const body = useRef<HTMLTableSectionElement>(null);
  const { sorted, order, by } = useSorted(columns, rows);
  return (
    <div className="table-frame">
      <table className="table" aria-label={label}>
        <thead>
          <tr>
            {columns.map((column) => (
              <Head key={column.head} column={column} order={order} onSort={() => by(column)} />
            ))}
          </tr>
        </thead>
        <tbody ref={body} onKeyDown={moveFocus}>
          {sorted.map((row, index) => (
            <tr key={rowKey(row)} tabIndex={index === 0 ? 0 : -1} onKeyDown={open} onClick={openByClick}>
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
