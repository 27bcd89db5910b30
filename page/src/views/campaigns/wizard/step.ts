// What each step of the wizard gets.
import type { Plan } from './plan';

export interface StepProps {
  plan: Plan;
  change: (part: Partial<Plan>) => void;
}
