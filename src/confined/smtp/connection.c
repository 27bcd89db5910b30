#include "connection.h"

#include "kill-point.h"
#include "flow-window.h"
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#define SILENCE_S 15 /* chosen: people hear of it; RFC 5321 §4.5.3.2.1 has mail wait five minutes, and some servers pause on purpose */
#define READ_OCTETS 65536 /* chosen: a window of answers in one read */

struct Connection {
  GSource           source; /* first: its clock, and what wakes it from within; the socket is the poller's */
  int               fd;
  Poller           *poller;
  gint64            armed_us; /* when the clock rings at the latest; 0: now */
  const SmtpAccount    *account;
  TlsContext       *tls_context;
  Tls              *tls; /* NULL: in the clear */
  gboolean          is_tls_up, is_handshake_done;
  gboolean          wants_out; /* the socket, or TLS, waits for room */
  gboolean          is_completing; /* octets that complete messages are on their way out */
  gboolean          waits_out; /* what the poller was told */
  gboolean          is_eof, is_reported;
  gboolean          is_silence_told;
  SmtpSession          *session;
  const ConnectionEvents *events;
  gpointer          data;
  gint64            last_progress_us;
  FlowWindow            window;
  const SessionHooks *hooks;
};

typedef enum { IO_SOME, IO_WAIT, IO_END } IoResult;

static IoResult
judge_tls (Connection *self, TlsResult result, GError *error)
{
  switch (result) {
  case TLS_DONE:
    return IO_SOME;
  case TLS_WANTS_WRITE:
    self->wants_out = TRUE;
    return IO_WAIT;
  case TLS_WANTS_READ:
    return IO_WAIT;
  default:
    g_clear_error (&error);
    return IO_END;
  }
}

static IoResult
judge_plain (gssize n)
{
  if (n > 0)
    return IO_SOME;
  return n < 0 && (errno == EAGAIN || errno == EINTR) ? IO_WAIT : IO_END;
}

static IoResult
read_some (Connection *self, char *buffer, gsize size, gsize *out_len)
{
  GError *error = NULL;
  gssize n;

  if (self->is_tls_up)
    return judge_tls (self, tls_read (self->tls, buffer, size, out_len, &error), error);
  n = read (self->fd, buffer, size);
  *out_len = n > 0 ? (gsize) n : 0;
  return judge_plain (n);
}

static IoResult
write_some (Connection *self, const guint8 *data, gsize len, gsize *out_len)
{
  GError *error = NULL;
  gssize n;

  if (self->is_tls_up)
    return judge_tls (self, tls_write (self->tls, data, len, out_len, &error), error);
  n = write (self->fd, data, len);
  *out_len = n > 0 ? (gsize) n : 0;
  if (judge_plain (n) == IO_WAIT)
    self->wants_out = TRUE;
  return judge_plain (n);
}

static void
connection_progress (Connection *self)
{
  self->last_progress_us = g_get_monotonic_time ();
}

/* Before mail is sent each command waits for its answer: that is a round trip. */
static void
note_answer (Connection *self)
{
  gint64 said_us = self->last_progress_us;

  connection_progress (self);
  if (!session_is_ready (self->session) || session_get_begun_total (self->session) == 0)
    flow_window_note_trip (&self->window, self->last_progress_us - said_us);
}

/* Reads until the socket is empty (TLS keeps octets that poll() cannot see) or one buffer of plain text. */
static void
read_all (Connection *self)
{
  static char buffer[READ_OCTETS]; /* one main loop: one turn at a time */
  gsize len = 0;

  while (!self->is_eof && !session_is_closed (self->session) && !session_wants_tls (self->session)) {
    guint64 answer_count = session_get_answer_count (self->session);
    IoResult result = read_some (self, buffer, sizeof buffer, &len);

    if (result == IO_END)
      self->is_eof = TRUE;
    if (result != IO_SOME)
      return;
    session_feed (self->session, buffer, len);
    if (session_get_answer_count (self->session) != answer_count)
      note_answer (self);
    if (!self->is_tls_up && len < sizeof buffer)
      return;
  }
}

/* Returns: TRUE when all that there was has left. */
static gboolean
write_all (Connection *self)
{
  for (;;) {
    gsize left, len = 0;
    const guint8 *data = session_peek_output (self->session, &left);
    IoResult result;

    if (left == 0)
      return TRUE;
    result = write_some (self, data, left, &len);
    if (result == IO_END)
      self->is_eof = TRUE;
    if (result != IO_SOME)
      return FALSE;
    connection_progress (self);
    session_sent (self->session, len);
  }
}

static void
connection_pump (Connection *self)
{
  gsize left;

  do {
    guint64 begun = session_get_begun_total (self->session);

    session_pump (self->session);
    if (session_get_begun_total (self->session) != begun) {
      KILL_POINT ("smtp-before-dot"); /* what completes them, dots or chunks, stands in the output as a whole */
      self->is_completing = TRUE;
    }
    (void) session_peek_output (self->session, &left);
    if (!write_all (self))
      return;
    if (self->is_completing)
      KILL_POINT ("smtp-after-dot");
    self->is_completing = FALSE;
  } while (left > 0 && !session_is_closed (self->session));
}

static void
reject_certificate (Connection *self, const char *text)
{
  Verdict verdict = { OUTCOME_LATER, REASON_NONE, "certificate", 1, NULL };
  g_autofree char *whole = g_strdup_printf ("%s: %s", self->account->host, text);

  self->hooks->trouble (&verdict, whole, self->data);
  session_break (self->session, "certificate", whole);
}

/* OpenSSL's words when what comes is no TLS record: a greeting, as a rule. */
static gboolean
is_plain_text (const Connection *self, const char *text)
{
  return self->account->tls == ACCOUNT_TLS_IMPLICIT && strstr (text, "wrong version number") != NULL;
}

static void
fail_handshake (Connection *self, const char *text)
{
  Verdict verdict = { OUTCOME_LATER, REASON_NONE, "tls", 3, NULL }; /* chosen: once may be the network; three times is the server */
  g_autofree char *whole = is_plain_text (self, text)
                             ? g_strdup_printf ("%s answers in plain text where TLS should begin: --tls starttls is meant (port 587)", self->account->host)
                             : g_strdup_printf ("%s: %s; check port and tls (465 implicit, 587 starttls)", self->account->host, text);

  self->hooks->trouble (&verdict, whole, self->data);
  session_break (self->session, "tls", whole);
}

/* Returns: FALSE while it is still going on. */
static gboolean
shake_hands (Connection *self)
{
  g_autoptr (GError) error = NULL;

  if (self->tls == NULL)
    self->tls = tls_new (self->tls_context, self->fd, self->account->host, self->account->pin);
  switch (tls_handshake (self->tls, &error)) {
  case TLS_DONE:
    self->is_tls_up = self->is_handshake_done = TRUE;
    connection_progress (self);
    if (tls_get_facts (self->tls)->is_verified)
      session_tls_done (self->session);
    else
      reject_certificate (self, tls_get_facts (self->tls)->verify_error);
    return TRUE;
  case TLS_WANTS_WRITE:
    self->wants_out = TRUE;
    return FALSE;
  case TLS_WANTS_READ:
    return FALSE;
  default:
    fail_handshake (self, error != NULL ? error->message : "the server hung up");
    return TRUE;
  }
}

static void
connection_finish (Connection *self)
{
  if (self->tls != NULL)
    tls_close (self->tls);
  g_source_set_ready_time (&self->source, -1);
  poller_remove (self->poller, self->fd);
  self->is_reported = TRUE;
  self->events->turned (self, self->data);
  self->events->closed (self, self->data);
}

static gint64
get_silence_us (const Connection *self)
{
  return (gint64) SILENCE_S * 10000 * self->account->timeout_percent;
}

/* A server that waits for a TLS handshake, and one that waits for none, say nothing. */
static void
tell_silence (Connection *self)
{
  gboolean is_implicit = self->account->tls == ACCOUNT_TLS_IMPLICIT;
  g_autofree char *text = g_strdup_printf ("%s took the connection and has said nothing for %u s: %s", self->account->host,
                                           SILENCE_S * self->account->timeout_percent / 100,
                                           is_implicit ? "check host and port; if it speaks no TLS from the start, --tls starttls is meant"
                                                       : "it may wait for TLS from the start: try --tls implicit (port 465)");

  self->is_silence_told = TRUE;
  if (session_is_test (self->session))
    session_break (self->session, "network", text);
  else
    self->events->silent (self, text, self->data);
}

static gboolean
is_silent (const Connection *self)
{
  return !self->is_silence_told && !session_is_greeted (self->session) && !session_is_closed (self->session) &&
         g_get_monotonic_time () - self->last_progress_us >= get_silence_us (self);
}

/* It may ring too early, and looks again: moved at each answer it would cost two system calls a message. */
static void
set_deadline (Connection *self)
{
  gint64 deadline_us = self->last_progress_us + (gint64) session_get_wait_s (self->session) * 10000 * self->account->timeout_percent;

  if (!self->is_silence_told && !session_is_greeted (self->session))
    deadline_us = MIN (deadline_us, self->last_progress_us + get_silence_us (self));
  if (self->armed_us != 0 && self->armed_us <= deadline_us)
    return;
  self->armed_us = deadline_us;
  g_source_set_ready_time (&self->source, deadline_us);
}

static void
adapt_window (Connection *self)
{
  flow_window_note (&self->window, session_get_begun_total (self->session), session_get_ended_total (self->session), g_get_monotonic_time ());
  session_set_window (self->session, self->window.size);
}

static gboolean
is_overdue (Connection *self)
{
  gint64 wait_us = (gint64) session_get_wait_s (self->session) * 10000 * self->account->timeout_percent;

  return g_get_monotonic_time () - self->last_progress_us >= wait_us;
}

static void
handle_overdue (Connection *self)
{
  g_autofree char *text = NULL;

  connection_progress (self);
  if (session_is_idle (self->session)) {
    session_quit (self->session);
    return;
  }
  text = g_strdup_printf ("the server did not answer for %u s", session_get_wait_s (self->session) * self->account->timeout_percent / 100);
  session_break (self->session, "network", text);
}

/* Only when it changes: it is a system call. */
static void
connection_watch (Connection *self)
{
  if (self->wants_out != self->waits_out)
    poller_change (self->poller, self->fd, self, self->wants_out);
  self->waits_out = self->wants_out;
}

static void
connection_turn (Connection *self)
{
  self->wants_out = FALSE;
  do {
    if (session_wants_tls (self->session) && !shake_hands (self))
      break;
    read_all (self);
    if (!self->is_eof) /* nobody is there any more: what would begin now would be in doubt */
      connection_pump (self);
  } while (session_wants_tls (self->session) && !self->is_eof);
  if (self->is_eof && !session_is_closed (self->session)) {
    self->is_eof = FALSE; /* a failed write ends it, yet last words may still lie there */
    read_all (self);
    self->is_eof = TRUE;
    session_eof (self->session);
  }
  if (session_is_closed (self->session)) {
    connection_finish (self);
    return;
  }
  self->events->turned (self, self->data);
  if (session_is_closed (self->session)) { /* by what the queue did about it */
    connection_finish (self);
    return;
  }
  adapt_window (self);
  connection_watch (self);
  set_deadline (self);
}

static gboolean
dispatch_cb (GSource *source, GSourceFunc callback, gpointer data)
{
  Connection *self = (Connection *) source;

  self->armed_us = 0;
  if (self->is_reported)
    return G_SOURCE_CONTINUE;
  if (is_silent (self))
    tell_silence (self);
  if (is_overdue (self))
    handle_overdue (self);
  connection_turn (self);
  return G_SOURCE_CONTINUE;
}

void
connection_ready (gpointer connection)
{
  Connection *self = connection;

  if (!self->is_reported)
    connection_turn (self);
}

static void
finalize_cb (GSource *source)
{
  Connection *self = (Connection *) source;

  session_free (self->session);
  tls_free (self->tls);
  close (self->fd);
}

/* RFC 5321 §4.1.3: who has no name gives its address. */
static char *
address_literal (int fd)
{
  struct sockaddr_storage address = { 0 };
  socklen_t len = sizeof address;
  char text[INET6_ADDRSTRLEN] = "127.0.0.1";

  if (getsockname (fd, (struct sockaddr *) &address, &len) == 0 && address.ss_family == AF_INET)
    inet_ntop (AF_INET, &((struct sockaddr_in *) &address)->sin_addr, text, sizeof text);
  else if (address.ss_family == AF_INET6)
    inet_ntop (AF_INET6, &((struct sockaddr_in6 *) &address)->sin6_addr, text, sizeof text);
  return address.ss_family == AF_INET6 ? g_strdup_printf ("[IPv6:%s]", text) : g_strdup_printf ("[%s]", text);
}

Connection *
connection_new (int fd, Poller *poller, const SmtpAccount *account, ServerTraits *traits, TlsContext *tls, gboolean is_test,
                const SessionHooks *hooks, const ConnectionEvents *events, gpointer data)
{
  static GSourceFuncs funcs = { NULL, NULL, dispatch_cb, finalize_cb, NULL, NULL };
  Connection *self = (Connection *) g_source_new (&funcs, sizeof (Connection));
  g_autofree char *helo = address_literal (fd);

  self->fd = fd;
  self->account = account;
  self->tls_context = tls;
  self->hooks = hooks;
  self->events = events;
  self->data = data;
  self->session = session_new (account, traits, helo, is_test, hooks, data);
  self->poller = poller;
  poller_add (poller, fd, self);
  flow_window_init (&self->window, account->window, account->window_max);
  connection_progress (self);
  g_source_set_ready_time (&self->source, 0); /* implicit TLS speaks first */
  g_source_attach (&self->source, NULL);
  return self;
}

void
connection_free (Connection *self)
{
  if (self == NULL)
    return;
  if (!self->is_reported)
    poller_remove (self->poller, self->fd);
  self->is_reported = TRUE;
  session_break (self->session, NULL, "we had to leave");
  g_source_destroy (&self->source);
  g_source_unref (&self->source);
}

SmtpSession *
connection_get_session (Connection *self)
{
  return self->session;
}

const TlsFacts *
connection_get_tls (Connection *self)
{
  return self->is_handshake_done ? tls_get_facts (self->tls) : NULL;
}

void
connection_wake (Connection *self)
{
  if (!self->is_reported && self->armed_us != 0)
    g_source_set_ready_time (&self->source, 0);
  self->armed_us = 0;
}
