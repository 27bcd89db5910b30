// Everything that is known of one person, and what they ever got.
import { day } from '../../../base/format';
import { oneLine } from '../../../base/foreign';
import { bridge, type Person } from '../../../bridge';
import { Button } from '../../../parts/Button';
import { Foreign } from '../../../parts/Foreign';
import { Loaded } from '../../../parts/Loaded';
import { FaultNotice } from '../../../parts/Notice';
import { Facts, Page, Section } from '../../../parts/Page';
import { useAction } from '../../../state/action';
import { invalidate, useQuery } from '../../../state/query';
import { toHash } from '../../../state/router';
import { say } from '../../../state/toast';
import { contactWords, listWords } from '../../../words/contacts';
import { History } from './History';
import { PersonActions } from './PersonActions';
import { SuppressedNotice } from './SuppressedNotice';

const { person: text } = contactWords;

export function PersonView({ who }: { who: string }) {
  const query = useQuery(`person/${who}`, () => bridge().contactShow(who));
  const person = query.value;

  return (
    <Page
      title={person === undefined ? contactWords.title : person.name || person.email || person.phone || text.noName}
      back={{ href: toHash('contacts'), text: text.back }}
      actions={person !== undefined && <PersonActions person={person} />}
    >
      <Loaded query={query} rows={5}>
        {(found) => <Details person={found} />}
      </Loaded>
    </Page>
  );
}

function Details({ person }: { person: Person }) {
  return (
    <>
      <SuppressedNotice person={person} />
      <div className="grid-2">
        <Section title={text.details}>
          <Facts
            rows={[
              [text.name, <Foreign key="n" text={person.name} />],
              [text.email, <Foreign key="e" text={person.email} />],
              ...(person.phone === '' ? [] : [[text.phone, <Foreign key="p" text={person.phone} />] as const]),
              [text.lists, <ListLinks key="l" person={person} />],
              ...Object.entries(person.fields).map(([name, value]) => [oneLine(name, 60), <Foreign key={name} text={value} max={500} />] as const),
            ]}
          />
        </Section>
        <Section title={text.consent}>
          {person.consent.length === 0 ? (
            <p className="muted">{text.noConsent}</p>
          ) : (
            <ul className="plain-list stack-tight">
              {person.consent.map((consent, index) => (
                <li key={index}>
                  <Foreign text={consent.source} max={300} /> <span className="muted small">{day(consent.date)}</span>
                </li>
              ))}
            </ul>
          )}
        </Section>
      </div>
      <History rows={person.history} />
    </>
  );
}

function ListLinks({ person }: { person: Person }) {
  const drop = useAction(async (list: string) => {
    await bridge().listDrop(list, [`#${person.id}`]);
    say(listWords.droppedFrom(oneLine(list, 60)));
    invalidate('person/');
    invalidate('lists');
  });
  return (
    <>
      <ul className="plain-list">
        {person.lists.map((list) => (
          <li key={list} className="row">
            <a href={toHash('contacts', 'list', list)}>
              <Foreign text={list} max={60} />
            </a>
            <Button kind="quiet" className="button-small" aria-label={`${listWords.drop}: ${oneLine(list, 60)}`} busy={drop.busy} onClick={() => void drop.run(list)}>{listWords.drop}</Button>
          </li>
        ))}
      </ul>
      <FaultNotice failure={drop.failure} />
    </>
  );
}
