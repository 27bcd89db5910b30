/* lane-private.h - the inside of a lane, shared by lane.c (its life, when to do what), lane-campaigns.c (what is on it), lane-wait.c (nothing can go),
 * dispatch-cycle.c (one transaction), speed.c, lane-recovery.c (what earlier transports left), lane-status.c (what people are told) and lane-transport.c (what
 * becomes of what the transport says). */
#pragma once
#include "account.h"
#include "lane.h"
#include "ledger.h"
#include "pace.h"
#include "transport-link.h"

#define RATE_SECONDS 8 /* chosen: over how long the speed is measured */

typedef struct { /* how fast answers come: a count a second. Zeroed at the start */
  gint64 second;
  guint  counts[RATE_SECONDS];
} Speed;

typedef struct { /* one campaign on this lane */
  Campaign *campaign;
  Speed     speed;
  GQueue    last; /* of char *: what servers answered last, newest first */
  gboolean  is_begun, is_beginning; /* in the transport that runs now */
  gboolean  is_stopping;
  gboolean  is_held; /* this cycle paused it: too many gone at once */
  GArray   *stop_callbacks; /* of StopCallback */
  char     *pause_reason, *pause_text; /* the store did not take its pause yet; NULL: nothing is owed */
} LaneCampaign;

typedef struct {
  LaneStoppedFunc func;
  gpointer        data;
} StopCallback;

#define LAST_REPLIES 5
#define LANE_DISK_RETRY_S 5

struct Lane {
  Core      *core;
  gint64     account_id;
  Account   *account; /* of the transport that runs now, or the last one */
  Pace      *pace;
  GPtrArray *campaigns;   /* of LaneCampaign */
  GArray    *unloaded; /* of guint64: campaigns that are sending, and that the store could not give yet */
  guint      next_campaign; /* who is first at the next hand-over, counted on without end */

  TransportLink *link;
  guint        losses, deaths;
  gboolean     is_recalling; /* all was recalled because nothing can go */
  gboolean     is_refusing;  /* the transport wants a person: it gets nothing more, and leaves when it holds nothing */
  gboolean     is_noted_well; /* the store knows that the account works */

  char  *reason, *text; /* why nothing goes; reason NULL: it goes */
  char  *last_wait_reason, *last_wait_text; /* kept until the first success after a wait, so that status can say what is tried again; reason NULL: all is well */
  gint64 wait_until_us, waiting_since_us;
  guint  waits;         /* in a row */
  gint64 quota_since_us; /* an hour's or a day's window is full since then; 0: none is */

  guint  cycle_source, timer_source;
  Speed  speed; /* of all campaigns together */
  double best_per_s; /* of seconds on end, since the last one that was stored */
  char  *owner; /* words about the process that holds an earlier journal */
};

typedef struct { /* rows of one campaign that may leave once the cycle is committed */
  LaneCampaign     *entry;
  GArray   *handed; /* of LedgerHanded */
  GVariant *frame;  /* owned */
} LaneBatch;

/* dispatch-cycle.c: one transaction. Both write functions keep nothing and set `error` when the store does. */
gboolean lane_write_cycle    (Lane *self, GPtrArray *batches, GPtrArray *finished, gint64 *out_turn, GError **error);
gboolean lane_flush_outcomes (Lane *self, GError **error); /* what came back, alone */
void     lane_after_outcomes (Lane *self);                 /* it is committed: pace, speed, last replies */
void     lane_send_batches   (Lane *self, GPtrArray *batches);
void     lane_batch_free    (LaneBatch *batch);
gboolean lane_can_send       (Lane *self);

/* lane-recovery.c */
gboolean lane_recover       (Lane *self); /* FALSE: nothing may start yet; a cycle comes again */

/* speed.c: how fast answers come */
void     speed_count (Speed *self, guint count);
double   speed_get   (Speed *self, guint *out_seconds); /* a second; out_seconds: over so many, or NULL */
double   lane_get_per_second (Lane *self);
gboolean lane_store_speed    (Lane *self, GError **error);

/* lane.c */
gint64   lane_get_next_due   (Lane *self, gint64 now_utc); /* of any campaign; now_utc if one is due, 0: never */
void     lane_schedule_cycle  (Lane *self, guint delay_ms);
void     lane_touch_all      (Lane *self);                 /* their numbers have changed */

/* lane-wait.c */
void lane_wait       (Lane *self, const char *reason, const char *text, gint64 delay_s); /* 0: a growing delay */
void lane_wait_for_store (Lane *self, const GError *error);
void lane_end_wait   (Lane *self);                                        /* if its time has come */
void lane_try_again  (Lane *self, const char *reason, const char *text);  /* no wait, but what is known until somebody answers */
void lane_went_well  (Lane *self);                                        /* an answer came: no more waiting in a row */
void lane_note_trouble (Lane *self, const char *reason, const char *text); /* of the account's server */

/* lane-campaigns.c */
void lane_pause_all  (Lane *self, const char *reason, const char *text);                 /* a person has to look */
void lane_pause_one  (Lane *self, LaneCampaign *entry, const char *reason, const char *text);
gboolean lane_write_pauses (Lane *self);                                                 /* FALSE: the store refuses one */
void lane_load_unloaded (Lane *self);
void lane_drop_campaign  (Lane *self, LaneCampaign *entry);
void lane_drop_stopped (Lane *self);
void lane_stop_held  (Lane *self);
void lane_pause_after_first (Lane *self);
void lane_note_reply (Lane *self, const char *reply);                                    /* it concerns all campaigns */
void lane_campaign_note_reply (LaneCampaign *self, const char *reply);
void work_free       (LaneCampaign *self);
LaneCampaign *lane_find_campaign (Lane *self, guint64 campaign);

/* lane-transport.c */
void lane_open_transport (Lane *self);
void lane_begin          (Lane *self, LaneCampaign *entry);
guint lane_get_connections (Lane *self); /* how many its transport may have */
TransportLink *lane_make_link (Lane *self);
