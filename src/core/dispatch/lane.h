/* lane.h - one sending account at work: it alone owns its transport, pace, journal and slice of the ledger.
 * Used in: core. Source: docs/design.md §5, §10 (nothing here may assume that the transport is a child process on this machine).
 *
 * All writing happens in lane_run_cycle(): one transaction records what came back and hands over what may go, then the rows leave. */
#pragma once
#include "campaign.h"

typedef struct Lane Lane;

typedef struct {
  gboolean    is_active;   /* the campaign is with this lane */
  gboolean    is_waiting;  /* nothing can go now; it goes on by itself */
  const char *reason;      /* borrowed: "network", "limit" (of the account's own), "quota" (the provider's), "pace", "later", "recovery", "disk", "vault"… or "" */
  const char *text;        /* borrowed, for people */
  gint64      next_utc;    /* when it goes on, 0: now or not known */
  double      per_second;  /* of this campaign, measured over the last seconds */
  gint64      seconds_left;
  GQueue     *last;        /* borrowed: of char *: last replies to this campaign, newest first; or NULL */
} LaneStatus;

Lane *lane_new  (Core *core, gint64 account);
void  lane_free (Lane *self); /* the transport is closed; it finishes what is begun, its journal says the rest */

void  lane_add_campaign (Lane *self, guint64 campaign); /* it is SENDING in the store; asked for again when that does not give it */

/* Takes a campaign off the lane. `done` is called once, from the main loop, when nothing of it is handed any more. */
typedef void (*LaneStoppedFunc) (gpointer data);
void  lane_stop_campaign (Lane *self, guint64 campaign, LaneStoppedFunc done, gpointer data);

/* Recalls all and closes the transport, for leaving; `done` when nothing is handed any more. */
void  lane_drain (Lane *self, LaneStoppedFunc done, gpointer data);

gboolean lane_is_busy (Lane *self);                /* a campaign is here, or something is handed or unrecovered */
gboolean lane_is_holding (Lane *self, guint64 campaign); /* a transport may still have rows of it: no resolving now */
void  lane_describe (Lane *self, guint64 campaign, LaneStatus *out);
gboolean lane_find_stopping (Lane *self, guint64 campaign);   /* it is being stopped: not yet resumable */
void  lane_recall_all (Lane *self);                 /* what was never begun comes back and is handed over anew */
void  lane_wake (Lane *self);                       /* something may go: a cycle soon */
void  lane_password_given (Lane *self);
