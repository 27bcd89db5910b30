// One message as its reader sees it: head, then design on two widths, text, or source.
import { useEffect, useState } from 'react';
import { words as listed } from '../../base/format';
import { oneLine, printable } from '../../base/foreign';
import { Foreign } from '../../parts/Foreign';
import { MailFrame } from '../../parts/MailFrame';
import { Loading, Notice } from '../../parts/Notice';
import { Facts } from '../../parts/Page';
import { Segments } from '../../parts/Tabs';
import { composeWords } from '../../words/compose';
import { readMail, type Mail } from './mail';

const { preview } = composeWords;
type View = keyof typeof preview.views;
const VIEWS = Object.entries(preview.views) as [View, string][];

function useMail(message: Uint8Array) {
  const [mail, setMail] = useState<Mail | null>(null);
  const [isBroken, setBroken] = useState(false);
  useEffect(() => {
    let isCurrent = true;
    readMail(message).then(
      (next) => isCurrent && (setMail(next), setBroken(false)),
      () => isCurrent && setBroken(true),
    );
    return () => {
      isCurrent = false;
    };
  }, [message]);
  return { mail, isBroken };
}

/** to: in place of the address that stands in the message. */
export function MailView({ message, to }: { message: Uint8Array; to?: string | undefined }) {
  const { mail, isBroken } = useMail(message);
  const [view, setView] = useState<View>('desktop');
  if (isBroken)
    return <Notice kind="bad">{preview.unreadable}</Notice>;
  if (mail === null)
    return <Loading rows={5} />;

  return (
    <div className="stack">
      <div className="mail-head">
        <Facts
          rows={[
            [preview.from, <Foreign key="f" text={mail.from} />],
            [preview.to, <Foreign key="t" text={to ?? mail.to} />],
            [preview.subject, <strong key="s"><bdi>{oneLine(mail.subject, 300) || preview.noSubject}</bdi></strong>],
          ]}
        />
      </div>
      <Segments label={preview.viewsLabel} options={VIEWS} value={view} onValue={setView} />
      <MailBody mail={mail} view={view} />
      {mail.files.length > 0 && <p className="muted small">{preview.files(listed(mail.files.map((name) => oneLine(name, 60))))}</p>}
    </div>
  );
}

function MailBody({ mail, view }: { mail: Mail; view: View }) {
  if (view === 'source')
    return <pre className="mail-text mono" tabIndex={0} aria-label={preview.views.source}>{mail.source}</pre>;
  if (view === 'text' || mail.html === '')
    return (
      <pre className="mail-text" dir="auto" tabIndex={0} aria-label={preview.views.text}>
        {printable(mail.text) || preview.noText}
      </pre>
    );
  return <MailFrame html={mail.html} width={view} />;
}
