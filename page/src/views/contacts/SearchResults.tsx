import { useEffect, useState } from 'react';
import { count } from '../../base/format';
import { words as listed } from '../../base/format';
import { oneLine } from '../../base/foreign';
import { bridge, type PersonFound } from '../../bridge';
import { Foreign } from '../../parts/Foreign';
import { Loaded } from '../../parts/Loaded';
import { Table, type Column } from '../../parts/Table';
import { useQuery } from '../../state/query';
import { toHash } from '../../state/router';
import { contactWords } from '../../words/contacts';

const { column } = contactWords;
const FOUND_MAX = 1000; // ContactFind gives no more
const SHOWN_MAX = 200;

const COLUMNS: Column<PersonFound>[] = [
  {
    head: column.name,
    cell: (person) => (
      <a href={toHash('contacts', 'person', `#${person.id}`)} tabIndex={-1}>
        <Foreign text={person.name || contactWords.person.noName} max={80} />
      </a>
    ),
  },
  { head: column.address, cell: (person) => <Foreign text={person.email} max={80} /> },
  { head: column.number, kind: 'line', cell: (person) => <Foreign text={person.phone} max={30} /> },
  { head: column.lists, cell: (person) => <Foreign text={listed(person.lists.map((list) => oneLine(list, 40)))} max={80} /> },
];

/** The text a moment after the last key. */
function useCalm(text: string): string {
  const [calm, setCalm] = useState(text);
  useEffect(() => {
    const timer = setTimeout(() => setCalm(text), 200);
    return () => clearTimeout(timer);
  }, [text]);
  return calm;
}

export function SearchResults({ text }: { text: string }) {
  const wanted = useCalm(text);
  const query = useQuery(wanted.length < 2 ? null : `find/${wanted}`, () => bridge().contactFind(wanted));
  if (wanted.length < 2)
    return <p className="muted">{contactWords.typeMore}</p>;

  return (
    <Loaded query={query}>
      {(people) => (
        <>
          <p className="muted" role="status">
            {people.length === 0 ? contactWords.nobody : people.length >= FOUND_MAX ? contactWords.foundMany : contactWords.found(count(people.length, 'person', 'people'))}
          </p>
          {people.length > 0 && <Table label={contactWords.title} columns={COLUMNS} rows={people.slice(0, SHOWN_MAX)} rowKey={(person) => person.id} />}
        </>
      )}
    </Loaded>
  );
}
