// One list: its people, found, sorted, with the columns that somebody wants to see; one is added, one is taken off.
import { useState } from 'react';
import { number } from '../../../base/format';
import { oneLine } from '../../../base/foreign';
import { bridge, type FrameRow } from '../../../bridge';
import { Button } from '../../../parts/Button';
import { TextField } from '../../../parts/Field';
import { Foreign } from '../../../parts/Foreign';
import { Empty, FaultNotice, Loading, Notice } from '../../../parts/Notice';
import { Page } from '../../../parts/Page';
import { VirtualTable, type VirtualColumn } from '../../../parts/VirtualTable';
import { useAction } from '../../../state/action';
import { invalidate, useQuery } from '../../../state/query';
import { go, toHash } from '../../../state/router';
import { contactWords, listWords as text } from '../../../words/contacts';
import { people } from '../../campaigns/numbers';
import { AddPerson } from './AddPerson';
import { ColumnChoice, shownOf, useShown } from './ColumnChoice';
import { titleOfColumn } from './columns';
import { ListActions } from './ListActions';
import { useListPages, type Order } from './useListPages';

interface Person {
  id: string;
  name: string;
}

const personOf = (row: FrameRow): Person => ({ id: row.key, name: row.fields[0] || row.fields[1] || row.fields[2] || contactWords.person.noName });

/** The first three are name, address and number: an address needs the most room. */
const WIDTHS = ['minmax(8rem, 2fr)', 'minmax(10rem, 3fr)', 'minmax(6rem, 1.5fr)'];
const FIELD_WIDTH = 'minmax(5.5rem, 1fr)';

function columnsOf(columns: readonly string[], shown: readonly number[], order: Order, onOrder: (order: Order) => void, onDrop: (person: Person) => void): VirtualColumn<FrameRow>[] {
  const fields = shown.map((index): VirtualColumn<FrameRow> => {
    const field = columns[index] ?? '';
    return {
      key: String(index),
      head: titleOfColumn(columns, index),
      width: WIDTHS[index] ?? FIELD_WIDTH,
      sorted: order.field === field ? (order.isDown ? 'descending' : 'ascending') : 'none',
      onSort: () => onOrder({ field, isDown: order.field === field && !order.isDown }),
      cell: (row) => <Foreign text={row.fields[index] ?? ''} max={120} />,
    };
  });
  const drop: VirtualColumn<FrameRow> = {
    key: 'drop',
    head: text.actions,
    width: '6rem',
    cell: (row) => (
      <Button className="button-small" kind="quiet" tabIndex={-1} aria-label={text.dropOne(oneLine(personOf(row).name, 60))} onClick={() => onDrop(personOf(row))}>
        {text.drop}
      </Button>
    ),
  };
  return [...fields, drop];
}

export function ListView({ name }: { name: string }) {
  const lists = useQuery('lists', () => bridge().lists());
  const list = lists.value?.find((one) => one.name === name);
  const [wanted, setWanted] = useState('');
  const [order, setOrder] = useState<Order>({ field: '', isDown: false });
  const [open, setOpen] = useState<'add' | 'columns' | null>(null);
  const [dropped, setDropped] = useState<Person | null>(null);
  const found = useListPages(name, wanted.trim(), order);
  const [chosen, choose] = useShown(name);
  const columns = found.head?.columns ?? ['name', 'email', 'phone'];
  const isEmpty = list?.people === '0' || (found.head?.total === 0 && wanted.trim() === '');

  const refresh = () => {
    invalidate('lists');
    found.again();
  };
  const drop = useAction(async (person: Person) => {
    await bridge().listDrop(name, [`#${person.id}`]);
    setDropped(person);
    refresh();
  });
  const takeBack = useAction(async (person: Person) => {
    await bridge().listAdd(name, [`#${person.id}`]);
    setDropped(null);
    refresh();
  });

  return (
    <Page
      title={name}
      fill
      back={{ href: toHash('contacts'), text: contactWords.listBack }}
      lead={list !== undefined && contactWords.listLead(people(list.people))}
      actions={<ListActions name={name} list={list} onAdd={() => setOpen('add')} />}
    >
      <FaultNotice failure={found.failure} onRetry={found.again} />
      <FaultNotice failure={drop.failure ?? takeBack.failure} />
      {dropped !== null && (
        <Notice live action={<Button busy={takeBack.busy} onClick={() => void takeBack.run(dropped)}>{text.takeBack}</Button>}>
          <p dir="auto">{text.dropped(oneLine(dropped.name, 60))}</p>
        </Notice>
      )}
      {isEmpty ? (
        <Empty icon="people" title={text.nobody} action={<Button kind="primary" icon="plus" onClick={() => setOpen('add')}>{text.add}</Button>}>{text.nobodyText}</Empty>
      ) : (
        <>
          <div className="row">
            <div className="grow" role="search">
              <TextField label={text.search} hideLabel type="search" placeholder={text.search} value={wanted} onValue={setWanted} maxLength={256} />
            </div>
            <Button icon="list" disabled={found.head === null} onClick={() => setOpen('columns')}>{text.columns}</Button>
          </div>
          {wanted.trim() !== '' && found.head !== null && <p className="muted small" role="status">{found.head.total === 0 ? contactWords.nobody : contactWords.found(people(found.head.total))}</p>}
          {found.head === null ? (
            found.failure === null && <Loading rows={6} />
          ) : (
            found.head.total > 0 && (
              <VirtualTable
                label={`${oneLine(name, 80)}: ${number(found.head.total)}`}
                columns={columnsOf(columns, shownOf(chosen, columns), order, setOrder, (person) => void drop.run(person))}
                total={found.head.total}
                row={found.row}
                onRange={found.onRange}
                onOpen={(row) => go('contacts', 'person', `#${row.key}`)}
                onDelete={(row) => void drop.run(personOf(row))}
              />
            )
          )}
        </>
      )}
      {open === 'add' && <AddPerson list={name} onClose={() => setOpen(null)} onAdded={refresh} />}
      {open === 'columns' && <ColumnChoice list={name} columns={columns} chosen={chosen} onChosen={choose} onClose={() => setOpen(null)} onRemoved={refresh} />}
    </Page>
  );
}
