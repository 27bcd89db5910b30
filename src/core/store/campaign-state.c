#include "campaign-state.h"

const char *
campaign_state_to_word (CampaignState state)
{
  static const char *const words[] = {
    [CAMPAIGN_PREPARING] = "preparing", [CAMPAIGN_PREPARED] = "prepared", [CAMPAIGN_SENDING] = "sending",
    [CAMPAIGN_PAUSED] = "paused",       [CAMPAIGN_DONE] = "done",         [CAMPAIGN_CANCELLED] = "cancelled",
  };

  return (guint) state < G_N_ELEMENTS (words) && words[state] != NULL ? words[state] : "?";
}
