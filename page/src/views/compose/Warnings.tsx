import { useEffect, useState } from 'react';
import { toFailure } from '../../base/fault';
import { printable } from '../../base/foreign';
import { bridge } from '../../bridge';
import { Icon } from '../../parts/icons';
import { Section } from '../../parts/Page';
import { composeWords } from '../../words/compose';
import { isEmpty, partsOf, type Draft } from './draft';
import { warningsOf } from './warnings';

/** What core's own compiler says of the template (with line and column), a moment after the last key. */
function useInspection(draft: Draft): string {
  const { subject, html, text } = partsOf(draft);
  const [problem, setProblem] = useState('');
  useEffect(() => {
    let isCurrent = true;
    const timer = setTimeout(() => {
      bridge().templateInspect(subject, html, text).then(
        () => isCurrent && setProblem(''),
        (error: unknown) => isCurrent && setProblem(toFailure(error).text),
      );
    }, 500);
    return () => {
      isCurrent = false;
      clearTimeout(timer);
    };
  }, [subject, html, text]);
  return problem;
}

export function Warnings({ draft, columns }: { draft: Draft; columns: readonly string[] | undefined }) {
  const problem = useInspection(draft);
  if (isEmpty(draft))
    return null;
  const found = [...(problem === '' ? [] : [{ kind: 'warn' as const, text: printable(problem) }]), ...warningsOf(draft, columns)];

  return (
    <Section title={composeWords.warn.title}>
      <ul className="plain-list stack-tight">
        {found.length === 0 && (
          <li className="row">
            <Icon name="check" />
            {composeWords.warn.fine}
          </li>
        )}
        {found.map((warning) => (
          <li key={warning.text} className={`warning-line warning-${warning.kind}`}>
            <Icon name={warning.kind === 'warn' ? 'warning' : 'info'} />
            <span dir="auto">{warning.text}</span>
          </li>
        ))}
      </ul>
    </Section>
  );
}
