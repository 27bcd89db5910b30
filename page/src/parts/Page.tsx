// The head that every view has, and the window's title.
import { useEffect, type ReactNode } from 'react';
import { oneLine } from '../base/foreign';
import { bridge } from '../bridge';
import { Icon } from './icons';

interface Props {
  title: string;
  back?: { href: string; text: string };
  actions?: ReactNode;
  lead?: ReactNode;
  children: ReactNode;
  fill?: boolean;
}

export function Page({ title, back, actions, lead, children, fill = false }: Props) {
  useEffect(() => {
    bridge().setTitle(oneLine(title, 100)).catch(() => {}); // only the window's title would stay as it was
  }, [title]);

  return (
    <div className={fill ? 'page page-fill' : 'page'}>
      {back !== undefined && (
        <a className="page-back" href={back.href}>
          <Icon name="back" />
          {back.text}
        </a>
      )}
      <header className="page-head">
        <div className="page-title">
          <h1 tabIndex={-1}>
            <bdi>{oneLine(title, 120)}</bdi>
          </h1>
          {lead !== undefined && <p className="page-lead">{lead}</p>}
        </div>
        {actions !== undefined && <div className="page-actions">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

export function Section({ title, actions, children, card = true }: { title?: string; actions?: ReactNode; children: ReactNode; card?: boolean }) {
  return (
    <section className={card ? 'section card' : 'section'}>
      {(title !== undefined || actions !== undefined) && (
        <header className="section-head">
          {title !== undefined && <h2>{title}</h2>}
          {actions !== undefined && <div className="section-actions">{actions}</div>}
        </header>
      )}
      {children}
    </section>
  );
}

export function Disclosure({ summary, children, open = false }: { summary: string; children: ReactNode; open?: boolean }) {
  return (
    <details className="disclosure" open={open}>
      <summary>
        <Icon name="next" />
        {summary}
      </summary>
      <div className="disclosure-body">{children}</div>
    </details>
  );
}

/** Names and values, one beside the other. */
export function Facts({ rows }: { rows: readonly (readonly [string, ReactNode])[] }) {
  return (
    <dl className="facts">
      {rows.map(([name, value]) => (
        <div key={name} className="fact">
          <dt>
            <bdi>{name}</bdi>
          </dt>
          <dd>{value}</dd>
        </div>
      ))}
    </dl>
  );
}
