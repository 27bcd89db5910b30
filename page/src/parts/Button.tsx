import type { ButtonHTMLAttributes } from 'react';
import { Icon, type IconName } from './icons';

interface Props extends ButtonHTMLAttributes<HTMLButtonElement> {
  kind?: 'primary' | 'plain' | 'quiet' | 'danger';
  icon?: IconName | undefined;
  busy?: boolean;
}

/** Busy: stays where and as wide as it is, and cannot be pressed again. */
export function Button({ kind = 'plain', icon, busy = false, disabled, children, className = '', ...rest }: Props) {
  return (
    <button type="button" {...rest} className={`button button-${kind} ${className}`} aria-busy={busy || undefined} disabled={disabled === true || busy}>
      {busy ? <span className="spinner" aria-hidden="true" /> : icon !== undefined && <Icon name={icon} />}
      {children !== undefined && <span className="button-text">{children}</span>}
    </button>
  );
}

export function IconButton({ icon, label, ...rest }: { icon: IconName; label: string } & Omit<Props, 'icon' | 'children'>) {
  return <Button {...rest} icon={icon} aria-label={label} title={label} className={`button-icon ${rest.className ?? ''}`} />;
}

export function LinkButton({ href, kind = 'plain', icon, children }: { href: string; kind?: 'primary' | 'plain' | 'quiet'; icon?: IconName; children: string }) {
  return (
    <a className={`button button-${kind}`} href={href}>
      {icon !== undefined && <Icon name={icon} />}
      <span className="button-text">{children}</span>
    </a>
  );
}
