import { Icon } from '../../../parts/icons';
import { wizardWords } from '../../../words/campaigns';

export function WizardSteps({ step }: { step: number }) {
  return (
    <ol className="wizard-steps" aria-label={wizardWords.stepsLabel}>
      {wizardWords.steps.map((name, index) => (
        <li key={name} aria-current={index === step ? 'step' : undefined} className={index < step ? 'step-done' : ''}>
          <span className="step-mark">{index < step ? <Icon name="check" /> : index + 1}</span>
          {name}
        </li>
      ))}
    </ol>
  );
}
