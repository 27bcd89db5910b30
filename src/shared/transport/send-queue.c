#include "send-queue.h"

#include "brake.h"
#include "campaign-cache.h"
#include "fault.h"
#include "journal-writer.h"
#include "kill-point.h"
#include "outcome-batch.h"
#include "row.h"
#include <unistd.h>

#define RECALL_MAX 100000 /* contract/: ids in one answer */

struct SendQueue {
  const Channel         *channel;
  gpointer               channel_self; /* owned: Channel.free() */
  const SendQueueEvents *events;
  gpointer               data;
  JournalWriter         *journal; /* NULL: no account is open */
  CampaignCache         *cache;
  GQueue                 rows; /* of Row */
  Brake                 *brake;
  OutcomeBatch          *outcomes;
  gboolean               is_paused, is_draining, has_ended;
  gboolean               needs_secret; /* the one that it has does not hold any more */
  guint64                kept_serial, wanted_serial; /* the last that were told */
  SendQueueDrained       drained;
  gpointer               drained_data;
  SendQueueTested        tested; /* NULL: no test is running */
  gpointer               tested_data;
};

static gboolean
is_open (const SendQueue *self)
{
  return self->journal != NULL;
}

static void
pause_queue (SendQueue *self, const char *reason, const char *text)
{
  if (self->is_paused)
    return;
  self->is_paused = TRUE;
  self->channel->pause (self->channel_self);
  if (self->tested == NULL)
    self->events->paused (reason, text, self->data);
}

static void
flush_journal (SendQueue *self)
{
  g_autoptr (GError) error = NULL;

  if (self->journal != NULL && !journal_writer_flush (self->journal, &error)) {
    pause_queue (self, "journal", error->message);
    return;
  }
  if (self->has_ended)
    KILL_POINT ("transport-after-ended");
  self->has_ended = FALSE;
}

/* --- what the channel asks and says of rows --- */

Row *
send_queue_take (SendQueue *self)
{
  GList *link;

  if (self->is_paused || self->is_draining || self->needs_secret || self->tested != NULL)
    return NULL;
  link = g_queue_peek_head_link (&self->rows);
  if (link == NULL || !brake_take (self->brake, link->data))
    return NULL;
  g_queue_unlink (&self->rows, link);
  return link->data;
}

void
send_queue_give_back (SendQueue *self, Row *row)
{
  brake_give_back (self->brake);
  g_queue_push_head_link (&self->rows, &row->link);
}

gboolean
send_queue_begin (SendQueue *self, Row *const *rows, guint n)
{
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    journal_writer_begun (self->journal, rows[i]->campaign->id, rows[i]->recipient, rows[i]->attempt);
  if (journal_writer_flush (self->journal, &error)) {
    KILL_POINT ("transport-begun");
    return TRUE;
  }
  journal_writer_take_back (self->journal, n);
  pause_queue (self, "journal", error->message);
  return FALSE;
}

void
send_queue_done (SendQueue *self, Row *row, const RowResult *result)
{
  g_autofree char *stop = NULL;
  Verdict verdict = brake_weigh (self->brake, row, result, &stop);

  if (result->code != 0)
    KILL_POINT ("transport-after-answer");
  if (result->remote_id != NULL)
    journal_writer_remote_id (self->journal, row->campaign->id, row->recipient, row->attempt, result->remote_id);
  journal_writer_ended (self->journal, row->campaign->id, row->recipient, row->attempt, (guint8) verdict.outcome, verdict.reason, result->not_before_utc_s,
                        result->text);
  self->has_ended = TRUE;
  outcome_batch_add (self->outcomes, row, &verdict, result);
  row_free (row);
  if (stop != NULL)
    pause_queue (self, verdict.pause, stop);
}

void
send_queue_trouble (SendQueue *self, const Verdict *verdict, const char *text)
{
  g_autofree char *stop = brake_weigh_trouble (self->brake, verdict, text);

  if (stop != NULL)
    pause_queue (self, verdict->pause, stop);
}

/* --- what it says of its connections --- */

static void
wake_if_eased (SendQueue *self)
{
  if (brake_is_eased (self->brake))
    self->channel->wake (self->channel_self);
}

void
send_queue_turned (SendQueue *self, gboolean is_idle)
{
  flush_journal (self);
  wake_if_eased (self);
  if (outcome_batch_is_full (self->outcomes) || (self->rows.length == 0 && is_idle && self->channel->is_quiet (self->channel_self)))
    outcome_batch_flush (self->outcomes);
}

void
send_queue_ended (SendQueue *self, guint endpoint, const char *lost_text)
{
  g_autofree char *stop = brake_weigh_end (self->brake);

  if (lost_text != NULL && self->tested == NULL) {
    outcome_batch_flush (self->outcomes);
    if (stop != NULL)
      pause_queue (self, PAUSE_HANGS_UP, stop);
    self->events->connection_lost (endpoint, lost_text, self->data);
  }
  wake_if_eased (self);
}

void
send_queue_need_connections (SendQueue *self, guint endpoint, guint count)
{
  self->events->need_connection (endpoint, count, self->data);
}

void
send_queue_tell_silence (SendQueue *self, const char *text)
{
  self->events->silent (text, self->data);
}

void
send_queue_tested (SendQueue *self, GVariant *report)
{
  SendQueueTested tested = g_steal_pointer (&self->tested);

  self->is_paused = FALSE; /* what the test met is in its report, and nothing was sent */
  brake_release (self->brake);
  tested (report, self->tested_data);
}

void
send_queue_drained (SendQueue *self)
{
  SendQueueDrained drained = g_steal_pointer (&self->drained);

  outcome_batch_flush (self->outcomes);
  if (drained != NULL)
    drained (self->drained_data);
}

/* --- what it says of its account --- */

void
send_queue_need_secret (SendQueue *self, const char *text)
{
  self->needs_secret = TRUE;
  self->events->need_secret (text, self->data);
}

guint64
send_queue_keep (SendQueue *self, GVariant *records)
{
  self->events->state_changed (++self->kept_serial, records, self->data);
  return self->kept_serial;
}

guint64
send_queue_want (SendQueue *self, const char *const *keys)
{
  self->events->state_wanted (++self->wanted_serial, keys, self->data);
  return self->wanted_serial;
}

void
send_queue_tell_events (SendQueue *self, GVariant *events)
{
  outcome_batch_flush (self->outcomes); /* core knows a message by its id once it has its outcome */
  self->events->events (events, self->data);
}

void
send_queue_tell_status (SendQueue *self, const char *word, const char *text)
{
  self->events->status (word, text, self->data);
}

guint
send_queue_get_length (const SendQueue *self)
{
  return self->rows.length;
}

gboolean
send_queue_is_paused (const SendQueue *self)
{
  return self->is_paused;
}

gboolean
send_queue_is_draining (const SendQueue *self)
{
  return self->is_draining;
}

gboolean
send_queue_is_testing (const SendQueue *self)
{
  return self->tested != NULL;
}

/* --- life --- */

gboolean
send_queue_needs_secret (const SendQueue *self)
{
  return self->needs_secret;
}

SendQueue *
send_queue_new (const Channel *channel, gpointer channel_self, const SendQueueEvents *events, gpointer data)
{
  SendQueue *self = g_new0 (SendQueue, 1);

  self->channel = channel;
  self->channel_self = channel_self;
  self->events = events;
  self->data = data;
  self->cache = campaign_cache_new ();
  g_queue_init (&self->rows);
  self->outcomes = outcome_batch_new (events->outcomes, data);
  self->brake = brake_new ();
  return self;
}

void
send_queue_free (SendQueue *self)
{
  GList *link;

  if (self == NULL)
    return;
  self->is_draining = TRUE;
  self->channel->free (self->channel_self);
  self->is_paused = TRUE; /* nobody is there any more who could be told */
  flush_journal (self);
  while ((link = g_queue_pop_head_link (&self->rows)) != NULL)
    row_free (link->data);
  campaign_cache_free (self->cache);
  outcome_batch_free (self->outcomes);
  brake_free (self->brake);
  journal_writer_free (self->journal);
  g_free (self);
}

gboolean
send_queue_open (SendQueue *self, const AccountOpening *opening, int journal_fd, GError **error)
{
  if (is_open (self)) {
    secret_bytes_free (opening->secret);
    close (journal_fd);
    g_set_error (error, FAULT, FAULT_USAGE, "an account is open already: one process serves one account");
    return FALSE;
  }
  if (!self->channel->open (self->channel_self, self, opening, error)) {
    close (journal_fd);
    return FALSE;
  }
  self->journal = journal_writer_new (journal_fd);
  if (self->tested != NULL)
    self->channel->test (self->channel_self);
  return TRUE;
}

static gboolean
must_be_open (const SendQueue *self, GError **error)
{
  if (is_open (self))
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "no account is open");
  return FALSE;
}

gboolean
send_queue_connect (SendQueue *self, int fd, guint endpoint, const char *peer, GError **error)
{
  if (must_be_open (self, error))
    return self->channel->connect (self->channel_self, fd, endpoint, peer, error);
  close (fd);
  return FALSE;
}

/* has: does this channel do it? */
static gboolean
must_have (const SendQueue *self, gboolean has, GError **error)
{
  if (has)
    return must_be_open (self, error);
  g_set_error (error, FAULT, FAULT_USAGE, "this kind of account has no use for that");
  return FALSE;
}

gboolean
send_queue_renew (SendQueue *self, SecretBytes *secret, gint64 expires_utc_s, GError **error)
{
  if (!must_have (self, self->channel->renew != NULL, error)) {
    secret_bytes_free (secret);
    return FALSE;
  }
  self->needs_secret = FALSE;
  if (!self->channel->renew (self->channel_self, secret, expires_utc_s))
    return must_have (self, FALSE, error);
  self->channel->wake (self->channel_self);
  return TRUE;
}

gboolean
send_queue_kept (SendQueue *self, guint64 serial, GError **error)
{
  if (!must_have (self, self->channel->kept != NULL, error))
    return FALSE;
  self->channel->kept (self->channel_self, serial);
  return TRUE;
}

gboolean
send_queue_given (SendQueue *self, guint64 serial, GVariant *records, GError **error)
{
  if (!must_have (self, self->channel->given != NULL, error))
    return FALSE;
  self->channel->given (self->channel_self, serial, records);
  return TRUE;
}

/* --- rows --- */

CompiledCampaign *
send_queue_begin_campaign (SendQueue *self, const CampaignBeginning *beginning, GError **error)
{
  CompiledCampaign *campaign = compiled_campaign_new (self->channel, beginning, error);

  return campaign != NULL && campaign_cache_put (self->cache, campaign, error) ? campaign : NULL;
}

CompiledCampaign *
send_queue_get_campaign (SendQueue *self, guint64 id, GError **error)
{
  return campaign_cache_get (self->cache, id, error);
}

gboolean
send_queue_send (SendQueue *self, guint64 campaign_id, GVariant *frame, RowFiles *files, GError **error)
{
  CompiledCampaign *campaign = send_queue_get_campaign (self, campaign_id, error);
  GQueue rows = G_QUEUE_INIT;
  GList *link;

  if (campaign == NULL || !must_be_open (self, error) || !rows_parse (campaign, frame, files, &rows, error))
    return FALSE;
  while ((link = g_queue_pop_head_link (&rows)) != NULL)
    g_queue_push_tail_link (&self->rows, link);
  self->channel->wake (self->channel_self);
  return TRUE;
}

typedef struct {
  guint64     campaign;
  GHashTable *ids; /* NULL: all */
} Wanted;

static gboolean
is_wanted_cb (const Row *row, gpointer data)
{
  const Wanted *wanted = data;

  return row->campaign->id == wanted->campaign && (wanted->ids == NULL || g_hash_table_contains (wanted->ids, &row->recipient));
}

static GArray *
remove_wanted (SendQueue *self, Wanted *wanted)
{
  GArray *removed = g_array_new (FALSE, FALSE, sizeof (guint64));

  for (GList *link = self->rows.head, *next; link != NULL && removed->len < RECALL_MAX; link = next) {
    Row *row = link->data;

    next = link->next;
    if (!is_wanted_cb (row, wanted))
      continue;
    g_queue_unlink (&self->rows, link);
    g_array_append_val (removed, row->recipient);
    row_free (row);
  }
  return removed;
}

GArray *
send_queue_recall (SendQueue *self, guint64 campaign, const guint64 *ids, gsize n)
{
  Wanted wanted = { campaign, n > 0 ? g_hash_table_new (g_int64_hash, g_int64_equal) : NULL };
  GArray *never_begun;

  for (gsize i = 0; i < n; i++)
    g_hash_table_add (wanted.ids, (gpointer) &ids[i]);
  if (is_open (self))
    self->channel->release (self->channel_self, is_wanted_cb, &wanted);
  never_begun = remove_wanted (self, &wanted);
  g_clear_pointer (&wanted.ids, g_hash_table_unref);
  if (is_open (self) && self->rows.length == 0)
    self->channel->wake (self->channel_self);
  return never_begun;
}

void
send_queue_resume (SendQueue *self)
{
  self->is_paused = FALSE;
  brake_release (self->brake);
  flush_journal (self);
  if (is_open (self))
    self->channel->resume (self->channel_self);
}

gboolean
send_queue_is_quiet (SendQueue *self)
{
  return !is_open (self) || self->channel->is_quiet (self->channel_self);
}

void
send_queue_drain (SendQueue *self, SendQueueDrained done, gpointer data)
{
  self->is_draining = TRUE;
  self->drained = done;
  self->drained_data = data;
  if (is_open (self))
    self->channel->drain (self->channel_self);
  else
    send_queue_drained (self);
}

void
send_queue_test (SendQueue *self, SendQueueTested done, gpointer data)
{
  self->tested = done;
  self->tested_data = data;
  if (is_open (self))
    self->channel->test (self->channel_self);
}
