#include "lane.h"

#include "brake.h"
#include "connection.h"
#include "fault.h"
#include "journal-writer.h"
#include "kill-point.h"
#include "outcomes.h"
#include "shelf.h"
#include "test-report.h"
#include <string.h>
#include <unistd.h>

#define NEED_MAX 64       /* chosen: no lane wants more at once */
#define RECALL_MAX 100000 /* contract/: ids in one answer */

typedef struct {
  int      fd; /* owned */
  gboolean is_loopback;
} HeldSocket;

struct Lane {
  TlsContext       *tls;
  Poller           *poller;
  const LaneEvents *events;
  gpointer          data;
  Account          *account;
  ServerTraits     *traits; /* owned */
  JournalWriter    *journal;
  Shelf            *shelf;
  GQueue            queue;     /* of Row */
  GPtrArray        *connections;
  gboolean          is_proved; /* a connection has become ready since the start or the last pause */
  Connection       *trial;     /* while not: the one that tries; borrowed; NULL: none */
  GArray           *held;      /* of HeldSocket: wait for its end */
  Outcomes         *outcomes;
  GPtrArray        *dead; /* connections to free once nobody stands in them */
  guint             reap_idle;
  gboolean          is_paused, is_draining, has_ended;
  Brake            *brake;
  guint             announced; /* connections that were asked for and did not come yet */
  LaneDoneFunc      drained;
  gpointer          drained_data;
  LaneTestFunc      tested;
  gpointer          tested_data;
  GVariant         *last_report; /* of the last connection that ended */
};

/* --- small words --- */

static void
wake_all (Lane *self)
{
  for (guint i = 0; i < self->connections->len; i++)
    connection_wake (self->connections->pdata[i]);
}

static void
release_all (Lane *self, SessionRowFunc is_wanted, gpointer data)
{
  for (guint i = 0; i < self->connections->len; i++)
    session_release (connection_get_session (self->connections->pdata[i]), is_wanted, data);
}

static void
close_held (Lane *self)
{
  for (guint i = 0; i < self->held->len; i++)
    close (g_array_index (self->held, HeldSocket, i).fd);
  g_array_set_size (self->held, 0);
}

static void
pause_lane (Lane *self, const char *reason, const char *text)
{
  if (self->is_paused)
    return;
  self->is_paused = TRUE;
  self->is_proved = FALSE;
  close_held (self); /* Resume asks anew */
  release_all (self, NULL, NULL);
  if (self->tested == NULL)
    self->events->paused (reason, text, self->data);
}

/* Each connection logs in by itself. Until one has come through only one tries, or a wrong password would be tried as often as there are
 * connections, and accounts are locked for that. */
static void
announce (Lane *self)
{
  guint most = self->account != NULL && self->account->connections > 0 ? MIN (self->account->connections, NEED_MAX) : NEED_MAX;
  guint wanted = MIN (self->queue.length, most), have = self->connections->len + self->held->len;
  guint need = wanted > have ? wanted - have : 0;

  if (!self->is_proved)
    need = self->trial == NULL && self->held->len == 0 ? MIN (need, 1) : 0;
  if (need > self->announced && !self->is_paused && !self->is_draining && self->account != NULL) {
    guint more = need - self->announced;

    self->announced = need;
    self->events->need_connection (more, self->data);
  }
}

/* --- what sessions ask and say --- */

static void
flush_journal (Lane *self)
{
  g_autoptr (GError) error = NULL;

  if (self->journal != NULL && !journal_writer_flush (self->journal, &error)) {
    pause_lane (self, "journal", error->message);
    return;
  }
  if (self->has_ended)
    KILL_POINT ("smtp-after-ended");
  self->has_ended = FALSE;
}

static Row *
take_cb (gpointer data)
{
  Lane *self = data;
  GList *link;

  if (self->is_paused || self->is_draining || self->tested != NULL)
    return NULL;
  link = g_queue_peek_head_link (&self->queue);
  if (link == NULL || !brake_take (self->brake, link->data))
    return NULL;
  g_queue_unlink (&self->queue, link);
  return link->data;
}

static void
give_back_cb (Row *row, gpointer data)
{
  Lane *self = data;

  brake_give_back (self->brake);
  g_queue_push_head_link (&self->queue, &row->link);
}

static gboolean
render_cb (const Row *row, SkeletonForm form, GByteArray *out, Envelope *out_envelope, GError **error, gpointer data)
{
  static FrameRow parsed; /* 32 KiB: one main loop, no recursion */

  if (row->attempt > 1)
    KILL_POINT ("smtp-retry");
  row_parse (row, &parsed);
  out_envelope->sender = skeleton_get_sender (row->campaign->skeleton);
  out_envelope->address = parsed.fields[0];
  return skeleton_render (row->campaign->skeleton, &parsed, form, g_get_real_time () / G_USEC_PER_SEC, out, &out_envelope->traits, error);
}

static gboolean
begin_cb (Row *const *rows, guint n, gpointer data)
{
  Lane *self = data;
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i < n; i++)
    journal_writer_begun (self->journal, rows[i]->campaign->id, rows[i]->recipient, rows[i]->attempt);
  if (journal_writer_flush (self->journal, &error)) {
    KILL_POINT ("smtp-begun");
    return TRUE;
  }
  journal_writer_take_back (self->journal, n);
  pause_lane (self, "journal", error->message);
  return FALSE;
}

static void
trouble_cb (const Verdict *verdict, const char *text, gpointer data)
{
  Lane *self = data;
  g_autofree char *stop = brake_weigh_trouble (self->brake, verdict, text);

  if (stop != NULL)
    pause_lane (self, verdict->pause, stop);
}

static void
done_cb (Row *row, const RowResult *result, gpointer data)
{
  Lane *self = data;
  g_autofree char *stop = NULL;
  Verdict verdict = brake_weigh (self->brake, row, result, &stop);

  if (result->code != 0)
    KILL_POINT ("smtp-after-answer");
  journal_writer_ended (self->journal, row->campaign->id, row->recipient, row->attempt, (guint8) verdict.outcome, verdict.reason,
                        result->text);
  self->has_ended = TRUE;
  outcomes_add (self->outcomes, row, &verdict, result->text);
  row_free (row);
  if (stop != NULL)
    pause_lane (self, verdict.pause, stop);
}

static const SessionHooks hooks = { take_cb, render_cb, begin_cb, done_cb, give_back_cb, trouble_cb };

/* --- connections --- */

static void turned_cb (Connection *connection, gpointer data);
static void silent_cb (Connection *connection, const char *text, gpointer data);
static void closed_cb (Connection *connection, gpointer data);

static const ConnectionEvents connection_events = { turned_cb, silent_cb, closed_cb };

static gboolean
reap_cb (gpointer data)
{
  Lane *self = data;

  self->reap_idle = 0;
  g_ptr_array_set_size (self->dead, 0);
  return G_SOURCE_REMOVE;
}

static void
start_connection (Lane *self, const HeldSocket *held)
{
  Connection *connection = connection_new (held->fd, self->poller, self->account, self->traits, self->tls, self->tested != NULL, &hooks,
                                           &connection_events, self);

  session_set_loopback (connection_get_session (connection), held->is_loopback);
  g_ptr_array_add (self->connections, connection);
  if (!self->is_proved)
    self->trial = connection;
}

static void
start_held (Lane *self)
{
  while (self->held->len > 0 && (self->is_proved || self->trial == NULL)) {
    HeldSocket held = g_array_index (self->held, HeldSocket, 0);

    g_array_remove_index (self->held, 0);
    start_connection (self, &held);
  }
}

static void
end_trial (Lane *self, gboolean is_ready)
{
  self->trial = NULL;
  self->is_proved = is_ready;
  start_held (self);
  announce (self);
}

/* What is not logged in yet need not try while the lane is paused: the password may be what is wrong. */
static void
quit_unready (Lane *self)
{
  for (guint i = 0; i < self->connections->len; i++) {
    Session *session = connection_get_session (self->connections->pdata[i]);

    if (!session_is_ready (session) && !session_is_closed (session)) {
      session_quit (session);
      connection_wake (self->connections->pdata[i]);
    }
  }
}

static void
turned_cb (Connection *connection, gpointer data)
{
  Lane *self = data;

  flush_journal (self);
  if (connection == self->trial && session_is_ready (connection_get_session (connection)) && !self->is_paused)
    end_trial (self, TRUE);
  if (self->is_paused && self->tested == NULL)
    quit_unready (self);
  if (brake_is_eased (self->brake))
    wake_all (self);
  if (outcomes_are_many (self->outcomes) ||
      (self->queue.length == 0 && session_is_idle (connection_get_session (connection)) && lane_is_quiet (self)))
    outcomes_flush (self->outcomes);
  if (self->queue.length == 0)
    self->announced = 0;
}

static void
silent_cb (Connection *connection, const char *text, gpointer data)
{
  Lane *self = data;

  self->events->silent (text, self->data);
}

static void
finish_test (Lane *self)
{
  LaneTestFunc tested = g_steal_pointer (&self->tested);

  if (tested == NULL)
    return;
  self->is_paused = FALSE; /* what the test met is in its report, and nothing was sent */
  brake_release (self->brake);
  tested (self->last_report, self->tested_data);
}

static void
finish_drain (Lane *self)
{
  LaneDoneFunc drained;

  if (!self->is_draining || self->connections->len > 0)
    return;
  outcomes_flush (self->outcomes);
  drained = g_steal_pointer (&self->drained);
  if (drained != NULL)
    drained (self->drained_data);
}

static void
closed_cb (Connection *connection, gpointer data)
{
  Lane *self = data;
  Session *session = connection_get_session (connection);
  gboolean is_test = self->tested != NULL;
  g_autofree char *stop = brake_weigh_end (self->brake);

  g_clear_pointer (&self->last_report, g_variant_unref);
  self->last_report = g_variant_ref_sink (test_report_new (session_get_facts (session), connection_get_tls (connection)));
  g_ptr_array_remove_fast (self->connections, connection);
  g_ptr_array_add (self->dead, connection);
  if (self->reap_idle == 0)
    self->reap_idle = g_idle_add_full (G_PRIORITY_DEFAULT, reap_cb, self, NULL); /* else a busy lane keeps their descriptors */
  self->announced = 0;
  if (is_test) {
    finish_test (self);
  } else if (session_is_lost (session)) {
    outcomes_flush (self->outcomes);
    if (stop != NULL)
      pause_lane (self, PAUSE_HANGS_UP, stop);
    self->events->connection_lost (session_get_end_text (session), self->data);
  }
  if (connection == self->trial)
    end_trial (self, FALSE);
  else
    announce (self);
  if (brake_is_eased (self->brake))
    wake_all (self);
  finish_drain (self);
}

static gboolean
is_connection_wanted (const Lane *self)
{
  guint most = self->account->connections > 0 ? MIN (self->account->connections, LANE_CONNECTIONS_MAX) : LANE_CONNECTIONS_MAX;

  return !self->is_draining && (!self->is_paused || self->tested != NULL) && self->connections->len + self->held->len < most;
}

gboolean
lane_add_connection (Lane *self, int fd, gboolean is_loopback, GError **error)
{
  HeldSocket held = { fd, is_loopback };

  if (self->account == NULL || !is_connection_wanted (self)) {
    close (fd);
    g_set_error (error, FAULT, FAULT_USAGE, self->account == NULL ? "no account is open" : "no further connection is wanted");
    return FALSE;
  }
  self->announced -= MIN (self->announced, 1);
  g_array_append_val (self->held, held);
  start_held (self);
  return TRUE;
}

/* --- life --- */

Lane *
lane_new (TlsContext *tls, Poller *poller, const LaneEvents *events, gpointer data)
{
  Lane *self = g_new0 (Lane, 1);

  self->tls = tls;
  self->poller = poller;
  self->events = events;
  self->data = data;
  self->shelf = shelf_new ();
  g_queue_init (&self->queue);
  self->connections = g_ptr_array_new ();
  self->held = g_array_new (FALSE, FALSE, sizeof (HeldSocket));
  self->dead = g_ptr_array_new_with_free_func ((GDestroyNotify) connection_free);
  self->outcomes = outcomes_new (events->outcomes, data);
  self->brake = brake_new ();
  self->traits = server_traits_new ();
  return self;
}

void
lane_free (Lane *self)
{
  GList *link;

  if (self == NULL)
    return;
  self->is_draining = TRUE;
  while (self->connections->len > 0)
    connection_free (g_ptr_array_remove_index_fast (self->connections, 0));
  close_held (self);
  g_array_unref (self->held);
  flush_journal (self);
  g_clear_handle_id (&self->reap_idle, g_source_remove);
  while ((link = g_queue_pop_head_link (&self->queue)) != NULL)
    row_free (link->data);
  g_ptr_array_unref (self->connections);
  g_ptr_array_unref (self->dead);
  shelf_free (self->shelf);
  outcomes_free (self->outcomes);
  brake_free (self->brake);
  server_traits_free (self->traits);
  g_clear_pointer (&self->last_report, g_variant_unref);
  journal_writer_free (self->journal);
  account_free (self->account);
  g_free (self);
}

gboolean
lane_open (Lane *self, Account *account, int journal_fd, GError **error)
{
  if (self->account != NULL) {
    account_free (account);
    close (journal_fd);
    g_set_error (error, FAULT, FAULT_USAGE, "an account is open already: one process serves one account");
    return FALSE;
  }
  self->account = account;
  self->journal = journal_writer_new (journal_fd);
  return TRUE;
}

/* --- rows --- */

gboolean
lane_put_campaign (Lane *self, Campaign *campaign, GError **error)
{
  return shelf_put (self->shelf, campaign, error);
}

Campaign *
lane_get_campaign (Lane *self, guint64 id, GError **error)
{
  return shelf_get (self->shelf, id, error);
}

gboolean
lane_send (Lane *self, guint64 campaign_id, GVariant *frame, GError **error)
{
  Campaign *campaign = lane_get_campaign (self, campaign_id, error);
  GQueue rows = G_QUEUE_INIT;
  GList *link;

  if (campaign == NULL)
    return FALSE;
  if (self->account == NULL) {
    g_set_error (error, FAULT, FAULT_USAGE, "no account is open");
    return FALSE;
  }
  if (!rows_parse (campaign, frame, &rows, error))
    return FALSE;
  while ((link = g_queue_pop_head_link (&rows)) != NULL)
    g_queue_push_tail_link (&self->queue, link);
  wake_all (self);
  announce (self);
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

GArray *
lane_recall (Lane *self, guint64 campaign, const guint64 *ids, gsize n)
{
  GArray *never_begun = g_array_new (FALSE, FALSE, sizeof (guint64));
  Wanted wanted = { campaign, n > 0 ? g_hash_table_new (g_int64_hash, g_int64_equal) : NULL };

  for (gsize i = 0; i < n; i++)
    g_hash_table_add (wanted.ids, (gpointer) &ids[i]);
  release_all (self, is_wanted_cb, &wanted);
  for (GList *link = self->queue.head, *next; link != NULL && never_begun->len < RECALL_MAX; link = next) {
    Row *row = link->data;

    next = link->next;
    if (!is_wanted_cb (row, &wanted))
      continue;
    g_queue_unlink (&self->queue, link);
    g_array_append_val (never_begun, row->recipient);
    row_free (row);
  }
  g_clear_pointer (&wanted.ids, g_hash_table_unref);
  if (self->queue.length == 0)
    self->announced = 0; /* what comes next asks anew */
  return never_begun;
}

void
lane_resume (Lane *self)
{
  self->is_paused = FALSE;
  self->announced = 0;
  brake_release (self->brake);
  flush_journal (self);
  wake_all (self);
  announce (self);
}

gboolean
lane_is_quiet (Lane *self)
{
  for (guint i = 0; i < self->connections->len; i++)
    if (session_get_begun_count (connection_get_session (self->connections->pdata[i])) > 0)
      return FALSE;
  return TRUE;
}

void
lane_drain (Lane *self, LaneDoneFunc done, gpointer data)
{
  self->is_draining = TRUE;
  self->drained = done;
  self->drained_data = data;
  for (guint i = 0; i < self->connections->len; i++)
    session_quit (connection_get_session (self->connections->pdata[i])); /* logins that are under way end with it */
  close_held (self);
  if (self->account != NULL)
    account_forget_secret (self->account);
  wake_all (self);
  finish_drain (self);
}

void
lane_test (Lane *self, LaneTestFunc done, gpointer data)
{
  self->tested = done;
  self->tested_data = data;
  for (guint i = 0; i < self->connections->len; i++)
    session_set_test (connection_get_session (self->connections->pdata[i]));
  wake_all (self);
  if (self->connections->len == 0 && self->last_report != NULL)
    finish_test (self);
}
