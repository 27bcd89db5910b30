// One campaign: how far it is, what the server says, what has to be decided, and who got what.
import { useRef, useState } from 'react';
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
import { Tabs } from '../../../parts/Tabs';
import { toHash } from '../../../state/router';
import { words } from '../../../words';
import { campaignWords, liveWords, sentWords } from '../../../words/campaigns';
import { doneOf, paceText, partsOf, people, progressText, stateText } from '../numbers';
import { titleOf } from '../title';
import { useCampaign } from '../useCampaigns';
import { Actions } from './Actions';
import { Figures } from './Figures';
import { Plot } from './Plot';
import { Recipients } from './Recipients';
import { Unknown } from './Unknown';
import { WhatWasSent } from './WhatWasSent';

export function CampaignView({ id }: { id: Decimal }) {
  const query = useCampaign(id);
  const back = { href: toHash('campaigns'), text: liveWords.back };
  const campaign = query.value;
  const title = campaign === undefined ? campaignWords.title : titleOf(campaign.title);

  return (
    <Page
      title={title}
      back={back}
      fill
      lead={campaign !== undefined && liveWords.lead(people(campaign.total), oneLine(campaign.account, 40), campaign.own_endpoints === true)}
      actions={campaign !== undefined && <Actions campaign={campaign} />}
    >
      <Loaded query={query} rows={6}>
        {(found) => <Live campaign={found} />}
      </Loaded>
    </Page>
  );
}

type Tab = 'happened' | 'sent';

function Live({ campaign }: { campaign: Campaign }) {
  const [tab, setTab] = useState<Tab>('happened');
  const isBegun = campaign.started !== '0';
  const tabs: [Tab, string][] = [['happened', sentWords.happened], ['sent', isBegun ? sentWords.tab : sentWords.tabNext]];
  return (
    <>
      <Why campaign={campaign} />
      <Unknown campaign={campaign} />
      <Tabs label={sentWords.tabs} tabs={tabs} value={tab} onValue={setTab}>
        {tab === 'sent' ? <WhatWasSent campaign={campaign} /> : <Happened campaign={campaign} />}
      </Tabs>
    </>
  );
}

function Happened({ campaign }: { campaign: Campaign }) {
  return (
    <div className="stack">
      <Section>
        <div className="row-spread">
          <p className="number">
            <strong>{progressText(campaign)}</strong> <span className="muted">{paceText(campaign)}</span>
          </p>
          <Badge state={campaign.state} text={stateText(campaign)} />
        </div>
        <Bar label={campaignWords.bar(number(doneOf(campaign)), number(campaign.total))} parts={partsOf(campaign)} total={Number(campaign.total)} />
        <Figures campaign={campaign} />
        <Times campaign={campaign} />
        <p className="muted small">{liveWords.acceptedNote}</p>
      </Section>
      <Plot campaign={campaign} />
      <Replies replies={campaign.last ?? []} />
      <Recipients campaign={campaign} />
    </div>
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
function Replies({ replies }: { replies: readonly string[] }) {
  const seen = useRef<readonly string[]>([]);
  if (replies.length > 0)
    seen.current = replies;
  if (seen.current.length === 0)
    return null;
  return (
    <Section title={liveWords.replies}>
      <ul className="replies">
        {seen.current.map((reply, index) => (
          <li key={index} className="reply">
            <Foreign text={reply} max={300} />
          </li>
        ))}
      </ul>
    </Section>
  );
}

function Times({ campaign }: { campaign: Campaign }) {
  const skipped = Object.entries(campaign.skipped_reasons ?? {}).filter(([, value]) => !isZero(value));
  const times = [[liveWords.started, campaign.started], [liveWords.ended, campaign.ended]] as const;
  const rows = [
    ...times.filter(([, time]) => time !== '0').map(([name, time]) => [name, moment(time)] as const),
    ...skipped.map(([reason, value]) => [sentence(words.reason[reason] ?? reason), people(value)] as const),
  ];
  return rows.length === 0 ? null : <Facts rows={rows} />;
}
