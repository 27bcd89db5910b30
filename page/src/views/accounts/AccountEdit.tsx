// An account that is there, changed. Where it would take its password elsewhere core forgets it, and it is asked for at once.
import { useState, type FormEvent } from 'react';
import { oneLine } from '../../base/foreign';
import { bridge, type Account } from '../../bridge';
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
import { changed, domainOf, isComplete, toChanges, toForm, type Form } from './form';
import { usePreset } from './usePreset';

const { form: text } = accountWords;

export function AccountEdit({ name }: { name: string }) {
  const query = useAccounts();
  return (
    <Page title={text.editTitle(oneLine(name, 60))} back={{ href: toHash('accounts'), text: text.back }}>
      <Loaded query={query}>
        {(accounts) => {
          const account = accounts.find((one) => one.name === name);
          return account === undefined ? <Empty icon="account" title={text.gone} /> : <EditForm account={account} />;
        }}
      </Loaded>
    </Page>
  );
}

async function saveAll(account: Account, form: Form): Promise<void> {
  const { forgotten } = await bridge().accountSet(account.name, toChanges(account, form));
  invalidate('accounts');
  invalidate('campaigns');
  if (forgotten)
    await bridge().accountSecret(account.name).catch(() => say(text.passwordOwed)); // who gives none now is asked on the card
  else
    say(text.saved);
  invalidate('accounts');
  go('accounts', 'test', account.name);
}

function EditForm({ account }: { account: Account }) {
  const [before] = useState(account); // what is shown is changed, whatever comes meanwhile
  const [form, setForm] = useState<Form>(() => toForm(before));
  const change = (part: Partial<Form>) => setForm((old) => changed(old, part));
  const isSameProvider = domainOf(form.address) === domainOf(before.address);
  const preset = usePreset(isSameProvider ? '' : form.address, change);
  const save = useAction(() => saveAll(before, form));
  const changes = isComplete(form) ? Object.keys(toChanges(before, form)) : [];
  const isElsewhere = before.needs_password && changes.some((key) => ['host', 'port', 'user'].includes(key));
  const onSubmit = (event: FormEvent) => {
    event.preventDefault();
    if (changes.length > 0)
      void save.run();
  };

  return (
    <form className="stack" onSubmit={onSubmit} noValidate>
      <Section>
        <TextField label={text.address} type="email" value={form.address} onValue={(address) => change({ address })} maxLength={254} required />
        {!isSameProvider && <Provider preset={preset} form={form} />}
      </Section>
      <ServerFields form={form} change={change} />
      <Section>
        <LimitFields form={form} change={change} />
      </Section>
      {isElsewhere && <Notice>{text.passwordAgain}</Notice>}
      <FaultNotice failure={save.failure} />
      <div className="row">
        <Button kind="primary" type="submit" busy={save.busy} disabled={changes.length === 0}>{text.save}</Button>
      </div>
    </form>
  );
}
