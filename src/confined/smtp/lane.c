#include "lane.h"

#include "connection.h"
#include "fault.h"
#include "journal-writer.h"
#include "kill-point.h"
#include "test-report.h"
#include "text.h"
#include <string.h>
#include <unistd.h>

#define OUTCOMES_MAX_COUNT 256   /* chosen: one signal costs as much as ten messages; core commits that many at once */
#define OUTCOMES_MAX_DELAY_MS 10 /* chosen: what a person cannot see */
#define CAMPAIGNS_MAX 16         /* chosen: compiled templates that are kept; each may hold its attachments */
#define NEED_MAX 64              /* chosen: no lane wants more at once */
#define RECALL_MAX 100000        /* contract/: ids in one answer */

typedef struct { /* refusals of one kind without an acceptance between them */
  const char *word; /* static */
  guint       count;
} Streak;

struct Lane {
  TlsContext       *tls;
  const LaneEvents *events;
  gpointer          data;
  Account          *account;
  JournalWriter    *journal;
  GPtrArray        *campaigns; /* oldest first */
  GQueue            queue;     /* of Row */
  GPtrArray        *connections;
  FrameWriter      *outcomes;
  guint             outcomes_timer, reap_idle;
  GPtrArray        *dead; /* connections to free once nobody stands in them */
  gboolean          is_paused, is_draining, has_accepted, has_ended;
  GArray           *streaks;
  guint             announced;
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
pause_lane (Lane *self, const char *reason, const char *text)
{
  if (self->is_paused)
    return;
  self->is_paused = TRUE;
  release_all (self, NULL, NULL);
  if (self->tested == NULL)
    self->events->paused (reason, text, self->data);
}

static void
announce (Lane *self)
{
  guint most = self->account != NULL && self->account->connections > 0 ? MIN (self->account->connections, NEED_MAX) : NEED_MAX;
  guint wanted = MIN (self->queue.length, most), need;

  need = wanted > self->connections->len ? wanted - self->connections->len : 0;
  if (need > self->announced && !self->is_paused && !self->is_draining && self->account != NULL) {
    self->announced = need;
    self->events->need_connection (need, self->data);
  }
}

/* --- outcomes --- */

static void
flush_outcomes (Lane *self)
{
  g_clear_handle_id (&self->outcomes_timer, g_source_remove);
  if (frame_writer_get_count (self->outcomes) > 0)
    self->events->outcomes (frame_writer_finish (self->outcomes), self->data);
}

static gboolean
outcomes_cb (gpointer data)
{
  Lane *self = data;

  self->outcomes_timer = 0;
  flush_outcomes (self);
  return G_SOURCE_REMOVE;
}

static void
add_outcome (Lane *self, const Row *row, const Verdict *verdict, const char *text)
{
  guint8 outcome = (guint8) verdict->outcome, campaign[8];
  g_autofree char *shown = verdict->outcome != OUTCOME_ACCEPTED ? text_printable (text, -1, SESSION_REPLY_MAX) : NULL;

  for (guint i = 0; i < 8; i++)
    campaign[i] = (guint8) (row->campaign->id >> (8 * i));
  frame_writer_row (self->outcomes, row->recipient, row->attempt, 4);
  frame_writer_field (self->outcomes, &outcome, 1);
  frame_writer_string (self->outcomes, shown != NULL ? shown : text);
  frame_writer_string (self->outcomes, outcome_reason_to_word (verdict->reason));
  frame_writer_field (self->outcomes, campaign, sizeof campaign);
  if (self->outcomes_timer == 0)
    self->outcomes_timer = g_timeout_add (OUTCOMES_MAX_DELAY_MS, outcomes_cb, self);
}

static void
flush_journal (Lane *self)
{
  g_autoptr (GError) error = NULL;

  if (self->journal != NULL && !journal_writer_flush (self->journal, &error))
    pause_lane (self, "journal", error->message);
  if (self->has_ended)
    KILL_POINT ("smtp-after-ended");
  self->has_ended = FALSE;
}

/* --- what sessions ask and say --- */

static Row *
take_cb (gpointer data)
{
  Lane *self = data;
  GList *link;

  if (self->is_paused || self->is_draining || self->tested != NULL)
    return NULL;
  link = g_queue_pop_head_link (&self->queue);
  return link != NULL ? link->data : NULL;
}

static void
give_back_cb (Row *row, gpointer data)
{
  Lane *self = data;

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
  pause_lane (self, "journal", error->message);
  return FALSE;
}

/* Counts answers of one kind; pauses when there are enough of them in a row. */
static void
count_trouble (Lane *self, const Verdict *verdict, const char *text)
{
  guint i = 0;

  if (verdict->pause == NULL)
    return;
  while (i < self->streaks->len && strcmp (g_array_index (self->streaks, Streak, i).word, verdict->pause) != 0)
    i++;
  if (i == self->streaks->len) {
    Streak streak = { verdict->pause, 0 };

    g_array_append_val (self->streaks, streak);
  }
  if (++g_array_index (self->streaks, Streak, i).count >= verdict->pause_after)
    pause_lane (self, verdict->pause, text);
}

static void
trouble_cb (const Verdict *verdict, const char *text, gpointer data)
{
  count_trouble (data, verdict, text);
}

/* "Relay denied" to the first recipient is about the account; once somebody passed it is about this one's domain. */
static Verdict
settle (const Lane *self, const Verdict *verdict)
{
  Verdict settled = *verdict;

  if (self->has_accepted && g_strcmp0 (verdict->pause, "relay-denied") == 0)
    settled = (Verdict){ OUTCOME_REFUSED, REASON_NONE, NULL, 0, NULL };
  return settled;
}

static void
done_cb (Row *row, const SessionResult *result, gpointer data)
{
  Lane *self = data;
  Verdict verdict = settle (self, &result->verdict);

  if (result->code != 0)
    KILL_POINT ("smtp-after-answer");
  journal_writer_ended (self->journal, row->campaign->id, row->recipient, row->attempt, (guint8) verdict.outcome, verdict.reason,
                        result->text);
  self->has_ended = TRUE;
  add_outcome (self, row, &verdict, result->text);
  row_free (row);
  if (verdict.outcome == OUTCOME_ACCEPTED) {
    self->has_accepted = TRUE;
    g_array_set_size (self->streaks, 0);
  } else {
    count_trouble (self, &verdict, result->text);
  }
}

static const SessionHooks hooks = { take_cb, render_cb, begin_cb, done_cb, give_back_cb, trouble_cb };

/* --- connections --- */

static gboolean
reap_cb (gpointer data)
{
  Lane *self = data;

  self->reap_idle = 0;
  g_ptr_array_set_size (self->dead, 0);
  return G_SOURCE_REMOVE;
}

static void
turned_cb (Connection *connection, gpointer data)
{
  Lane *self = data;

  flush_journal (self);
  if (frame_writer_get_count (self->outcomes) >= OUTCOMES_MAX_COUNT ||
      (self->queue.length == 0 && session_is_idle (connection_get_session (connection)) && lane_is_quiet (self)))
    flush_outcomes (self);
  if (self->queue.length == 0)
    self->announced = 0;
}

static void
finish_test (Lane *self)
{
  LaneTestFunc tested = g_steal_pointer (&self->tested);

  if (tested == NULL)
    return;
  self->is_paused = FALSE; /* what the test met is in its report, and nothing was sent */
  g_array_set_size (self->streaks, 0);
  tested (self->last_report, self->tested_data);
}

static void
finish_drain (Lane *self)
{
  LaneDoneFunc drained;

  if (!self->is_draining || self->connections->len > 0)
    return;
  flush_outcomes (self);
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
    flush_outcomes (self);
    self->events->connection_lost (session_get_end_text (session), self->data);
  }
  announce (self);
  finish_drain (self);
}

static const ConnectionEvents connection_events = { turned_cb, closed_cb };

gboolean
lane_add_connection (Lane *self, int fd, GError **error)
{
  if (self->account == NULL || self->is_draining || self->connections->len >= LANE_CONNECTIONS_MAX) {
    close (fd);
    g_set_error (error, FAULT, FAULT_USAGE, self->account == NULL ? "no account is open" : "no further connection is wanted");
    return FALSE;
  }
  g_ptr_array_add (self->connections,
                   connection_new (fd, self->account, self->tls, self->tested != NULL, &hooks, &connection_events, self));
  self->announced -= MIN (self->announced, 1);
  return TRUE;
}

/* --- life --- */

Lane *
lane_new (TlsContext *tls, const LaneEvents *events, gpointer data)
{
  Lane *self = g_new0 (Lane, 1);

  self->tls = tls;
  self->events = events;
  self->data = data;
  self->campaigns = g_ptr_array_new ();
  g_queue_init (&self->queue);
  self->connections = g_ptr_array_new ();
  self->dead = g_ptr_array_new_with_free_func ((GDestroyNotify) connection_free);
  self->outcomes = frame_writer_new (FRAME_OUTCOMES);
  self->streaks = g_array_new (FALSE, FALSE, sizeof (Streak));
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
  flush_journal (self);
  g_clear_handle_id (&self->outcomes_timer, g_source_remove);
  g_clear_handle_id (&self->reap_idle, g_source_remove);
  while ((link = g_queue_pop_head_link (&self->queue)) != NULL)
    row_free (link->data);
  g_ptr_array_unref (self->connections);
  g_ptr_array_unref (self->dead);
  for (guint i = 0; i < self->campaigns->len; i++)
    campaign_free (self->campaigns->pdata[i]);
  g_ptr_array_unref (self->campaigns);
  frame_writer_free (self->outcomes);
  g_array_unref (self->streaks);
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

/* --- campaigns --- */

static Campaign *
find_campaign (Lane *self, guint64 id, guint *out_index)
{
  for (guint i = 0; i < self->campaigns->len; i++) {
    Campaign *campaign = self->campaigns->pdata[i];

    if (campaign->id == id) {
      *out_index = i;
      return campaign;
    }
  }
  return NULL;
}

/* The oldest ones that nobody uses make room. */
static void
forget_campaigns (Lane *self)
{
  for (guint i = 0; i < self->campaigns->len && self->campaigns->len >= CAMPAIGNS_MAX;) {
    Campaign *campaign = self->campaigns->pdata[i];

    if (campaign->row_count > 0) {
      i++;
      continue;
    }
    g_ptr_array_remove_index (self->campaigns, i);
    campaign_free (campaign);
  }
}

gboolean
lane_put_campaign (Lane *self, Campaign *campaign, GError **error)
{
  guint index = 0;
  Campaign *old = find_campaign (self, campaign->id, &index);

  if (old != NULL && old->row_count > 0) {
    campaign_free (campaign);
    g_set_error (error, FAULT, FAULT_USAGE, "rows of this campaign's older version are still here: recall them first");
    return FALSE;
  }
  if (old != NULL) {
    g_ptr_array_remove_index (self->campaigns, index);
    campaign_free (old);
  }
  forget_campaigns (self);
  g_ptr_array_add (self->campaigns, campaign);
  return TRUE;
}

Campaign *
lane_get_campaign (Lane *self, guint64 id, GError **error)
{
  guint index;
  Campaign *campaign = find_campaign (self, id, &index);

  if (campaign == NULL)
    g_set_error (error, FAULT, FAULT_USAGE, "no such campaign was begun here");
  return campaign;
}

/* --- rows --- */

static void
free_rows (GQueue *rows)
{
  GList *link;

  while ((link = g_queue_pop_head_link (rows)) != NULL)
    row_free (link->data);
}

static gboolean
parse_rows (Campaign *campaign, GVariant *frame, GQueue *out_rows, GError **error)
{
  static FrameRow parsed;
  FrameReader reader;
  g_autoptr (GError) broken = NULL;
  gsize len;
  const void *data = g_variant_get_fixed_array (frame, &len, 1);
  gboolean is_open = frame_open (&reader, FRAME_RECIPIENTS, data, len, &broken);
  const guint8 *at = is_open ? reader.at : NULL;

  while (is_open && frame_next (&reader, &parsed, &broken)) {
    Row *row = row_new (campaign, &parsed, at, reader.at);

    at = reader.at;
    g_queue_push_tail_link (out_rows, &row->link);
    if (parsed.n_fields != campaign->n_columns + 2) {
      g_set_error (&broken, FAULT, FAULT_USAGE, "a row has %u values and its campaign %u columns", parsed.n_fields, campaign->n_columns);
      break;
    }
  }
  if (broken == NULL)
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "%s", broken->message);
  return FALSE;
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
  if (!parse_rows (campaign, frame, &rows, error)) {
    free_rows (&rows);
    return FALSE;
  }
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
  g_array_set_size (self->streaks, 0);
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
    session_quit (connection_get_session (self->connections->pdata[i]));
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
