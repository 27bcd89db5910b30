/* send-queue.h - one sending account: the rows that wait, the journal, the pauses, the outcomes; in front of the channel that sends.
 * Trust:  calls of this file come from core; what a channel says of a row was made from a server's words (verdict.h).
 * Used in: transport-service. The channel's side: channel.h. Source: ARCHITECTURE §4. */
#pragma once
#include "compiled-campaign.h"
#include "row-files.h"

typedef struct { /* towards core; strings and variants are borrowed or floating as in D-Bus signals */
  void (*need_connection) (guint endpoint, guint count, gpointer data);
  void (*connection_lost) (guint endpoint, const char *text, gpointer data);
  void (*silent)          (const char *text, gpointer data); /* a connection waits for its first word */
  void (*outcomes)        (GVariant *rows, gpointer data);
  void (*paused)          (const char *reason, const char *text, gpointer data);
  void (*need_secret)     (const char *text, gpointer data);
  void (*state_changed)   (guint64 serial, GVariant *records, gpointer data);
  void (*state_wanted)    (guint64 serial, const char *const *keys, gpointer data);
  void (*events)          (GVariant *events, gpointer data);
  void (*status)          (const char *word, const char *text, gpointer data);
} SendQueueEvents;

/* channel, events: borrowed for life. channel_self: the channel's object, taken. */
SendQueue *send_queue_new  (const Channel *channel, gpointer channel_self, const SendQueueEvents *events, gpointer data);
void       send_queue_free (SendQueue *self); /* what is begun becomes UNKNOWN in the journal; NULL is a no-op */

/* Takes opening->secret and journal_fd, also on failure. Errors: FAULT_USAGE: there is an account already, or a setting is wrong. */
gboolean send_queue_open (SendQueue *self, const AccountOpening *opening, int journal_fd, GError **error);
/* Takes fd, also on failure. endpoint, peer: as in AddConnection. Errors: FAULT_USAGE: none is wanted. */
gboolean send_queue_connect (SendQueue *self, int fd, guint endpoint, const char *peer, GError **error);
/* What only some channels have; FAULT_USAGE: this one has not. renew takes the secret, also on failure. */
gboolean send_queue_renew (SendQueue *self, SecretBytes *secret, gint64 expires_utc_s, GError **error);
gboolean send_queue_kept  (SendQueue *self, guint64 serial, GError **error);
gboolean send_queue_given (SendQueue *self, guint64 serial, GVariant *records, GError **error);

/* Returns: (borrowed) it, or NULL: as compiled_campaign_new(), or FAULT_USAGE: rows of an older version are still here. */
CompiledCampaign *send_queue_begin_campaign (SendQueue *self, const CampaignBeginning *beginning, GError **error);
CompiledCampaign *send_queue_get_campaign (SendQueue *self, guint64 id, GError **error); /* borrowed; NULL with FAULT_USAGE */

gboolean send_queue_send (SendQueue *self, guint64 campaign, GVariant *frame, RowFiles *files, GError **error); /* all rows or none; FAULT_USAGE. files: borrowed */
/* ids NULL or n 0: all of the campaign. Returns: (transfer full) guint64 of those that were never begun. */
GArray  *send_queue_recall (SendQueue *self, guint64 campaign, const guint64 *ids, gsize n);
void     send_queue_resume (SendQueue *self);

/* Begins nothing more. done (NULL: none) is called once when the last connection has gone. */
typedef void (*SendQueueDrained) (gpointer data);
void     send_queue_drain (SendQueue *self, SendQueueDrained done, gpointer data);
gboolean send_queue_is_quiet (SendQueue *self); /* nothing is begun without an answer */

/* report: floating or borrowed a{sv} of Transport2.Test. Called once. */
typedef void (*SendQueueTested) (GVariant *report, gpointer data);
void send_queue_test (SendQueue *self, SendQueueTested done, gpointer data);
