// One real message to oneself, as the person who is previewed would get it: a campaign of one, marked, that stands apart.
import { useState } from 'react';
import { isZero } from '../../base/decimal';
import { oneLine } from '../../base/foreign';
import { bridge, type MessageFile, type PrepareSpec } from '../../bridge';
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
import type { Somebody } from './usePeople';

const { test } = composeWords;

export async function sendTest(spec: PrepareSpec, files: MessageFile[]): Promise<void> {
  const { campaign, summary } = await bridge().campaignPrepare({ again: true, ...spec }, files);
  try {
    if (isZero(summary.queued))
      throw Object.assign(new Error(test.nobody), { fault: 'DataErr' });
    await bridge().campaignStart(campaign);
  } catch (error) {
    await bridge().campaignDiscard(campaign).catch(() => {}); // the first error is the one to be told
    throw error;
  }
}

interface Props {
  draft: Draft;
  somebody: Somebody | null; // whom it is shown as; null: there is nobody yet
  onClose: () => void;
}

/** Somebody who was looked for is on some list. */
async function listOf({ id, list }: Somebody): Promise<string> {
  return list !== '' ? list : ((await bridge().contactShow(`#${id}`)).lists[0] ?? '');
}

export function TestSend({ draft, somebody, onClose }: Props) {
  const query = useQuery('accounts', () => bridge().accountList());
  const [account, setAccount] = useState('');
  const [to, setTo] = useState<string | null>(null);
  const chosen = query.value?.find(({ name }) => name === account) ?? query.value?.[0];
  const address = (to ?? chosen?.address ?? '').trim();
  const send = useAction(async (who: Somebody) => {
    await sendTest({ account: chosen?.name ?? '', lists: [await listOf(who)], test_who: who.id, test_to: address, ...partsOf(draft) }, messageFiles(draft));
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
          <Button kind="primary" busy={send.busy} disabled={chosen === undefined || somebody === null || !address.includes('@')} onClick={() => somebody !== null && void send.run(somebody)}>{test.send}</Button>
        </>
      }
    >
      {somebody === null ? <Notice kind="warn">{test.needList}</Notice> : <p dir="auto">{test.text(oneLine(somebody.name, 60))}</p>}
      <p className="muted small">{test.where}</p>
      <Loaded query={query}>
        {(accounts) => (
          <>
            {accounts.length === 0 && <Notice kind="warn">{test.needAccount}</Notice>}
            <TextField label={test.to} type="email" value={to ?? chosen?.address ?? ''} onValue={setTo} maxLength={254} />
            {accounts.length > 1 && <SelectField label={test.account} value={chosen?.name ?? ''} onValue={setAccount} options={accounts.map(({ name, address: own }) => [name, `${oneLine(name, 40)} (${oneLine(own, 60)})`] as const)} />}
          </>
        )}
      </Loaded>
      <FaultNotice failure={send.failure} />
    </Dialog>
  );
}
