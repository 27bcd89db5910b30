import { LinkButton } from '../../parts/Button';
import { Icon } from '../../parts/icons';
import { Section } from '../../parts/Page';
import { toHash } from '../../state/router';
import { startWords } from '../../words/start';

interface Props {
  hasAccount: boolean;
  hasPeople: boolean;
  hasSent: boolean;
}

export function FirstSteps({ hasAccount, hasPeople, hasSent }: Props) {
  const steps = [
    { ...startWords.steps.account, isDone: hasAccount, href: toHash('accounts', 'new') },
    { ...startWords.steps.people, isDone: hasPeople, href: toHash('contacts', 'import') },
    { ...startWords.steps.message, isDone: hasSent, href: toHash('compose') },
  ];
  const next = steps.findIndex((step) => !step.isDone);

  return (
    <Section title={startWords.stepsTitle}>
      <ol className="steps">
        {steps.map((step, index) => (
          <li key={step.title} className={`step ${step.isDone ? 'step-done' : index === next ? 'step-next' : ''}`}>
            <div className="step-head">
              <span className="step-mark">{step.isDone ? <Icon name="check" /> : index + 1}</span>
              <span>
                {step.title}
                {step.isDone && <span className="visually-hidden"> ({startWords.done})</span>}
              </span>
            </div>
            <p className="muted">{step.isDone ? step.done : step.todo}</p>
            {!step.isDone && (
              <LinkButton kind={index === next ? 'primary' : 'plain'} href={step.href}>
                {step.action}
              </LinkButton>
            )}
          </li>
        ))}
      </ol>
    </Section>
  );
}
