#include "gmail-channel.h"

#include "fault.h"
#include "gmail-answer.h"
#include "gmail-line.h"
#include "gmail-report.h"
#include "mail-message.h"
#include <unistd.h>

#define SLOW_MS 1000        /* chosen: a request that takes longer may have a second connection beside it */
#define BUSY_FIRST_S 2      /* a server that is out of order: again after 2 s, doubled… */
#define BUSY_MOST_S 300     /* …up to five minutes */
#define REFUSED_TEXT "the access token has ended"

typedef struct {
  GPtrArray    *lines;     /* of GmailLine: GMAIL_IN_FLIGHT_MAX */
  SendQueue    *queue;     /* borrowed; NULL: not open */
  GmailAccount *account;   /* owned */
  GmailRequest *next;      /* made, and waits for a connection; NULL: none */
  guint         announced[GMAIL_ENDPOINTS]; /* connections that were asked for and did not come yet */
  gboolean      is_proved; /* something was answered to the token that it has */
  gboolean      is_tried;  /* the test has asked */
  guint         busy_s;    /* the wait after the last answer of its kind; 0: none was */
  gint64        hold_until_us, limit_until_utc_s; /* nothing is begun before; the second is a pause of the account */
  guint         hold_timer, slow_timer, fill_idle;
} GmailChannel;

static void gmail_channel_fill_soon (GmailChannel *self);

/* --- what can be sent now --- */

/* A token whose end has come is asked for once rows wait: not every hour for nobody. */
static gboolean
is_secret_over (GmailChannel *self)
{
  if (gmail_account_has_expired (self->account) && !send_queue_needs_secret (self->queue) && (self->next != NULL || send_queue_get_length (self->queue) > 0))
    send_queue_need_secret (self->queue, REFUSED_TEXT);
  return send_queue_needs_secret (self->queue);
}

static gboolean
can_send (GmailChannel *self)
{
  return !send_queue_is_paused (self->queue) && !send_queue_is_draining (self->queue) && !send_queue_is_testing (self->queue) &&
         g_get_monotonic_time () >= self->hold_until_us && !is_secret_over (self);
}

/* --- connections --- */

static GmailLine *
find_line (const GmailChannel *self, gboolean (*fits) (const GmailLine *line, GmailEndpoint endpoint), GmailEndpoint endpoint)
{
  for (guint i = 0; i < self->lines->len; i++)
    if (fits (self->lines->pdata[i], endpoint))
      return self->lines->pdata[i];
  return NULL;
}

static gboolean
is_vacant (const GmailLine *line, GmailEndpoint endpoint)
{
  return gmail_line_is_vacant (line);
}

static guint
count_lines (const GmailChannel *self)
{
  guint count = 0;

  for (guint i = 0; i < self->lines->len; i++)
    count += !gmail_line_is_vacant (self->lines->pdata[i]);
  return count;
}

static void
ask_line (GmailChannel *self, GmailEndpoint endpoint)
{
  if (self->announced[endpoint] > 0 || find_line (self, is_vacant, endpoint) == NULL)
    return;
  self->announced[endpoint] = 1;
  send_queue_need_connections (self->queue, endpoint, 1);
}

static gboolean
slow_cb (gpointer data)
{
  GmailChannel *self = data;

  self->slow_timer = 0;
  if (self->next != NULL && can_send (self) && count_lines (self) < self->account->in_flight)
    ask_line (self, self->next->endpoint);
  return G_SOURCE_REMOVE;
}

/* The first at once; one more when those that there are have been busy for a while. */
static void
want_line (GmailChannel *self)
{
  if (find_line (self, gmail_line_is_at, self->next->endpoint) == NULL)
    ask_line (self, self->next->endpoint);
  else if (self->slow_timer == 0 && count_lines (self) < self->account->in_flight)
    self->slow_timer = g_timeout_add (SLOW_MS, slow_cb, self);
}

/* --- rows --- */

/* A row that cannot be made is answered, and the next one tried. Returns: is there one? */
static gboolean
make_next (GmailChannel *self)
{
  Row *row;

  while (self->next == NULL && (row = send_queue_take (self->queue)) != NULL) {
    g_autoptr (GError) error = NULL;

    self->next = gmail_request_new (self->queue, row, &error);
    if (self->next == NULL)
      send_queue_done (self->queue, row, &(RowResult){ .verdict = { OUTCOME_REFUSED, REASON_DATA, NULL, 0, NULL }, .text = error->message });
  }
  return self->next != NULL;
}

static void
start_next (GmailChannel *self, GmailLine *line)
{
  static const Verdict unsent = { OUTCOME_LATER, REASON_NONE, "protocol", 1, NULL };
  g_autoptr (GError) error = NULL;

  if (!gmail_line_send (line, self->account, g_steal_pointer (&self->next), &error))
    send_queue_trouble (self->queue, &unsent, error->message);
}

static void
gmail_channel_fill (GmailChannel *self)
{
  while (can_send (self) && make_next (self)) {
    GmailLine *line = find_line (self, gmail_line_is_ready, self->next->endpoint);

    if (line == NULL) {
      want_line (self);
      break;
    }
    start_next (self, line);
  }
}

static gboolean
fill_cb (gpointer data)
{
  GmailChannel *self = data;

  self->fill_idle = 0;
  gmail_channel_fill (self);
  if (send_queue_get_length (self->queue) == 0)
    send_queue_turned (self->queue, TRUE); /* what could not be made is told at once */
  return G_SOURCE_REMOVE;
}

/* Not from inside the queue's own calls. */
static void
gmail_channel_fill_soon (GmailChannel *self)
{
  if (self->fill_idle == 0)
    self->fill_idle = g_idle_add_full (G_PRIORITY_DEFAULT, fill_cb, self, NULL);
}

static gboolean
hold_cb (gpointer data)
{
  GmailChannel *self = data;

  self->hold_timer = 0;
  gmail_channel_fill (self);
  return G_SOURCE_REMOVE;
}

static void
gmail_channel_hold (GmailChannel *self, gint64 seconds)
{
  self->hold_until_us = MAX (self->hold_until_us, g_get_monotonic_time () + seconds * G_USEC_PER_SEC);
  g_clear_handle_id (&self->hold_timer, g_source_remove);
  self->hold_timer = g_timeout_add ((guint) MAX (0, (self->hold_until_us - g_get_monotonic_time ()) / 1000 + 1), hold_cb, self);
}

/* --- what is answered --- */

/* Any answer but a refusal of the token itself. */
static void
prove_token (GmailChannel *self, const GmailAnswer *answer)
{
  if (self->is_proved || answer->code == 0 || answer->meaning == GMAIL_TOKEN)
    return;
  self->is_proved = TRUE;
  send_queue_tell_status (self->queue, "authenticated", "");
}

/* What concerns more than the row: its own outcome is the table's. */
static void
heed_answer (GmailChannel *self, GmailAnswer *answer, gint64 now_utc_s)
{
  if (answer->meaning == GMAIL_BUSY) {
    self->busy_s = self->busy_s == 0 ? BUSY_FIRST_S : MIN (2 * self->busy_s, BUSY_MOST_S);
    answer->not_before_utc_s = MAX (answer->not_before_utc_s, now_utc_s + self->busy_s);
  } else if (answer->meaning == GMAIL_SENT) {
    self->busy_s = 0;
  }
  if (answer->meaning == GMAIL_LIMIT)
    self->limit_until_utc_s = answer->not_before_utc_s;
  else if (answer->not_before_utc_s > now_utc_s)
    gmail_channel_hold (self, answer->not_before_utc_s - now_utc_s);
  if (answer->meaning == GMAIL_TOKEN) {
    answer->not_before_utc_s = now_utc_s + 1; /* as soon as there is another one: it was not processed */
    self->is_proved = FALSE;
    if (!send_queue_needs_secret (self->queue))
      send_queue_need_secret (self->queue, answer->text);
  }
}

static void
end_row (GmailChannel *self, GmailRequest *request, const HttpAnswer *http)
{
  gint64 now_utc_s = g_get_real_time () / G_USEC_PER_SEC;
  g_autoptr (GmailAnswer) answer = gmail_answer_new (http, gmail_request_is_whole (request), now_utc_s);

  prove_token (self, answer);
  heed_answer (self, answer, now_utc_s);
  send_queue_done (self->queue, g_steal_pointer (&request->row),
                   &(RowResult){ answer->verdict, answer->code, answer->text, answer->not_before_utc_s, answer->remote_id });
}

/* Without an answer to rely on, and the server cannot have the whole message. */
static gboolean
is_never_sent (const GmailRequest *request, const HttpAnswer *http)
{
  return !request->is_begun && http->end != HTTP_ANSWERED;
}

static void
note_trouble (GmailChannel *self, const HttpAnswer *http)
{
  static const Verdict untrusted = { OUTCOME_LATER, REASON_NONE, "certificate", 1, NULL }, nonsense = { OUTCOME_LATER, REASON_NONE, "protocol", 3, NULL };

  if (http->end == HTTP_UNTRUSTED)
    send_queue_trouble (self->queue, &untrusted, http->text);
  else if (http->end == HTTP_NONSENSE)
    send_queue_trouble (self->queue, &nonsense, http->text);
}

static void
end_test (GmailChannel *self, const HttpAnswer *http)
{
  g_autoptr (GmailAnswer) answer = gmail_answer_new (http, FALSE, g_get_real_time () / G_USEC_PER_SEC);

  send_queue_tested (self->queue, gmail_report_new (self->account, http, answer));
}

static void
end_request (GmailChannel *self, GmailRequest *request, const HttpAnswer *http)
{
  if (request->row == NULL)
    return; /* given back meanwhile */
  if (is_never_sent (request, http)) {
    gmail_request_give_back (request);
    note_trouble (self, http);
    return;
  }
  end_row (self, request, http);
}

static gboolean
is_quiet_cb (gpointer channel)
{
  GmailChannel *self = channel;

  for (guint i = 0; i < self->lines->len; i++) {
    const GmailRequest *request = gmail_line_get_request (self->lines->pdata[i]);

    if (request != NULL && request->is_begun)
      return FALSE;
  }
  return TRUE;
}

static void
finish_drain (GmailChannel *self)
{
  if (send_queue_is_draining (self->queue) && is_quiet_cb (self))
    send_queue_drained (self->queue);
}

static void
answered_cb (GmailLine *line, GmailRequest *request, const HttpAnswer *http, gpointer data)
{
  GmailChannel *self = data;
  /* what we gave up, and an idle connection that the server ended meanwhile, is no trouble */
  gboolean is_expected = request != NULL && !request->is_begun && (request->row == NULL || !gmail_line_is_fresh (line));

  if (request == NULL)
    end_test (self, http);
  else
    end_request (self, request, http);
  send_queue_turned (self->queue, TRUE);
  if (!gmail_line_is_ready (line, gmail_line_get_endpoint (line)))
    send_queue_ended (self->queue, gmail_line_get_endpoint (line), http->end != HTTP_ANSWERED && !is_expected ? http->text : NULL);
  finish_drain (self);
  gmail_channel_fill_soon (self);
}

/* --- the table --- */

static gboolean
open_cb (gpointer channel, SendQueue *queue, const AccountOpening *opening, GError **error)
{
  GmailChannel *self = channel;

  if (g_strcmp0 (opening->kind, "gmail") != 0) {
    secret_bytes_free (opening->secret);
    g_set_error (error, FAULT, FAULT_USAGE, "this program sends for accounts of the kind gmail, not %s", opening->kind);
    return FALSE;
  }
  self->account = gmail_account_new (opening->settings, opening->secret, error);
  self->queue = self->account != NULL ? queue : NULL;
  return self->account != NULL;
}

static gboolean
try_test (GmailChannel *self, GError **error)
{
  GmailLine *line = find_line (self, gmail_line_is_ready, GMAIL_API);

  if (line == NULL || self->is_tried)
    return TRUE;
  self->is_tried = TRUE;
  return gmail_line_test (line, self->account, error);
}

static gboolean
connect_cb (gpointer channel, int fd, guint endpoint, const char *peer, GError **error)
{
  GmailChannel *self = channel;
  GmailLine *line = find_line (self, is_vacant, GMAIL_API);

  if (endpoint >= GMAIL_ENDPOINTS || line == NULL || send_queue_is_draining (self->queue) ||
      (send_queue_is_paused (self->queue) && !send_queue_is_testing (self->queue))) {
    close (fd);
    g_set_error (error, FAULT, FAULT_USAGE, "no further connection is wanted");
    return FALSE;
  }
  self->announced[endpoint] -= MIN (self->announced[endpoint], 1);
  gmail_line_take_socket (line, fd, endpoint);
  if (send_queue_is_testing (self->queue))
    return try_test (self, error);
  gmail_channel_fill_soon (self);
  return TRUE;
}

static void
test_cb (gpointer channel)
{
  GmailChannel *self = channel;
  HttpAnswer unasked = { .end = HTTP_NONSENSE };
  g_autoptr (GError) error = NULL;

  if (try_test (self, &error))
    return;
  unasked.text = error->message;
  send_queue_tested (self->queue, gmail_report_new (self->account, &unasked, NULL));
}

static void
release_cb (gpointer channel, RowFunc is_wanted, gpointer data)
{
  GmailChannel *self = channel;

  if (self->next != NULL && (is_wanted == NULL || is_wanted (self->next->row, data))) {
    gmail_request_give_back (self->next);
    g_clear_pointer (&self->next, gmail_request_free);
  }
  for (guint i = 0; i < self->lines->len; i++) {
    GmailRequest *request = gmail_line_get_request (self->lines->pdata[i]);

    if (request != NULL && request->row != NULL && (is_wanted == NULL || is_wanted (request->row, data)))
      gmail_request_give_back (request);
  }
}

static void
wake_cb (gpointer channel)
{
  GmailChannel *self = channel;

  if (send_queue_get_length (self->queue) == 0)
    self->announced[GMAIL_API] = self->announced[GMAIL_UPLOAD] = 0; /* what comes next asks anew */
  gmail_channel_fill_soon (self);
}

/* A mailbox that takes nothing before a time is not asked before it, however often somebody resumes. */
static void
resume_cb (gpointer channel)
{
  static const Verdict limit = { OUTCOME_LATER, REASON_NONE, "quota", 1, NULL };
  GmailChannel *self = channel;
  g_autoptr (GDateTime) until = g_date_time_new_from_unix_utc (self->limit_until_utc_s); /* local time would open a file */
  g_autofree char *when = g_date_time_format (until, "%F %H:%M UTC"), *text = g_strdup_printf ("Gmail takes no more from this mailbox before %s", when);

  self->announced[GMAIL_API] = self->announced[GMAIL_UPLOAD] = 0;
  if (self->limit_until_utc_s > g_get_real_time () / G_USEC_PER_SEC)
    send_queue_trouble (self->queue, &limit, text);
  else
    wake_cb (channel);
}

static void
pause_cb (gpointer channel)
{
  release_cb (channel, NULL, NULL);
}

static void
drain_cb (gpointer channel)
{
  GmailChannel *self = channel;

  release_cb (channel, NULL, NULL);
  gmail_account_forget (self->account);
  finish_drain (self);
}

static gboolean
renew_cb (gpointer channel, SecretBytes *secret, gint64 expires_utc_s)
{
  GmailChannel *self = channel;
  g_autoptr (GError) error = NULL;

  self->is_proved = FALSE;
  if (send_queue_is_draining (self->queue))
    secret_bytes_free (secret); /* no request will be by it */
  else if (!gmail_account_renew (self->account, secret, expires_utc_s, &error))
    send_queue_need_secret (self->queue, error->message);
  return TRUE;
}

static void
free_cb (gpointer channel)
{
  GmailChannel *self = channel;

  g_clear_handle_id (&self->hold_timer, g_source_remove);
  g_clear_handle_id (&self->slow_timer, g_source_remove);
  g_clear_handle_id (&self->fill_idle, g_source_remove);
  if (self->queue != NULL)
    release_cb (channel, NULL, NULL);
  for (guint i = 0; i < self->lines->len; i++) {
    GmailRequest *request = gmail_line_get_request (self->lines->pdata[i]);

    if (request != NULL && request->row != NULL)
      send_queue_done (self->queue, g_steal_pointer (&request->row),
                       &(RowResult){ .verdict = { OUTCOME_UNKNOWN, REASON_NONE, NULL, 0, NULL }, .text = "the sending process ended before the answer came" });
  }
  g_ptr_array_unref (self->lines);
  gmail_account_free (self->account);
  g_free (self);
}

const Channel gmail_channel = {
  .compile = mail_message_compile,
  .forget = mail_message_free,
  .preview = mail_message_preview,
  .form = MAIL_MESSAGE_FORM,
  .open = open_cb,
  .connect = connect_cb,
  .test = test_cb,
  .free = free_cb,
  .wake = wake_cb,
  .resume = resume_cb,
  .release = release_cb,
  .pause = pause_cb,
  .is_quiet = is_quiet_cb,
  .drain = drain_cb,
  .renew = renew_cb,
};

gpointer
gmail_channel_new (void)
{
  GmailChannel *self = g_new0 (GmailChannel, 1);

  self->lines = g_ptr_array_new_with_free_func ((GDestroyNotify) gmail_line_free);
  for (guint i = 0; i < GMAIL_IN_FLIGHT_MAX; i++)
    g_ptr_array_add (self->lines, gmail_line_new (answered_cb, self));
  return self;
}
