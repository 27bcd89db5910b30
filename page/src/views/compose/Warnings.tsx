import { useEffect, useRef, useState } from 'react';
import { toFailure } from '../../base/fault';
import { printable } from '../../base/foreign';
import { bridge } from '../../bridge';
import { Icon } from '../../parts/icons';
import { Section } from '../../parts/Page';
import { composeWords } from '../../words/compose';
import { isEmpty, partsOf, type Draft } from './draft';
import { warningsOf, type Warning } from './warnings';

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

interface Props {
  draft: Draft;
  columns: readonly string[] | undefined;
  isInside: boolean; // somebody writes in the letter: what is still empty is no mistake yet
  isCalm: boolean; // they paused
}

/** While somebody writes nothing new is complained about; what they mended goes at once. */
function useShown(found: readonly Warning[], { isInside, isCalm }: Props): readonly Warning[] {
  const last = useRef<ReadonlySet<string>>(new Set());
  const shown = found.filter((warning) => (isCalm ? !(isInside && warning.isBlank === true) : warning.kind === 'info' || last.current.has(warning.text)));
  useEffect(() => {
    last.current = new Set(shown.map((warning) => warning.text));
  });
  return shown;
}

export function Warnings(props: Props) {
  const { draft, columns } = props;
  const problem = useInspection(draft);
  const all: Warning[] = isEmpty(draft) ? [] : [...(problem === '' ? [] : [{ kind: 'warn' as const, text: printable(problem) }]), ...warningsOf(draft, columns)];
  const found = useShown(all, props);
  if (isEmpty(draft) || (found.length === 0 && all.length > 0))
    return null;

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
