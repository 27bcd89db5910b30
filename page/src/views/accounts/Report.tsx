// What a test found: one sentence first, the server's own words, then advice; the rest behind a disclosure.
import { useState, type ReactNode } from 'react';
import { size as toSize, day, words as listed } from '../../base/format';
import { isZero } from '../../base/decimal';
import { oneLine, sentence } from '../../base/foreign';
import { bridge, type Account, type AccountReport } from '../../bridge';
import { Button } from '../../parts/Button';
import { ConfirmDialog } from '../../parts/Dialog';
import { Foreign } from '../../parts/Foreign';
import { FaultNotice, Notice } from '../../parts/Notice';
import { Disclosure, Facts } from '../../parts/Page';
import { useAction } from '../../state/action';
import { invalidate } from '../../state/query';
import { say } from '../../state/toast';
import { accountWords } from '../../words/accounts';

const { report: text } = accountWords;

export function Report({ account, report }: { account: Account; report: AccountReport }) {
  const isGood = report.problem === '';
  return (
    <div className="stack" role="status">
      <Notice kind={isGood ? 'good' : 'bad'} title={isGood ? text.good : (text.problems[report.reason] ?? text.bad)}>
        <p dir="auto">{isGood ? text.goodText : sentence(report.problem, 400)}</p>
      </Notice>
      {report.reply !== undefined && report.reply !== '' && (
        <div className="stack-tight">
          <h3>{text.reply}</h3>
          <p className="reply">
            <Foreign text={report.reply} max={600} />
          </p>
        </div>
      )}
      {(report.advice ?? []).length > 0 && (
        <div className="stack-tight">
          <h3>{text.advice}</h3>
          <ul className="bullets">
            {(report.advice ?? []).map((advice, index) => (
              <li key={index} dir="auto">{oneLine(advice, 500)}</li>
            ))}
          </ul>
        </div>
      )}
      <Disclosure summary={text.technical}>
        <Facts rows={detailsOf(report)} />
        <Pin account={account} report={report} />
      </Disclosure>
    </div>
  );
}

function detailsOf(report: AccountReport): [string, ReactNode][] {
  const { facts } = text;
  const rows: [string, string | undefined][] = [
    [facts.dialled, report.address],
    [facts.greeting, report.greeting],
    [facts.tls, report.tls],
    [facts.subject, report.subject],
    [facts.issuer, report.issuer],
    [facts.expires, report.expires === undefined ? undefined : day(report.expires)],
    [facts.fingerprint, report.fingerprint],
    [facts.size, report.size === undefined || isZero(report.size) ? undefined : toSize(report.size)],
    [facts.mechanisms, listed(report.mechanisms ?? [])],
    [facts.extensions, listed(report.extensions ?? [])],
    ['SPF', report.spf],
    ['DKIM', report.dkim],
    ['DMARC', report.dmarc],
  ];
  return rows.filter(([, value]) => value !== undefined && value !== '').map(([name, value]) => [name, <Foreign key={name} text={value ?? ''} max={600} />]);
}

function Pin({ account, report }: { account: Account; report: AccountReport }) {
  const [isAsking, setAsking] = useState(false);
  const pin = useAction(async (value: string) => {
    await bridge().accountPin(account.name, value);
    say(value === '' ? text.unpinned : text.pinned);
    invalidate('accounts');
    setAsking(false);
  });
  const fingerprint = report.fingerprint ?? '';

  return (
    <div className="row">
      {(account.pin ?? '') !== '' && <Button busy={pin.busy} onClick={() => void pin.run('')}>{text.unpin}</Button>}
      {fingerprint !== '' && fingerprint !== account.pin && <Button icon="lock" onClick={() => setAsking(true)}>{text.pin}</Button>}
      {isAsking && (
        <ConfirmDialog
          title={text.pinTitle}
          text={
            <>
              <p>{text.pinText}</p>
              <p className="reply">{oneLine(fingerprint, 64)}</p>
            </>
          }
          yes={text.pinYes}
          busy={pin.busy}
          problem={<FaultNotice failure={pin.failure} />}
          onYes={() => void pin.run(fingerprint)}
          onClose={() => setAsking(false)}
        />
      )}
    </div>
  );
}
