/* lane.h - one sending account: its queue, its connections, its journal, its outcomes.
 * Trust:  calls come from core; what comes back passes session and verdict. Used in: service. Source: docs/design.md §5, §9, §10. */
#pragma once
#include "account.h"
#include "campaign.h"
#include "poller.h"
#include "tls.h"
#include <gio/gio.h>

#define LANE_CONNECTIONS_MAX 100 /* chosen: more gain nothing (docs/design.md §9: 50); RLIMIT_NOFILE leaves room for them */

typedef struct Lane Lane;

typedef struct { /* towards core; strings and variants are borrowed or floating as in D-Bus signals */
  void (*need_connection) (guint count, gpointer data);
  void (*connection_lost) (const char *text, gpointer data);
  void (*silent)          (const char *text, gpointer data); /* a connection waits for its greeting */
  void (*outcomes)        (GVariant *rows, gpointer data);
  void (*paused)          (const char *reason, const char *text, gpointer data);
} LaneEvents;

/* tls, poller, events: borrowed for life. */
Lane *lane_new  (TlsContext *tls, Poller *poller, const LaneEvents *events, gpointer data);
void  lane_free (Lane *self); /* what is begun becomes UNKNOWN in the journal; NULL is a no-op */

/* Takes account and journal_fd, also on failure. Errors: FAULT_USAGE: there is one already. */
gboolean lane_open (Lane *self, Account *account, int journal_fd, GError **error);
/* Takes fd, also on failure. is_loopback: its peer is this machine. Errors: FAULT_USAGE */
gboolean lane_add_connection (Lane *self, int fd, gboolean is_loopback, GError **error);

/* Takes campaign, also on failure. Errors: FAULT_USAGE: rows of an older version are still here. */
gboolean  lane_put_campaign (Lane *self, Campaign *campaign, GError **error);
Campaign *lane_get_campaign (Lane *self, guint64 id, GError **error); /* borrowed; NULL with FAULT_USAGE */

gboolean lane_send (Lane *self, guint64 campaign, GVariant *frame, GError **error); /* all rows or none; FAULT_USAGE */
/* ids NULL or n 0: all of the campaign. Returns: (transfer full) guint64 of those that were never begun. */
GArray  *lane_recall (Lane *self, guint64 campaign, const guint64 *ids, gsize n);
void     lane_resume (Lane *self);

/* Begins nothing more. done (NULL: none) is called once when the last connection has gone. */
typedef void (*LaneDoneFunc) (gpointer data);
void     lane_drain (Lane *self, LaneDoneFunc done, gpointer data);
gboolean lane_is_quiet (Lane *self); /* nothing is begun without an answer */

/* report: floating a{sv} of Transport1.Test. Called once. */
typedef void (*LaneTestFunc) (GVariant *report, gpointer data);
void lane_test (Lane *self, LaneTestFunc done, gpointer data);
