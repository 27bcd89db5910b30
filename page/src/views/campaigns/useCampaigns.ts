// One campaign's numbers, kept up to date by CampaignChanged; a connection watches one campaign at a time.
import { useEffect } from 'react';
import { bridge, type Campaign, type Decimal } from '../../bridge';
import { invalidate, put, useEvent, useQuery } from '../../state/query';
import { useEvery } from '../../state/every';

export function useCampaigns() {
  return useQuery('campaigns/list', () => bridge().campaignList());
}

const ASK_MS = 2000; // chosen: lists of campaigns are asked for, the open one is told

/** For views with several campaigns: asks again while it is open. */
export function useCampaignEvents(): void {
  useEvery(ASK_MS, () => invalidate('campaigns/'));
}

export function useCampaign(id: Decimal) {
  const query = useQuery(`campaign/${id}`, () => bridge().campaignShow(id));

  useEffect(() => {
    bridge().campaignWatch(id).catch(() => {}); // then CampaignShow says what is wrong
    return () => {
      bridge().campaignWatch('0').catch(() => {});
    };
  }, [id]);
  useEvent(bridge().onCampaignChanged, (changed: Decimal, numbers: Campaign) => {
    put(`campaign/${changed}`, numbers);
  });
  return query;
}
