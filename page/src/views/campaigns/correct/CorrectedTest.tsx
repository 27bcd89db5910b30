// The corrected letter to oneself, as the person who is shown would get it.
import { useState } from 'react';
import { oneLine } from '../../../base/foreign';
import { bridge, type Campaign } from '../../../bridge';
import { Button } from '../../../parts/Button';
import { Dialog } from '../../../parts/Dialog';
import { TextField } from '../../../parts/Field';
import { Loaded } from '../../../parts/Loaded';
import { FaultNotice } from '../../../parts/Notice';
import { useAction } from '../../../state/action';
import { invalidate, useQuery } from '../../../state/query';
import { say } from '../../../state/toast';
import { words } from '../../../words';
import { correctWords } from '../../../words/campaigns';
import { composeWords } from '../../../words/compose';
import { toMessageFiles } from '../../compose/draft';
import { filesOf } from '../../compose/open';
import { sendTest } from '../../compose/TestSend';
import type { Message } from './correction';

const { test } = composeWords;

/** The contact behind a row of the campaign: several people may share an address. */
async function findPerson({ address, name }: { address: string; name: string }) {
  const found = await bridge().contactFind(address);
  const same = found.filter((person) => person.email.toLowerCase() === address.toLowerCase() && person.lists.length > 0);
  const person = same.find((one) => one.name === name) ?? same[0];
  if (person === undefined)
    throw Object.assign(new Error(correctWords.gone), { fault: 'NoUser' });
  return person;
}

interface Props {
  campaign: Campaign;
  message: Message;
  shownAs: { address: string; name: string };
  onClose: () => void;
}

export function CorrectedTest({ campaign, message, shownAs, onClose }: Props) {
  const query = useQuery('accounts', () => bridge().accountList());
  const [to, setTo] = useState<string | null>(null);
  const own = query.value?.find(({ name }) => name === campaign.account)?.address ?? '';
  const address = (to ?? own).trim();
  const send = useAction(async () => {
    const [person, files] = await Promise.all([findPerson(shownAs), filesOf('campaign', campaign.id)]);
    const list = campaign.lists.find((name) => person.lists.includes(name)) ?? person.lists[0] ?? '';
    await sendTest({ account: campaign.account, lists: [list], test_who: person.id, test_to: address, ...message }, toMessageFiles(files));
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
          <Button kind="primary" busy={send.busy} disabled={!address.includes('@')} onClick={() => void send.run()}>{test.send}</Button>
        </>
      }
    >
      <p dir="auto">{test.text(oneLine(shownAs.name || shownAs.address, 60))}</p>
      <p className="muted small">{test.where}</p>
      <Loaded query={query}>{() => <TextField label={test.to} type="email" value={to ?? own} onValue={setTo} maxLength={254} />}</Loaded>
      <FaultNotice failure={send.failure} />
    </Dialog>
  );
}
