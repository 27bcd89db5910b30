import { useState } from 'react';
import { bridge } from '../../../bridge';
import { Button } from '../../../parts/Button';
import { TextField } from '../../../parts/Field';
import { Section } from '../../../parts/Page';
import { useQuery } from '../../../state/query';
import { importWords } from '../../../words/contacts';

const { into: text } = importWords;

interface Props {
  suggestion: string;
  isReady: boolean;
  onImport: (list: string, consent: string, isDry: boolean) => void;
}

const nameOf = (file: string) => (file === importWords.choose.pastedName ? '' : file.replace(/\.[A-Za-z0-9]{1,5}$/, '').slice(0, 60));

export function IntoList({ suggestion, isReady, onImport }: Props) {
  const lists = useQuery('lists', () => bridge().lists());
  const [name, setName] = useState(nameOf(suggestion));
  const [consent, setConsent] = useState('');
  const list = name.trim();
  const isThere = lists.value?.some((one) => one.name === list) === true;

  return (
    <Section title={text.title}>
      <div className="grid-2">
        <TextField label={text.list} hint={isThere ? text.existing : text.listHint} value={name} onValue={setName} maxLength={100} list="list-names" error={list === '' ? text.needList : undefined} />
        <datalist id="list-names">
          {(lists.value ?? []).slice(0, 100).map((one) => (
            <option key={one.name} value={one.name} />
          ))}
        </datalist>
        <TextField label={text.consent} hint={text.consentHint} value={consent} onValue={setConsent} maxLength={500} spellCheck />
      </div>
      <div className="row">
        <Button kind="primary" icon="upload" disabled={!isReady || list === ''} onClick={() => onImport(list, consent.trim(), false)}>{text.go}</Button>
        <Button disabled={!isReady || list === ''} onClick={() => onImport(list, consent.trim(), true)}>{text.dry}</Button>
      </div>
    </Section>
  );
}
