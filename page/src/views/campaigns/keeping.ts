// What is done with a campaign long after: written again, put away.
import { bridge, type Campaign, type Decimal } from '../../bridge';
import { invalidate } from '../../state/query';
import { go } from '../../state/router';
import { say } from '../../state/toast';
import { sentWords } from '../../words/campaigns';
import { openLetter } from '../compose/open';
import { writtenOf } from './correct/correction';

/** Its letter, with pictures and attachments, as a draft. */
export async function copyCampaign(campaign: Decimal): Promise<void> {
  const isReplaced = await openLetter(writtenOf(await bridge().campaignMessage(campaign, 0)), 'campaign', campaign);
  go('compose');
  say(isReplaced ? sentWords.copiedOver : sentWords.copied);
}

export async function archiveCampaign(campaign: Pick<Campaign, 'id'>, isArchived: boolean): Promise<void> {
  await bridge().campaignArchive(campaign.id, isArchived);
  say(isArchived ? sentWords.archived : sentWords.unarchived);
  invalidate('campaign');
}
