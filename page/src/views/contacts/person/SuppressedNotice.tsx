import { day } from '../../../base/format';
import { oneLine } from '../../../base/foreign';
import { bridge, type Person } from '../../../bridge';
import { Button } from '../../../parts/Button';
import { FaultNotice, Notice } from '../../../parts/Notice';
import { useAction } from '../../../state/action';
import { invalidate } from '../../../state/query';
import { say } from '../../../state/toast';
import { contactWords } from '../../../words/contacts';
import { suppressionWords } from '../../../words/rest';
import { scopeText } from '../../suppressions/scope';

const { person: text } = contactWords;

export function SuppressedNotice({ person }: { person: Person }) {
  const allow = useAction(async (row: Person['suppressed'][number]) => {
    await bridge().suppressRemove([row.address], row.scope);
    say(text.allowed);
    invalidate('person/');
    invalidate('suppress');
  });
  if (person.suppressed.length === 0)
    return null;

  return (
    <>
      {person.suppressed.map((row, index) => {
        const isDomain = /^[@*]/.test(row.address); // everybody there: taken off in the list of suppressions alone
        const scope = isDomain ? text.suppressedDomain(oneLine(row.address, 100)) : scopeText(row.scope);

        return (
          <Notice key={index} kind="warn" title={text.suppressed} action={isDomain ? undefined : <Button busy={allow.busy} onClick={() => void allow.run(row)}>{text.allow}</Button>}>
            <p dir="auto">{text.suppressedText(scope, oneLine(suppressionWords.reasons[row.reason] ?? row.reason, 100), day(row.date))}</p>
          </Notice>
        );
      })}
      <FaultNotice failure={allow.failure} />
    </>
  );
}
