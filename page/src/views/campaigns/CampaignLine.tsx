import { number } from '../../base/format';
import type { Campaign } from '../../bridge';
import { Badge } from '../../parts/Badge';
import { Bar } from '../../parts/Bar';
import { toHash } from '../../state/router';
import { campaignWords } from '../../words/campaigns';
import { doneOf, paceText, partsOf, progressText, stateText } from './numbers';
import { titleOf } from './title';

export function CampaignLine({ campaign }: { campaign: Campaign }) {
  return (
    <div className="campaign-line">
      <div className="row-spread">
        <a href={toHash('campaigns', campaign.id)}>
          <bdi>{titleOf(campaign.title, 100)}</bdi>
        </a>
        <Badge state={campaign.state} text={stateText(campaign)} />
      </div>
      <Bar label={campaignWords.bar(number(doneOf(campaign)), number(campaign.total))} parts={partsOf(campaign)} total={Number(campaign.total)} />
      <p className="muted small number">{[progressText(campaign), paceText(campaign)].filter(Boolean).join(' · ')}</p>
    </div>
  );
}
