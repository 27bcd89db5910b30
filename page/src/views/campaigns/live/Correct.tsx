// The message of a paused campaign, to be corrected for those who did not get it yet.
import { useState } from 'react';
import { bridge, type Campaign, type Correction } from '../../../bridge';
import { Button } from '../../../parts/Button';
import { Dialog } from '../../../parts/Dialog';
import { TextArea, TextField } from '../../../parts/Field';
import { Loaded } from '../../../parts/Loaded';
import { FaultNotice } from '../../../parts/Notice';
import { useAction } from '../../../state/action';
import { invalidate, useQuery } from '../../../state/query';
import { words } from '../../../words';
import { liveWords } from '../../../words/campaigns';
import { composeWords } from '../../../words/compose';
import { people } from '../numbers';

type Message = Pick<Required<Correction>, 'subject' | 'html' | 'text'>;

/** Only what was changed: what is missing stays as it was. */
export function changesOf(before: Message, after: Message): Correction {
  const changes: Correction = {};
  for (const part of ['subject', 'html', 'text'] as const)
    if (before[part] !== after[part])
      changes[part] = after[part];
  return changes;
}

export function Correct({ campaign, onClose }: { campaign: Campaign; onClose: () => void }) {
  const query = useQuery(`message/${campaign.id}/${campaign.version}`, () => bridge().campaignMessage(campaign.id, 0));
  const [changed, setChanged] = useState<Partial<Message>>({});
  const send = useAction(async (before: Message) => {
    await bridge().campaignResume(campaign.id, changesOf(before, { ...before, ...changed }));
    invalidate('campaign');
    onClose();
  });
  const message = query.value;

  return (
    <Dialog
      title={liveWords.correctTitle}
      wide
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{words.cancel}</Button>
          <Button kind="primary" busy={send.busy} disabled={message === undefined} onClick={() => message !== undefined && void send.run(message)}>
            {liveWords.correctYes}
          </Button>
        </>
      }
    >
      <p>{liveWords.correctText(people(campaign.queued))}</p>
      <Loaded query={query}>
        {(before) => (
          <>
            <TextField label={composeWords.subject} spellCheck value={changed.subject ?? before.subject} onValue={(subject) => setChanged({ ...changed, subject })} />
            {before.html !== '' && (
              <TextArea label={composeWords.html} rows={10} spellCheck={false} className="mono" value={changed.html ?? before.html} onValue={(html) => setChanged({ ...changed, html })} />
            )}
            {(before.text !== '' || before.html === '') && (
              <TextArea label={composeWords.text} rows={before.html === '' ? 12 : 5} value={changed.text ?? before.text} onValue={(text) => setChanged({ ...changed, text })} />
            )}
          </>
        )}
      </Loaded>
      <FaultNotice failure={send.failure} />
    </Dialog>
  );
}
