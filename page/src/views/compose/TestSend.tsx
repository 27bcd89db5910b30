// One real message to oneself: a campaign of one, whose address is one's own.
import { useState } from 'react';
import { oneLine } from '../../base/foreign';
import { bridge } from '../../bridge';
import { Button } from '../../parts/Button';
import { Dialog } from '../../parts/Dialog';
import { SelectField, TextField } from '../../parts/Field';
import { Loaded } from '../../parts/Loaded';
import { FaultNotice, Notice } from '../../parts/Notice';
import { useAction } from '../../state/action';
import { invalidate, useQuery } from '../../state/query';
import { say } from '../../state/toast';
import { words } from '../../words';
import { composeWords } from '../../words/compose';
import { messageFiles, partsOf, type Draft } from './draft';

const { test } = composeWords;

async function sendTest(draft: Draft, account: string, list: string, to: string): Promise<void> {
  const spec = { account, lists: [list], limit: '1', test_to: to, again: true, ...partsOf(draft) };
  const { campaign } = await bridge().campaignPrepare(spec, messageFiles(draft));
  try {
    await bridge().campaignStart(campaign);
  } catch (error) {
    await bridge().campaignDiscard(campaign).catch(() => {}); // the first error is the one to be told
    throw error;
  }
}

async function load() {
  const [accounts, lists] = await Promise.all([bridge().accountList(), bridge().lists()]);
  return { accounts, lists };
}

export function TestSend({ draft, onClose }: { draft: Draft; onClose: () => void }) {
  const query = useQuery('accounts/test-send', load);
  const [account, setAccount] = useState('');
  const [list, setList] = useState('');
  const [to, setTo] = useState<string | null>(null);
  const chosen = query.value?.accounts.find(({ name }) => name === account) ?? query.value?.accounts[0];
  const from = list || (query.value?.lists[0]?.name ?? '');
  const address = (to ?? chosen?.address ?? '').trim();
  const send = useAction(async () => {
    await sendTest(draft, chosen?.name ?? '', from, address);
    say(test.sent(oneLine(address, 60)));
    invalidate('campaigns');
    onClose();
  });

  return (
    <Dialog
      title={test.title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button kind="primary" busy={send.busy} disabled={chosen === undefined || from === '' || !address.includes('@')} onClick={() => void send.run()}>{test.send}</Button>
        </>
      }
    >
      <p>{test.text}</p>
      <Loaded query={query}>
        {({ accounts, lists }) => (
          <>
            {accounts.length === 0 && <Notice kind="warn">{test.needAccount}</Notice>}
            {lists.length === 0 && <Notice kind="warn">{test.needList}</Notice>}
            <TextField label={test.to} type="email" value={to ?? chosen?.address ?? ''} onValue={setTo} maxLength={254} />
            <SelectField label={test.account} value={chosen?.name ?? ''} onValue={setAccount} options={accounts.map(({ name, address: own }) => [name, `${oneLine(name, 40)} (${oneLine(own, 60)})`] as const)} />
            <SelectField label={test.list} value={from} onValue={setList} options={lists.map(({ name }) => [name, oneLine(name, 60)] as const)} />
          </>
        )}
      </Loaded>
      <FaultNotice failure={send.failure} />
    </Dialog>
  );
}
