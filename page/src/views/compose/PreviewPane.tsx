import { useState } from 'react';
import { oneLine } from '../../base/foreign';
import { words as listed } from '../../base/format';
import { Button } from '../../parts/Button';
import { Dialog } from '../../parts/Dialog';
import { SelectField } from '../../parts/Field';
import { FaultNotice, Loading, Notice } from '../../parts/Notice';
import { Section } from '../../parts/Page';
import { composeWords } from '../../words/compose';
import { isEmpty, type Draft } from './draft';
import { FindPerson } from './FindPerson';
import { MailView } from './MailView';
import type { People } from './usePeople';
import { usePreview } from './usePreview';

const { preview } = composeWords;

function Who({ people }: { people: People }) {
  const { somebody } = people;
  return (
    <div className="row-spread">
      <p role="status">{somebody === null ? <span className="muted">{preview.invented}</span> : <strong><bdi>{oneLine(somebody.name, 60)}</bdi></strong>}</p>
      <span className="row-actions">
        {somebody?.list === '' && <Button className="button-small" onClick={() => people.lookFor(null)}>{preview.backToList}</Button>}
        <Button className="button-small" icon="back" disabled={people.before === null} onClick={() => people.before?.()}>{preview.before}</Button>
        <Button className="button-small" icon="next" disabled={people.next === null} onClick={() => people.next?.()}>{preview.next}</Button>
      </span>
    </div>
  );
}

/** isCalm: nobody is in the middle of a word, so what is wrong may be said. */
export function PreviewPane({ draft, from, people, isCalm }: { draft: Draft; from: string; people: People; isCalm: boolean }) {
  const [open, setOpen] = useState<'find' | 'large' | null>(null);
  const shown = usePreview(draft, people.isAsked ? (people.somebody === null ? '' : `#${people.somebody.id}`) : null, from);
  const close = () => setOpen(null);

  return (
    <Section title={preview.title} actions={
        <>
          <Button icon="people" onClick={() => setOpen('find')}>{preview.find}</Button>
          {shown.message !== null && <Button icon="screen" onClick={() => setOpen('large')}>{preview.larger}</Button>}
        </>
      }
    >
      {people.isAsked && <Who people={people} />}
      {people.names.length > 1 && (
        <SelectField label={preview.of} value={people.list} onValue={people.choose} options={people.names.map((name) => [name, oneLine(name, 60)] as const)} />
      )}
      <FaultNotice failure={people.failure} />
      {shown.missing.length > 0 && <Notice kind="warn">{preview.missing(listed(shown.missing.map((field) => `“${oneLine(field, 40)}”`)))}</Notice>}
      {isCalm && <FaultNotice failure={shown.failure} onRetry={shown.again} />}
      {shown.message !== null ? <MailView message={shown.message} /> : isEmpty(draft) ? <p className="muted">{preview.empty}</p> : shown.failure === null && <Loading rows={5} />}
      {open === 'find' && (
        <FindPerson
          onClose={close}
          onChosen={(chosen) => {
            people.lookFor({ id: chosen.who.slice(1), name: chosen.name, list: '' });
            close();
          }}
        />
      )}
      {open === 'large' && shown.message !== null && (
        <Dialog title={people.somebody === null ? preview.title : oneLine(people.somebody.name, 60)} wide onClose={close}>
          <MailView message={shown.message} />
        </Dialog>
      )}
    </Section>
  );
}
