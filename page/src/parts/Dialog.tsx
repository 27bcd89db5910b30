// The platform's own modal dialog: the rest of the page is inert, Escape closes it, focus goes back to where it was.
import { useEffect, useId, useRef, type ReactNode } from 'react';
import { words } from '../words';
import { Button, IconButton } from './Button';
import { Edge } from './Round';

interface Props {
  title: string;
  onClose: () => void;
  wide?: boolean;
  children: ReactNode;
  actions?: ReactNode;
}

/** The first thing to fill in; else what the dialog is for; else (where that destroys) the way out. */
function focusFirst(dialog: HTMLDialogElement): void {
  const first = dialog.querySelector<HTMLElement>('.dialog-body :is(input, textarea, select):not(:disabled)') ?? dialog.querySelector<HTMLElement>('.dialog-foot .button-primary:not(:disabled)');
  (first ?? dialog.querySelector<HTMLElement>('.dialog-foot button') ?? dialog.querySelector<HTMLElement>('button'))?.focus();
}

export function Dialog({ title, onClose, wide = false, children, actions }: Props) {
  const ref = useRef<HTMLDialogElement>(null);
  const id = useId();

  useEffect(() => {
    const dialog = ref.current;
    const before = document.activeElement;
    dialog?.showModal();
    if (dialog !== null)
      focusFirst(dialog);
    return () => {
      dialog?.close();
      if (before instanceof HTMLElement && before.isConnected)
        before.focus();
    };
  }, []);

  return (
    <dialog
      ref={ref}
      className={wide ? 'dialog dialog-wide' : 'dialog'}
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onKeyDown={(event) => {
        event.stopPropagation();
        if (event.key === 'Escape') {
          event.preventDefault();
          onClose();
        }
      }}
    >
      <Edge at="start" />
      <header className="dialog-head">
        <h2 id={id}>{title}</h2>
        <IconButton kind="quiet" icon="close" label={words.close} onClick={onClose} />
      </header>
      <div className="dialog-body">{children}</div>
      {actions !== undefined && <footer className="dialog-foot">{actions}</footer>}
      <Edge at="end" />
    </dialog>
  );
}

interface ConfirmProps {
  title: string;
  text: ReactNode;
  yes: string;
  danger?: boolean;
  busy?: boolean;
  disabled?: boolean;
  problem?: ReactNode;
  onYes: () => void;
  onClose: () => void;
}

export function ConfirmDialog({ title, text, yes, danger = false, busy = false, disabled = false, problem, onYes, onClose }: ConfirmProps) {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button kind={danger ? 'danger' : 'primary'} busy={busy} disabled={disabled} onClick={onYes}>
            {yes}
          </Button>
        </>
      }
    >
      {typeof text === 'string' ? <p>{text}</p> : text}
      {problem}
    </Dialog>
  );
}
