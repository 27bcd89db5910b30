import { printable } from '../base/foreign';
import { dismiss, useToasts } from '../state/toast';
import { words } from '../words';
import { Button, IconButton } from './Button';
import { Icon } from './icons';

export function Toasts() {
  const toasts = useToasts();
  return (
    <div className="toasts" role="status" aria-live="polite">
      {toasts.map((toast) => (
        <div key={toast.id} className={`toast toast-${toast.kind}`}>
          <Icon name={toast.kind === 'done' ? 'check' : 'warning'} />
          <p dir="auto">{printable(toast.text)}</p>
          {toast.action !== null && (
            <Button className="button-small" icon="undo" onClick={() => {
              dismiss(toast.id);
              toast.action?.run();
            }}>
              {toast.action.label}
            </Button>
          )}
          <IconButton kind="quiet" icon="close" label={words.dismiss} onClick={() => dismiss(toast.id)} />
        </div>
      ))}
    </div>
  );
}
