// An account that is there, changed. Where it would take its password elsewhere core forgets it, and it is asked for at once.
import { useState, type FormEvent } from 'react';
import { oneLine } from '../../base/foreign';
import { bridge, type Account, type AccountKind } from '../../bridge';
import { Button } from '../../parts/Button';
import { TextField } from '../../parts/Field';
import { Loaded } from '../../parts/Loaded';
import { Empty, FaultNotice, Notice } from '../../parts/Notice';
import { Page, Section } from '../../parts/Page';
import { useAction } from '../../state/action';
import { invalidate } from '../../state/query';
import { go, toHash } from '../../state/router';
import { say } from '../../state/toast';
import { accountWords } from '../../words/accounts';
import { useAccounts } from './Accounts';
import { LimitFields, Provider, ServerFields } from './Fields';
import { askedOf, changed, domainOf, isComplete, toChanges, toForm, type Change, type Form } from './form';
import { kindOf, useKinds } from './useKinds';
import { usePreset } from './usePreset';

const { form: text } = accountWords;

export function AccountEdit({ name }: { name: string }) {
  const query = useAccounts();
  const kinds = useKinds();
  return (
    <Page title={text.editTitle(oneLine(name, 60))} back={{ href: toHash('accounts'), text: text.back }}>
      <Loaded query={query}>
        {(accounts) => {
          const account = accounts.find((one) => one.name === name);
          if (account === undefined)
            return <Empty icon="account" title={text.gone} />;
          return (
            <Loaded query={kinds}>
              {(all) => {
                const kind = kindOf(all, account);
                return kind !== undefined && <EditForm kind={kind} account={account} />;
              }}
            </Loaded>
          );
        }}
      </Loaded>
    </Page>
  );
}

async function saveAll(kind: AccountKind, account: Account, form: Form): Promise<void> {
  const changes = toChanges(kind, account, form);
  const { forgotten } = await bridge().accountSet(account.name, changes);
  const isSignIn = kind.secret === 'oauth';
  invalidate('accounts');
  invalidate('campaigns');
  if (isSignIn ? 'client_id' in changes && kind.client === 'secret' : forgotten)
    await bridge().accountSecret(account.name).catch(() => say(isSignIn ? text.secretOwed : text.passwordOwed)); // who gives none now is asked on the card
  else
    say(text.saved);
  invalidate('accounts');
  go('accounts', isSignIn && forgotten ? 'sign-in' : 'test', account.name);
}

function EditForm({ kind, account }: { kind: AccountKind; account: Account }) {
  const [before] = useState(account); // what is shown is changed, whatever comes meanwhile
  const [form, setForm] = useState<Form>(() => toForm(kind, before));
  const change = (part: Change) => setForm((old) => changed(kind, old, part));
  const isSameProvider = domainOf(form.address) === domainOf(before.address);
  const preset = usePreset(kind, isSameProvider ? '' : form.address, change);
  const save = useAction(() => saveAll(kind, before, form));
  const changes = isComplete(kind, form) ? Object.keys(toChanges(kind, before, form)) : [];
  const isElsewhere = (before.needs_password || before.signed_in) && askedOf(kind).some(({ key, place }) => place && changes.includes(key));
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (changes.length > 0)
      void save.run();
  };

  return (
    <form className="stack" onSubmit={onSubmit} noValidate>
      <Section>
        <TextField label={kind.address === 'phone' ? text.phone : text.address} type={kind.address === 'phone' ? 'tel' : 'email'} value={form.address} onValue={(address) => change({ address })} maxLength={254} required />
        {kind.address === 'email' && !isSameProvider && <Provider preset={preset} form={form} />}
      </Section>
      <ServerFields kind={kind} form={form} change={change} />
      <Section>
        <LimitFields kind={kind} form={form} change={change} />
      </Section>
      {isElsewhere && <Notice>{kind.secret === 'oauth' ? text.signInAgain : text.passwordAgain}</Notice>}
      <FaultNotice failure={save.failure} />
      <div className="row">
        <Button kind="primary" type="submit" busy={save.busy} disabled={changes.length === 0}>{text.save}</Button>
      </div>
    </form>
  );
}
