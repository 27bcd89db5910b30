// The message of a paused campaign, corrected for those who did not get it yet: with a preview of each of them, a test, and ten seconds to take it back.
import { useState } from 'react';
import { isZero } from '../../../base/decimal';
import { bridge, type Campaign, type Decimal } from '../../../bridge';
import { Button } from '../../../parts/Button';
import { TextArea, TextField } from '../../../parts/Field';
import { Loaded } from '../../../parts/Loaded';
import { Empty, FaultNotice } from '../../../parts/Notice';
import { Page, Section } from '../../../parts/Page';
import { useAction } from '../../../state/action';
import { invalidate, useQuery } from '../../../state/query';
import { go, toHash } from '../../../state/router';
import { say } from '../../../state/toast';
import { correctWords as text, liveWords, wizardWords } from '../../../words/campaigns';
import { composeWords } from '../../../words/compose';
import { useCalm } from '../../compose/useCalm';
import { Countdown } from '../Countdown';
import { people } from '../numbers';
import { titleOf } from '../title';
import { useCampaign } from '../useCampaigns';
import { changesOf, writtenOf, type Message } from './correction';
import { CorrectedPreview } from './CorrectedPreview';
import { CorrectedTest } from './CorrectedTest';

export function CorrectView({ id }: { id: Decimal }) {
  const campaign = useCampaign(id);
  const message = useQuery(`message/${id}`, () => bridge().campaignMessage(id, 0));
  const title = campaign.value === undefined ? text.title : text.of(titleOf(campaign.value.title, 60));

  return (
    <Loaded query={campaign}>
      {(found) => (
        <Loaded query={message}>
          {(before) =>
            found.state === 'paused' && !isZero(found.queued) ? (
              <Correct campaign={found} before={writtenOf(before)} has={(part) => before[part] !== undefined} title={title} />
            ) : (
              <Page title={title} back={{ href: toHash('campaigns', id), text: text.back }}>
                <Empty icon="campaign" title={text.notNow}>{text.notNowText}</Empty>
              </Page>
            )
          }
        </Loaded>
      )}
    </Loaded>
  );
}

function Correct({ campaign, before, has, title }: { campaign: Campaign; before: Message; has: (part: keyof Message) => boolean; title: string }) {
  const [after, setAfter] = useState<Message>(before);
  const [isCounting, setCounting] = useState(false);
  const [isTesting, setTesting] = useState(false);
  const [shownAs, setShownAs] = useState({ address: '', name: '' });
  const calm = useCalm(after);
  const changes = changesOf(before, after);
  const isChanged = Object.keys(changes).length > 0;
  const resume = useAction(async () => {
    try {
      await bridge().campaignResume(campaign.id, changes);
    } finally {
      setCounting(false);
      invalidate('campaign');
    }
    go('campaigns', campaign.id);
  });

  if (isCounting)
    return (
      <Page title={title}>
        <Section title={wizardWords.send.title}>
          <Countdown text={text.counting(people(campaign.queued))} isBusy={resume.busy} onSend={() => void resume.run()}
            onUndo={() => {
              setCounting(false);
              say(text.undone);
            }} />
        </Section>
      </Page>
    );
  return (
    <Page
      title={title}
      fill
      back={{ href: toHash('campaigns', campaign.id), text: text.back }}
      lead={liveWords.correctText(people(campaign.queued))}
      actions={
        <>
          <Button disabled={shownAs.address === ''} onClick={() => setTesting(true)}>{composeWords.test.button}</Button>
          <Button kind="primary" icon="play" disabled={!isChanged} title={isChanged ? undefined : text.unchanged} onClick={() => setCounting(true)}>{liveWords.correctYes}</Button>
        </>
      }
    >
      <FaultNotice failure={resume.failure} />
      <div className="compose">
        <div {...calm.handlers}>
          <Section>
            {has('subject') && <TextField label={composeWords.subject} spellCheck value={after.subject} maxLength={900} onValue={(subject) => setAfter({ ...after, subject })} />}
            {before.html !== '' && <TextArea label={composeWords.html} rows={14} spellCheck className="mono" value={after.html} onValue={(html) => setAfter({ ...after, html })} />}
            {(before.text !== '' || before.html === '') && <TextArea label={composeWords.text} rows={before.html === '' ? 14 : 6} spellCheck value={after.text} onValue={(body) => setAfter({ ...after, text: body })} />}
            {!isChanged && <p className="field-hint">{text.unchanged}</p>}
          </Section>
        </div>
        <div className="compose-preview">
          <CorrectedPreview campaign={campaign.id} changes={changes} isCalm={calm.isCalm} onShown={setShownAs} />
        </div>
      </div>
      {isTesting && <CorrectedTest campaign={campaign} message={after} shownAs={shownAs} onClose={() => setTesting(false)} />}
    </Page>
  );
}
