// A table of any length: only the rows that are in sight exist. The arrows, Page Up/Down, Home and End move the active row; Enter or a click opens it.
import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode, type UIEvent } from 'react';
import { Icon } from './icons';

export const ROW_HEIGHT = 30; // px, as .vrow in tables.css
const HEIGHT_MAX = 30_000_000; // px; WebKit's coordinates end at 2^25: beyond a million rows the scroll bar works on a smaller scale
const SPARE = 8; // rows drawn above and below, so that a quick scroll shows no gap

export interface VirtualColumn<T> {
  head: string;
  width: string; // of a grid: "12ch", "minmax(10ch, 2fr)"
  cell: (row: T) => ReactNode;
  kind?: 'text' | 'number';
  key?: string; // where two heads may be the same
  sorted?: 'none' | 'ascending' | 'descending';
  onSort?: () => void;
}

interface Props<T> {
  label: string;
  columns: readonly VirtualColumn<T>[];
  total: number;
  row: (index: number) => T | undefined; // undefined: not here yet
  onRange: (first: number, last: number) => void;
  onOpen?: (row: T) => void;
  onDelete?: (row: T) => void; // by its key
}

interface View {
  top: number; // px of the scroll bar
  height: number;
}

/** Which row stands at the top, and where rows are drawn, when `total` rows share a scroll bar of limited length. */
export function windowOf(total: number, { top, height }: View) {
  const real = total * ROW_HEIGHT;
  const shown = Math.min(real, HEIGHT_MAX);
  const ratio = shown > height && real > height ? (real - height) / (shown - height) : 1;
  const offset = top * ratio; // in a table without the limit
  const first = Math.max(0, Math.floor(offset / ROW_HEIGHT) - SPARE);
  const last = Math.min(total - 1, Math.ceil((offset + height) / ROW_HEIGHT) + SPARE);
  return { height: shown, ratio, first, last, y: top - (offset - first * ROW_HEIGHT) };
}

/** The scroll bar's place at which row `index` is in sight, or null if it is. */
export function topFor(index: number, total: number, view: View): number | null {
  const { ratio } = windowOf(total, view);
  const offset = view.top * ratio;
  const at = index * ROW_HEIGHT;
  if (at < offset)
    return at / ratio;
  if (at + ROW_HEIGHT > offset + view.height)
    return (at + ROW_HEIGHT - view.height) / ratio;
  return null;
}

function useView() {
  const ref = useRef<HTMLDivElement>(null);
  const [view, setView] = useState<View>({ top: 0, height: 450 });

  useLayoutEffect(() => {
    const element = ref.current;
    if (element === null)
      return;
    const observer = new ResizeObserver(() => {
      if (element.clientHeight > ROW_HEIGHT)
        setView((old) => ({ ...old, height: element.clientHeight - ROW_HEIGHT })); // the head stays in sight
    });
    observer.observe(element);
    return () => observer.disconnect();
  }, []);
  const onScroll = (event: UIEvent<HTMLDivElement>) => {
    const top = event.currentTarget.scrollTop;
    setView((old) => ({ ...old, top }));
  };
  return { ref, view, onScroll };
}

export function VirtualTable<T>({ label, columns, total, row, onRange, onOpen, onDelete }: Props<T>) {
  const id = useId();
  const { ref, view, onScroll } = useView();
  const [active, setActive] = useState(0);
  const shown = windowOf(total, view);
  const grid = { gridTemplateColumns: columns.map((column) => column.width).join(' ') };

  useEffect(() => {
    if (total > 0)
      onRange(shown.first, shown.last);
  }, [shown.first, shown.last, total, onRange]);

  const move = (to: number) => {
    const next = Math.min(total - 1, Math.max(0, to));
    const top = topFor(next, total, view);
    setActive(next);
    if (top !== null && ref.current !== null)
      ref.current.scrollTop = top;
  };
  const onKeyDown = (event: KeyboardEvent<HTMLDivElement>) => {
    if (event.target !== event.currentTarget)
      return; // a button in it
    const page = Math.max(1, Math.floor(view.height / ROW_HEIGHT) - 1);
    const to = { ArrowDown: active + 1, ArrowUp: active - 1, PageDown: active + page, PageUp: active - page, Home: 0, End: total - 1 }[event.key];
    const here = row(active);
    if (event.target !== event.currentTarget)
      return;
    if (to !== undefined) {
      event.preventDefault();
      move(to);
    } else if (event.key === 'Enter' && here !== undefined) {
      event.preventDefault(); // else the key would also press what gets the focus now
      onOpen?.(here);
    } else if (event.key === 'Delete' && here !== undefined && onDelete !== undefined) {
      event.preventDefault();
      onDelete(here);
    }
  };

  const indexes = Array.from({ length: Math.max(0, shown.last - shown.first + 1) }, (_, index) => shown.first + index);
  return (
    <div className="vtable" role="grid" aria-label={label} aria-rowcount={total + 1} aria-colcount={columns.length} aria-readonly="true"
      tabIndex={0} ref={ref} onScroll={onScroll} aria-activedescendant={active >= shown.first && active <= shown.last ? `${id}-${active}` : undefined} onKeyDown={onKeyDown}>
      <div role="rowgroup" className="vhead">
        <div role="row" aria-rowindex={1} className="vrow" style={grid}>
          {columns.map((column) => (
            <div key={column.key ?? column.head} role="columnheader" className={`vcell cell-${column.kind ?? 'text'}`} aria-sort={column.sorted}>
              {column.onSort === undefined ? (
                column.head
              ) : (
                <button type="button" className={`sort ${column.sorted === 'ascending' ? 'sort-rising' : ''}`} onClick={column.onSort}>
                  <bdi>{column.head}</bdi>
                  {column.sorted !== 'none' && <Icon name="down" />}
                </button>
              )}
            </div>
          ))}
        </div>
      </div>
      <div role="presentation" className="vspace" style={{ height: `${shown.height}px` }}>
        <div role="rowgroup" className="vrows" style={{ transform: `translateY(${shown.y}px)` }}>
            {indexes.map((index) => {
              const value = row(index);
              return (
                <div key={index} id={`${id}-${index}`} role="row" aria-rowindex={index + 2} aria-selected={index === active} className="vrow" style={grid}
                  onClick={(event) => {
                    if ((event.target as HTMLElement).closest('a, button') !== null)
                      return;
                    setActive(index);
                    if (value !== undefined && (window.getSelection()?.isCollapsed ?? true))
                      onOpen?.(value);
                  }}>
                  {columns.map((column) => (
                    <div key={column.key ?? column.head} role="gridcell" className={`vcell cell-${column.kind ?? 'text'}`}>
                      {value === undefined ? <span className="vwait" /> : column.cell(value)}
                    </div>
                  ))}
                </div>
              );
            })}
        </div>
      </div>
    </div>
  );
}
