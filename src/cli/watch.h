/* watch.h - following a campaign until it ends, pauses, or the person has seen enough. Used in: cli (send, campaign). */
#pragma once
#include "session.h"

typedef enum {
  WATCH_SENDER,    /* the campaign is ours: Ctrl-C pauses it; people who wait for their next try are not waited for */
  WATCH_ONLOOKER, /* Ctrl-C stops looking */
} WatchRole;

typedef struct Watch Watch;

/* Catches Ctrl-C and SIGTERM from now on (so also between start and watch_run). `session` is borrowed until watch_free(). */
Watch *watch_new  (Session *session, WatchRole role);
void   watch_free (Watch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Watch, watch_free)

/* Shows progress, then the result. A core that goes away is started again and followed on.
 * Returns: the exit status (numbers_status), or -1 with `error` set. */
int watch_run (Watch *self, guint64 campaign, GError **error);
