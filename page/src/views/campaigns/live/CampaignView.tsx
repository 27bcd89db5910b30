// One campaign: how far it is, what the server says, what has to be decided, and who got what.
import { useRef } from 'react';
import { isZero } from '../../../base/decimal';
import { moment, number } from '../../../base/format';
import { oneLine, sentence } from '../../../base/foreign';
import type { Campaign, Decimal } from '../../../bridge';
import { Badge } from '../../../parts/Badge';
import { Bar } from '../../../parts/Bar';
import { Foreign } from '../../../parts/Foreign';
import { Loaded } from '../../../parts/Loaded';
import { Notice } from '../../../parts/Notice';
import { Facts, Page, Section } from '../../../parts/Page';
import { toHash } from '../../../state/router';
import { words } from '../../../words';
import { campaignWords, liveWords } from '../../../words/campaigns';
import { doneOf, paceText, partsOf, people, progressText, stateText } from '../numbers';
import { useCampaign } from '../useCampaigns';
import { Actions } from './Actions';
import { Figures } from './Figures';
import { Plot } from './Plot';
import { Recipients } from './Recipients';
import { Unknown } from './Unknown';

export function CampaignView({ id }: { id: Decimal }) {
  const query = useCampaign(id);
  const back = { href: toHash('campaigns'), text: liveWords.back };
  const campaign = query.value;
  const title = campaign === undefined ? campaignWords.title : oneLine(campaign.subject, 120) || campaignWords.noSubject;

  return (
    <Page
      title={title}
      back={back}
      fill
      lead={campaign !== undefined && liveWords.lead(people(campaign.total), oneLine(campaign.account, 40))}
      actions={campaign !== undefined && <Actions campaign={campaign} />}
    >
      <Loaded query={query} rows={6}>
        {(found) => <Live campaign={found} />}
      </Loaded>
    </Page>
  );
}

function Live({ campaign }: { campaign: Campaign }) {
  const isOpen = campaign.state === 'sending' || campaign.state === 'waiting' || campaign.state === 'paused';
  return (
    <>
      <Why campaign={campaign} />
      <Unknown campaign={campaign} />
      <Section>
        <div className="row-spread">
          <p className="number">
            <strong>{progressText(campaign)}</strong> <span className="muted">{paceText(campaign)}</span>
          </p>
          <Badge state={campaign.state} text={stateText(campaign)} />
        </div>
        <Bar label={campaignWords.bar(number(doneOf(campaign)), number(campaign.total))} parts={partsOf(campaign)} total={Number(campaign.total)} />
        <Figures campaign={campaign} />
        <p className="muted small">{liveWords.acceptedNote}</p>
      </Section>
      <div className="grid-2">
        <Replies replies={campaign.last ?? []} isSilent={isZero(campaign.accepted) && isZero(campaign.refused)} />
        {isOpen ? <Plot campaign={campaign} /> : <Ended campaign={campaign} />}
      </div>
      <Recipients campaign={campaign} />
    </>
  );
}

function Why({ campaign }: { campaign: Campaign }) {
  if (campaign.state === 'paused' && campaign.reason === 'first')
    return (
      <Notice kind="info" live title={liveWords.hold.title}>
        {liveWords.hold.text}
      </Notice>
    );
  if ((campaign.state !== 'paused' && campaign.state !== 'waiting') || (campaign.text === '' && campaign.reason === ''))
    return null;
  return (
    <Notice kind="warn" live title={sentence(words.reason[campaign.reason] ?? words.state[campaign.state] ?? '')}>
      {campaign.reason !== 'asked' && <p dir="auto">{sentence(campaign.text, 600)}</p>}
    </Notice>
  );
}

/** Core remembers the last answers of what is being sent: those that were seen stay when it pauses. The table has all. */
function Replies({ replies, isSilent }: { replies: readonly string[]; isSilent: boolean }) {
  const seen = useRef<readonly string[]>([]);
  if (replies.length > 0)
    seen.current = replies;
  return (
    <Section title={liveWords.replies}>
      {seen.current.length === 0 ? (
        <p className="muted">{isSilent ? liveWords.noReplies : liveWords.repliesBelow}</p>
      ) : (
        <ul className="replies">
          {seen.current.map((reply, index) => (
            <li key={index} className="reply">
              <Foreign text={reply} max={300} />
            </li>
          ))}
        </ul>
      )}
    </Section>
  );
}

function Ended({ campaign }: { campaign: Campaign }) {
  const skipped = Object.entries(campaign.skipped_reasons ?? {}).filter(([, value]) => !isZero(value));
  return (
    <Section title={sentence(words.state[campaign.state] ?? campaign.state)}>
      <Facts
        rows={[
          [liveWords.started, moment(campaign.started)],
          [liveWords.ended, moment(campaign.ended)],
          ...skipped.map(([reason, value]) => [words.reason[reason] ?? reason, people(value)] as const),
        ]}
      />
    </Section>
  );
}
