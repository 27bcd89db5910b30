/* campaign-state.h - states of a campaign. Numbers are stored: never reuse one. Used in: core. */
#pragma once
#include <glib.h>

/* Each number stands once, here; SQL takes it by sql-words.h. 3 was never stored. */
#define CAMPAIGN_NUMBER_PREPARING 0
#define CAMPAIGN_NUMBER_PREPARED 1
#define CAMPAIGN_NUMBER_SENDING 2
#define CAMPAIGN_NUMBER_PAUSED 4
#define CAMPAIGN_NUMBER_DONE 5
#define CAMPAIGN_NUMBER_CANCELLED 6

typedef enum { /* column campaign.state. "waiting" is sending with nothing that could go now: not stored */
  CAMPAIGN_PREPARING = CAMPAIGN_NUMBER_PREPARING, /* the snapshot is being taken; gone after a crash */
  CAMPAIGN_PREPARED = CAMPAIGN_NUMBER_PREPARED,   /* a person is looking at it; gone after a crash */
  CAMPAIGN_SENDING = CAMPAIGN_NUMBER_SENDING,
  CAMPAIGN_PAUSED = CAMPAIGN_NUMBER_PAUSED,
  CAMPAIGN_DONE = CAMPAIGN_NUMBER_DONE,
  CAMPAIGN_CANCELLED = CAMPAIGN_NUMBER_CANCELLED,
} CampaignState;

const char *campaign_state_to_word (CampaignState state); /* static; "?": none of these */
