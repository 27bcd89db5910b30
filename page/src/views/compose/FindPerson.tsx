import { useState } from 'react';
import { bridge, type PersonFound } from '../../bridge';
import { Dialog } from '../../parts/Dialog';
import { TextField } from '../../parts/Field';
import { Foreign } from '../../parts/Foreign';
import { Loaded } from '../../parts/Loaded';
import { useQuery } from '../../state/query';
import { composeWords } from '../../words/compose';

const { preview } = composeWords;
const SHOWN_MAX = 50;

export interface Chosen {
  who: string; // as ContactShow takes it
  name: string;
}

const toChosen = (person: PersonFound): Chosen => ({ who: `#${person.id}`, name: person.name || person.email || person.phone });

export function FindPerson({ onChosen, onClose }: { onChosen: (chosen: Chosen) => void; onClose: () => void }) {
  const [text, setText] = useState('');
  const wanted = text.trim();
  const query = useQuery(wanted.length < 2 ? null : `find/${wanted}`, () => bridge().contactFind(wanted));

  return (
    <Dialog title={preview.findTitle} onClose={onClose}>
      <TextField label={preview.findLabel} type="search" value={text} onValue={setText} maxLength={256} />
      {wanted.length < 2 ? (
        <p className="muted">{preview.typeMore}</p>
      ) : (
        <Loaded query={query}>
          {(people) =>
            people.length === 0 ? (
              <p className="muted">{preview.nobody}</p>
            ) : (
              <ul className="plain-list stack-tight">
                {people.slice(0, SHOWN_MAX).map((person) => (
                  <li key={person.id}>
                    <button type="button" className="pick" onClick={() => onChosen(toChosen(person))}>
                      <Foreign text={person.name || person.email} max={60} />
                      <span className="muted small">
                        <Foreign text={person.email || person.phone} max={60} />
                      </span>
                    </button>
                  </li>
                ))}
              </ul>
            )
          }
        </Loaded>
      )}
    </Dialog>
  );
}
