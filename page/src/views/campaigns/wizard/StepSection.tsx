import type { ReactNode } from 'react';
import { Button } from '../../../parts/Button';
import { words } from '../../../words';

interface Props {
  title: string;
  children: ReactNode;
  onBack?: (() => void) | undefined;
  next?: ReactNode;
}

export function StepSection({ title, children, onBack, next }: Props) {
  return (
    <section className="section card">
      <h2 tabIndex={-1}>{title}</h2>
      {children}
      <div className="row-spread">
        {onBack !== undefined ? <Button icon="back" onClick={onBack}>{words.back}</Button> : <span />}
        {next}
      </div>
    </section>
  );
}
