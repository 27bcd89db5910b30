import { useEffect, useRef, useState, type ReactNode } from 'react';
import { oneLine, sentence } from '../../base/foreign';
import { bridge, type Account, type AccountKind, type AccountReport } from '../../bridge';
import { Badge } from '../../parts/Badge';
import { Button, LinkButton } from '../../parts/Button';
import { ConfirmDialog } from '../../parts/Dialog';
import { Foreign } from '../../parts/Foreign';
import { FaultNotice } from '../../parts/Notice';
import { Disclosure, Facts, Section } from '../../parts/Page';
import { useAction } from '../../state/action';
import { invalidate } from '../../state/query';
import { toHash } from '../../state/router';
import { say } from '../../state/toast';
import { accountWords } from '../../words/accounts';
import { Report } from './Report';
import { useSignIn, useSignOut, Waiting } from './SignIn';
import { toValues } from './form';
import { kindOf, useKinds } from './useKinds';
import { Usage } from './Usage';

function passwordText(kind: AccountKind | undefined, account: Account): string {
  const { keeps } = accountWords;
  if (kind?.secret === 'oauth')
    return keeps.signIn;
  return !account.needs_password ? keeps.none : account.keeps_password ? keeps.yes : keeps.no;
}

/** Server and user, of a kind that has them; else all that can be set on the page. */
function placeOf(kind: AccountKind | undefined, account: Account): [string, ReactNode][] {
  const { host, port, tls = '', user = '' } = account;
  if (host !== undefined)
    return [
      [accountWords.facts.server, <Foreign key="h" text={`${host}:${port}, ${accountWords.safe[tls] ?? tls}`} />],
      [accountWords.facts.user, <Foreign key="u" text={user} max={100} />],
    ];
  const values = kind !== undefined ? toValues(kind, account) : {};
  return (kind?.settings ?? []).filter(({ key, seconds }) => seconds === 0 && (values[key] ?? '') !== '').map(({ key, label }) => [label, <Foreign key={key} text={values[key] ?? ''} max={100} />]);
}

/** at: what is done at once with an account that was just added or changed. */
export function AccountCard({ account, at }: { account: Account; at: '' | 'test' | 'sign-in' }) {
  const kinds = useKinds();
  const kind = kindOf(kinds.value ?? [], account);
  const [report, setReport] = useState<AccountReport | null>(null);
  const [isRemoving, setRemoving] = useState(false);
  const test = useAction(async () => {
    try {
      setReport(null);
      setReport(await bridge().accountTest(account.name));
    } finally {
      invalidate('accounts'); // core knows now whether it works
    }
  });
  const secret = useAction(async () => {
    await bridge().accountSecret(account.name);
    say(account.keeps_password ? accountWords.passwordKept : accountWords.passwordGiven);
    invalidate('accounts');
    void test.run();
  });
  const remove = useAction(async () => {
    await bridge().accountRemove(account.name);
    say(accountWords.removed);
    setRemoving(false);
    invalidate('accounts');
  });
  const signIn = useSignIn(account.name, () => {
    say(accountWords.signIn.done);
    void test.run();
  });
  const signOut = useSignOut(account.name);
  const client = useAction(async () => {
    await bridge().accountSecret(account.name);
    signIn.start('browser');
  });
  const hasSignIn = kind?.secret === 'oauth';
  const isSignedOut = hasSignIn && !account.signed_in && signIn.until === null;
  const begin = useRef(signIn.start);
  begin.current = signIn.start;
  useEffect(() => {
    if (at === 'test')
      void test.run();
    else if (at === 'sign-in')
      begin.current('browser');
  }, [at, test.run]);

  return (
    <Section>
      <div className="account-head">
        <div>
          <h2>
            <Foreign text={account.name} max={60} />
          </h2>
          <p className="muted">
            <Foreign text={account.address} max={80} />
          </p>
        </div>
        <div className="row">
          <Badge state={account.state} />
          {account.needs_password && <Button icon="lock" busy={secret.busy} onClick={() => void secret.run()}>{account.state === 'password' ? accountWords.password : accountWords.newPassword}</Button>}
          {isSignedOut && <Button icon="lock" kind="primary" busy={signIn.busy} onClick={() => signIn.start('browser')}>{account.scope === '' ? accountWords.signIn.start : accountWords.signIn.startAgain}</Button>}
          {isSignedOut && <Button busy={signIn.busy} onClick={() => signIn.start('window')}>{accountWords.signIn.startInWindow}</Button>}
          {isSignedOut && kind.client === 'secret' && <Button busy={client.busy} onClick={() => void client.run()}>{accountWords.signIn.newSecret}</Button>}
          {hasSignIn && account.signed_in && <Button icon="lock" busy={signOut.busy} onClick={() => void signOut.run()}>{accountWords.signIn.signOut}</Button>}
          <LinkButton icon="settings" href={toHash('accounts', 'edit', account.name)}>{accountWords.edit}</LinkButton>
          <Button icon="check" busy={test.busy} disabled={hasSignIn && !account.signed_in} onClick={() => void test.run()}>{test.busy ? accountWords.testing : accountWords.test}</Button>
          <Button icon="trash" onClick={() => setRemoving(true)}>{accountWords.remove}</Button>
        </div>
      </div>
      {account.text !== '' && report === null && test.failure === null && <p className="muted small" dir="auto">{sentence(account.text, 400)}</p>}
      {Object.keys(account.endpoints).length > 0 && <p className="muted small">{accountWords.ownEndpoints(oneLine(Object.keys(account.endpoints).join(', '), 80))}</p>}
      <Waiting signIn={signIn} />
      <FaultNotice failure={signIn.failure ?? signOut.failure} />
      <Usage account={account} />
      <FaultNotice failure={test.failure} {...(account.state === 'failing' && accountWords.report.problems['network'] !== undefined ? { title: accountWords.report.problems['network'] } : {})} />
      <FaultNotice failure={secret.failure ?? client.failure} />
      {report !== null && <Report account={account} report={report} />}
      <Disclosure summary={accountWords.settings}>
        <Facts
          rows={[
            ...placeOf(kind, account),
            ...(hasSignIn ? [[accountWords.signIn.viaTitle, accountWords.signIn.via[account.via] ?? account.via], [accountWords.signIn.granted, <Foreign key="g" text={account.scope} max={300} />]] as const : []),
            [accountWords.facts.password, passwordText(kind, account)],
            ...((account.pin ?? '') === '' ? [] : [[accountWords.facts.pin, <code key="p">{oneLine(account.pin ?? '', 64)}</code>] as const]),
          ]}
        />
      </Disclosure>
      {isRemoving && (
        <ConfirmDialog title={accountWords.removeTitle} text={accountWords.removeText} yes={accountWords.removeYes} danger busy={remove.busy}
          problem={<FaultNotice failure={remove.failure} />} onYes={() => void remove.run()} onClose={() => setRemoving(false)} />
      )}
    </Section>
  );
}
