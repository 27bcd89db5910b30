import type { ReactNode } from 'react';
import type { Failure } from '../base/fault';
import { sentence } from '../base/foreign';
import { words } from '../words';
import { Button } from './Button';
import { Icon, type IconName } from './icons';

type Kind = 'info' | 'good' | 'warn' | 'bad';
const ICONS: Record<Kind, IconName> = { info: 'info', good: 'check', warn: 'warning', bad: 'warning' };

interface Props {
  kind?: Kind;
  title?: string;
  children?: ReactNode;
  action?: ReactNode;
  live?: boolean;
}

export function Notice({ kind = 'info', title, children, action, live = false }: Props) {
  return (
    <div className={`notice notice-${kind}`} role={live ? (kind === 'bad' ? 'alert' : 'status') : undefined}>
      <Icon name={ICONS[kind]} />
      <div className="notice-text">
        {title !== undefined && <strong>{title}</strong>}
        {typeof children === 'string' ? <p>{children}</p> : children}
      </div>
      {action !== undefined && <div className="notice-action">{action}</div>}
    </div>
  );
}

/** What core said went wrong (one sentence, with what to do), and a way to try again. */
export function FaultNotice({ failure, onRetry, title }: { failure: Failure | null; onRetry?: () => void; title?: string }) {
  if (failure === null)
    return null;
  return (
    <Notice
      kind="bad"
      live
      title={title ?? words.fault[failure.fault] ?? words.fault['Software'] ?? ''}
      action={
        onRetry !== undefined && (
          <Button icon="again" onClick={onRetry}>
            {words.tryAgain}
          </Button>
        )
      }
    >
      <p dir="auto">{sentence(failure.text, 2000)}</p>
    </Notice>
  );
}

export function Empty({ icon, title, children, action }: { icon: IconName; title: string; children?: ReactNode; action?: ReactNode }) {
  return (
    <div className="empty">
      <Icon name={icon} />
      <h2>{title}</h2>
      {children !== undefined && <p>{children}</p>}
      {action !== undefined && <div className="empty-action">{action}</div>}
    </div>
  );
}

export function Loading({ rows = 3 }: { rows?: number }) {
  return (
    <div className="loading" role="status">
      <span className="visually-hidden">{words.loading}</span>
      {Array.from({ length: rows }, (_, index) => (
        <span key={index} className="loading-row" aria-hidden="true" />
      ))}
    </div>
  );
}
