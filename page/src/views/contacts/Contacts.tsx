import { useState } from 'react';
import { compare } from '../../base/decimal';
import { number } from '../../base/format';
import { bridge, type List } from '../../bridge';
import { day } from '../../base/format';
import { Button, LinkButton } from '../../parts/Button';
import { Foreign } from '../../parts/Foreign';
import { Icon } from '../../parts/icons';
import { TextField } from '../../parts/Field';
import { Loaded } from '../../parts/Loaded';
import { Empty } from '../../parts/Notice';
import { Page, Section } from '../../parts/Page';
import { Table, type Column } from '../../parts/Table';
import { invalidate, useQuery } from '../../state/query';
import { go, toHash } from '../../state/router';
import { contactWords, listWords } from '../../words/contacts';
import { NameDialog } from './list/NameDialog';
import { SearchResults } from './SearchResults';

const { column } = contactWords;

const COLUMNS: Column<List>[] = [
  {
    head: column.name,
    sort: (a, b) => a.name.localeCompare(b.name),
    cell: (list) => (
      <a href={toHash('contacts', 'list', list.name)} tabIndex={-1}>
        <Foreign text={list.name} max={80} />
      </a>
    ),
  },
  { head: column.people, kind: 'number', sort: (a, b) => compare(a.people, b.people), cell: (list) => number(list.people) },
  { head: column.email, kind: 'number', sort: (a, b) => compare(a.with_email, b.with_email), cell: (list) => number(list.with_email) },
  { head: column.phone, kind: 'number', sort: (a, b) => compare(a.with_phone, b.with_phone), cell: (list) => number(list.with_phone) },
  { head: column.created, kind: 'number', sort: (a, b) => compare(a.created, b.created), cell: (list) => day(list.created) },
];

export function Contacts() {
  const query = useQuery('lists', () => bridge().lists());
  const [text, setText] = useState('');
  const [isCreating, setCreating] = useState(false);

  return (
    <Page
      title={contactWords.title}
      lead={contactWords.lead}
      actions={
        <>
          <Button icon="plus" onClick={() => setCreating(true)}>{listWords.create}</Button>
          <LinkButton kind="primary" icon="upload" href={toHash('contacts', 'import')}>
            {contactWords.import}
          </LinkButton>
        </>
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
      {isCreating && (
        <NameDialog title={listWords.createTitle} explain={listWords.createText} start="" yes={listWords.createYes} onClose={() => setCreating(false)}
          onName={async (name) => {
            await bridge().listCreate(name);
            invalidate('lists');
            go('contacts', 'list', name);
          }} />
      )}
    </Page>
  );
}
