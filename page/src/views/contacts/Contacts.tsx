import { useState } from 'react';
import { number } from '../../base/format';
import { bridge, type List } from '../../bridge';
import { day } from '../../base/format';
import { LinkButton } from '../../parts/Button';
import { Foreign } from '../../parts/Foreign';
import { Icon } from '../../parts/icons';
import { TextField } from '../../parts/Field';
import { Loaded } from '../../parts/Loaded';
import { Empty } from '../../parts/Notice';
import { Page, Section } from '../../parts/Page';
import { Table, type Column } from '../../parts/Table';
import { useQuery } from '../../state/query';
import { toHash } from '../../state/router';
import { contactWords } from '../../words/contacts';
import { SearchResults } from './SearchResults';

const { column } = contactWords;

const COLUMNS: Column<List>[] = [
  {
    head: column.name,
    cell: (list) => (
      <a href={toHash('contacts', 'list', list.name)} tabIndex={-1}>
        <Foreign text={list.name} max={80} />
      </a>
    ),
  },
  { head: column.people, kind: 'number', cell: (list) => number(list.people) },
  { head: column.email, kind: 'number', cell: (list) => number(list.with_email) },
  { head: column.phone, kind: 'number', cell: (list) => number(list.with_phone) },
  { head: column.created, kind: 'number', cell: (list) => day(list.created) },
];

export function Contacts() {
  const query = useQuery('lists', () => bridge().lists());
  const [text, setText] = useState('');

  return (
    <Page
      title={contactWords.title}
      lead={contactWords.lead}
      actions={
        <LinkButton kind="primary" icon="upload" href={toHash('contacts', 'import')}>
          {contactWords.import}
        </LinkButton>
      }
    >
      <div className="search" role="search">
        <TextField label={contactWords.searchLabel} hideLabel type="search" placeholder={contactWords.searchLabel} value={text} onValue={setText} maxLength={256} />
        <Icon name="search" />
      </div>
      {text.trim() !== '' ? (
        <SearchResults text={text.trim()} />
      ) : (
        <Loaded query={query} rows={5}>
          {(lists) =>
            lists.length === 0 ? (
              <Empty icon="people" title={contactWords.empty} action={<LinkButton kind="primary" icon="upload" href={toHash('contacts', 'import')}>{contactWords.import}</LinkButton>}>
                {contactWords.emptyText}
              </Empty>
            ) : (
              <Section title={contactWords.lists} card={false}>
                <Table label={contactWords.lists} columns={COLUMNS} rows={lists} rowKey={(list) => list.name} />
              </Section>
            )
          }
        </Loaded>
      )}
    </Page>
  );
}
