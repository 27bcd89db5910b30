#include "smtp-channel.h"

#include "account.h"
#include "connection.h"
#include "fault.h"
#include "kill-point.h"
#include "loopback.h"
#include "mail-message.h"
#include "row.h"
#include "test-report.h"
#include <string.h>
#include <unistd.h>

#define ENDPOINT 0  /* core/account/kind-smtp.c: there is but one */
#define NEED_MAX 64 /* chosen: no account wants more at once */
#define END_LOOK_S 60 /* chosen: tokens live for an hour, and core renews them some minutes before */

typedef struct {
  int      fd; /* owned */
  gboolean is_loopback;
  guint    port; /* of the other end; 0: not known */
} HeldSocket;

typedef struct {
  TlsContext   *tls;
  Poller       *poller;
  SendQueue    *queue;   /* borrowed; NULL: not open */
  SmtpAccount      *account; /* owned */
  ServerTraits *traits;  /* owned */
  GPtrArray    *connections;
  gboolean      is_proved; /* a connection has become ready since the start or the last pause */
  Connection   *probe;     /* while not: the one that tries; borrowed; NULL: none */
  GArray       *held;      /* of HeldSocket: wait for its end */
  GPtrArray    *dead;      /* connections to free once nobody stands in them */
  guint         reap_idle;
  guint         announced;   /* connections that were asked for and did not come yet */
  guint         end_timer;   /* looks for the end of the access token; 0: it has none */
  GVariant     *last_report; /* of the last connection that ended */
} SmtpChannel;

static void stop_logins (SmtpChannel *self);
static void watch_end (SmtpChannel *self);

/* --- small words --- */

static void
wake_all (SmtpChannel *self)
{
  for (guint i = 0; i < self->connections->len; i++)
    connection_wake (self->connections->pdata[i]);
}

static void
close_held (SmtpChannel *self)
{
  for (guint i = 0; i < self->held->len; i++)
    close (g_array_index (self->held, HeldSocket, i).fd);
  g_array_set_size (self->held, 0);
}

/* Does a login have to wait for another secret? A token whose end has come is asked for once rows wait: not every hour for nobody. */
static gboolean
is_secret_over (SmtpChannel *self)
{
  if (account_has_expired (self->account) && !send_queue_needs_secret (self->queue) && send_queue_get_length (self->queue) > 0)
    send_queue_need_secret (self->queue, "the sign-in's access token has ended");
  return send_queue_needs_secret (self->queue);
}

/* Each connection logs in by itself. Until one has come through only one tries, or a wrong password would be tried as often as there are
 * connections, and accounts are locked for that. */
static void
smtp_channel_announce (SmtpChannel *self)
{
  guint most = self->account->connections > 0 ? MIN (self->account->connections, NEED_MAX) : NEED_MAX;
  guint wanted = MIN (send_queue_get_length (self->queue), most), have = self->connections->len + self->held->len;
  guint need = wanted > have ? wanted - have : 0;

  if (!self->is_proved)
    need = self->probe == NULL && self->held->len == 0 ? MIN (need, 1) : 0;
  if (need > self->announced && !send_queue_is_paused (self->queue) && !send_queue_is_draining (self->queue) && !is_secret_over (self)) {
    guint more = need - self->announced;

    self->announced = need;
    send_queue_need_connections (self->queue, ENDPOINT, more);
  }
}

/* --- what sessions ask and say --- */

static Row *
take_cb (gpointer data)
{
  return send_queue_take (((SmtpChannel *) data)->queue);
}

static void
give_back_cb (Row *row, gpointer data)
{
  send_queue_give_back (((SmtpChannel *) data)->queue, row);
}

static gboolean
render_cb (const Row *row, SkeletonForm form, GByteArray *out, Envelope *out_envelope, GError **error, gpointer data)
{
  static FrameRow parsed; /* 32 KiB: one main loop, no recursion */
  const Skeleton *skeleton = row_get_message (row);

  if (row->attempt > 1)
    KILL_POINT ("smtp-retry");
  row_parse (row, &parsed);
  out_envelope->sender = skeleton_get_sender (skeleton);
  out_envelope->address = parsed.fields[0];
  return skeleton_render (skeleton, &parsed, form, g_get_real_time () / G_USEC_PER_SEC, out, &out_envelope->traits, error);
}

static gboolean
begin_cb (Row *const *rows, guint n, gpointer data)
{
  return send_queue_begin (((SmtpChannel *) data)->queue, rows, n);
}

static void
trouble_cb (const Verdict *verdict, const char *text, gpointer data)
{
  send_queue_trouble (((SmtpChannel *) data)->queue, verdict, text);
}

/* What stands behind a test is told by its report. */
static gboolean
renew_wanted_cb (const char *text, gpointer data)
{
  SmtpChannel *self = data;

  if (send_queue_is_testing (self->queue))
    return FALSE;
  stop_logins (self);
  send_queue_need_secret (self->queue, text);
  return TRUE;
}

static void
done_cb (Row *row, const RowResult *result, gpointer data)
{
  send_queue_done (((SmtpChannel *) data)->queue, row, result);
}

static const SessionHooks hooks = { take_cb, render_cb, begin_cb, done_cb, give_back_cb, trouble_cb, renew_wanted_cb };

/* --- connections --- */

static void turned_cb (Connection *connection, gpointer data);
static void silent_cb (Connection *connection, const char *text, gpointer data);
static void closed_cb (Connection *connection, gpointer data);

static const ConnectionEvents connection_events = { turned_cb, silent_cb, closed_cb };

static gboolean
reap_cb (gpointer data)
{
  SmtpChannel *self = data;

  self->reap_idle = 0;
  g_ptr_array_set_size (self->dead, 0);
  return G_SOURCE_REMOVE;
}

static void
start_connection (SmtpChannel *self, const HeldSocket *held)
{
  Connection *connection = connection_new (held->fd, self->poller, self->account, self->traits, self->tls, send_queue_is_testing (self->queue), &hooks,
                                           &connection_events, self);

  session_set_peer (connection_get_session (connection), held->is_loopback, held->port);
  g_ptr_array_add (self->connections, connection);
  if (!self->is_proved)
    self->probe = connection;
}

static void
start_held (SmtpChannel *self)
{
  while (self->held->len > 0 && (self->is_proved || self->probe == NULL)) {
    HeldSocket held = g_array_index (self->held, HeldSocket, 0);

    g_array_remove_index (self->held, 0);
    start_connection (self, &held);
  }
}

static void
end_probe (SmtpChannel *self, gboolean is_ready)
{
  self->probe = NULL;
  self->is_proved = is_ready;
  start_held (self);
  smtp_channel_announce (self);
}

/* What is not logged in yet need not try while the queue is paused, or waits for another secret: it may be what is wrong. */
static void
quit_unready (SmtpChannel *self)
{
  for (guint i = 0; i < self->connections->len; i++) {
    SmtpSession *session = connection_get_session (self->connections->pdata[i]);

    if (!session_is_ready (session) && !session_is_closed (session)) {
      session_quit (session);
      connection_wake (self->connections->pdata[i]);
    }
  }
}

static void
prove_secret (SmtpChannel *self)
{
  end_probe (self, TRUE);
  if (self->account->is_token)
    send_queue_tell_status (self->queue, "authenticated", "");
}

static void
turned_cb (Connection *connection, gpointer data)
{
  SmtpChannel *self = data;
  SmtpSession *session = connection_get_session (connection);

  send_queue_turned (self->queue, session_is_idle (session));
  if (connection == self->probe && session_is_ready (session) && !send_queue_is_paused (self->queue))
    prove_secret (self);
  if ((send_queue_is_paused (self->queue) && !send_queue_is_testing (self->queue)) || send_queue_needs_secret (self->queue))
    quit_unready (self);
  if (send_queue_get_length (self->queue) == 0)
    self->announced = 0;
}

static void
silent_cb (Connection *connection, const char *text, gpointer data)
{
  send_queue_tell_silence (((SmtpChannel *) data)->queue, text);
}

static void
finish_drain (SmtpChannel *self)
{
  if (send_queue_is_draining (self->queue) && self->connections->len == 0)
    send_queue_drained (self->queue);
}

static void
smtp_channel_bury (SmtpChannel *self, Connection *connection)
{
  g_ptr_array_remove_fast (self->connections, connection);
  g_ptr_array_add (self->dead, connection);
  if (self->reap_idle == 0)
    self->reap_idle = g_idle_add_full (G_PRIORITY_DEFAULT, reap_cb, self, NULL); /* else a busy account keeps their descriptors */
  self->announced = 0;
}

static void
closed_cb (Connection *connection, gpointer data)
{
  SmtpChannel *self = data;
  SmtpSession *session = connection_get_session (connection);

  g_clear_pointer (&self->last_report, g_variant_unref);
  self->last_report = g_variant_ref_sink (test_report_new (session_get_facts (session), connection_get_tls (connection)));
  smtp_channel_bury (self, connection);
  send_queue_ended (self->queue, ENDPOINT, session_is_lost (session) ? session_get_end_text (session) : NULL);
  if (send_queue_is_testing (self->queue))
    send_queue_tested (self->queue, self->last_report);
  if (connection == self->probe)
    end_probe (self, FALSE);
  else
    smtp_channel_announce (self);
  finish_drain (self);
}

/* --- the table --- */

static gboolean
open_cb (gpointer channel, SendQueue *queue, const AccountOpening *opening, GError **error)
{
  static const char *const kinds[] = { "smtp", "gmail", "outlook", "oauth", NULL }; /* the others by a sign-in: OpenAccount's `secret` */
  SmtpChannel *self = channel;

  if (!g_strv_contains (kinds, opening->kind)) {
    secret_bytes_free (opening->secret);
    g_set_error (error, FAULT, FAULT_USAGE, "this program sends for accounts of the kind smtp, not %s", opening->kind);
    return FALSE;
  }
  self->account = account_new (opening->settings, opening->secret, error);
  if (self->account != NULL && *self->account->authorities != '\0' && !tls_context_trust (self->tls, self->account->authorities, error))
    g_clear_pointer (&self->account, account_free);
  if (self->account == NULL)
    return FALSE;
  self->queue = queue;
  watch_end (self);
  return TRUE;
}

static gboolean
is_connection_wanted (const SmtpChannel *self)
{
  guint most = self->account->connections > 0 ? MIN (self->account->connections, SMTP_CONNECTIONS_MAX) : SMTP_CONNECTIONS_MAX;

  return !send_queue_is_draining (self->queue) && !send_queue_needs_secret (self->queue) && (!send_queue_is_paused (self->queue) || send_queue_is_testing (self->queue)) &&
         self->connections->len + self->held->len < most;
}

static gboolean
connect_cb (gpointer channel, int fd, guint endpoint, const char *peer, GError **error)
{
  SmtpChannel *self = channel;
  const char *port = strrchr (peer, ':');
  HeldSocket held = { fd, is_loopback_address (peer), port != NULL ? (guint) g_ascii_strtoull (port + 1, NULL, 10) : 0 };

  if (endpoint != ENDPOINT || !is_connection_wanted (self)) {
    close (fd);
    g_set_error (error, FAULT, FAULT_USAGE, "no further connection is wanted");
    return FALSE;
  }
  self->announced -= MIN (self->announced, 1);
  g_array_append_val (self->held, held);
  start_held (self);
  return TRUE;
}

static void
test_cb (gpointer channel)
{
  SmtpChannel *self = channel;

  for (guint i = 0; i < self->connections->len; i++)
    session_set_test (connection_get_session (self->connections->pdata[i]));
  wake_all (self);
  if (self->connections->len == 0 && self->last_report != NULL)
    send_queue_tested (self->queue, self->last_report);
}

static void
free_cb (gpointer channel)
{
  SmtpChannel *self = channel;

  while (self->connections->len > 0)
    connection_free (g_ptr_array_remove_index_fast (self->connections, 0));
  close_held (self);
  g_array_unref (self->held);
  g_clear_handle_id (&self->reap_idle, g_source_remove);
  g_clear_handle_id (&self->end_timer, g_source_remove);
  g_ptr_array_unref (self->connections);
  g_ptr_array_unref (self->dead);
  server_traits_free (self->traits);
  g_clear_pointer (&self->last_report, g_variant_unref);
  account_free (self->account);
  g_free (self);
}

static void
wake_cb (gpointer channel)
{
  SmtpChannel *self = channel;

  if (send_queue_get_length (self->queue) == 0)
    self->announced = 0; /* what comes next asks anew */
  wake_all (self);
  smtp_channel_announce (self);
}

static void
resume_cb (gpointer channel)
{
  ((SmtpChannel *) channel)->announced = 0;
  wake_cb (channel);
}

static void
release_cb (gpointer channel, RowFunc is_wanted, gpointer data)
{
  SmtpChannel *self = channel;

  for (guint i = 0; i < self->connections->len; i++)
    session_release (connection_get_session (self->connections->pdata[i]), is_wanted, data);
}

/* Nobody logs in any more before one has shown that the secret holds, and what is not begun waits for that. */
static void
stop_logins (SmtpChannel *self)
{
  self->is_proved = FALSE;
  close_held (self); /* Resume, or another secret, asks anew */
  release_cb (self, NULL, NULL);
}

static void
pause_cb (gpointer channel)
{
  stop_logins (channel);
}

static gboolean
is_quiet_cb (gpointer channel)
{
  SmtpChannel *self = channel;

  for (guint i = 0; i < self->connections->len; i++)
    if (session_get_begun_count (connection_get_session (self->connections->pdata[i])) > 0)
      return FALSE;
  return TRUE;
}

static void
drain_cb (gpointer channel)
{
  SmtpChannel *self = channel;

  for (guint i = 0; i < self->connections->len; i++)
    session_quit (connection_get_session (self->connections->pdata[i])); /* logins that are under way end with it */
  close_held (self);
  account_forget_secret (self->account);
  g_clear_handle_id (&self->end_timer, g_source_remove);
  wake_all (self);
  finish_drain (self);
}

/* --- an access token and its end --- */

/* Those that are logged in finish what they have begun and leave; logins end where they are. */
static void
retire_connections (SmtpChannel *self)
{
  stop_logins (self);
  for (guint i = 0; i < self->connections->len; i++)
    session_quit (connection_get_session (self->connections->pdata[i]));
  wake_all (self);
}

static gboolean
end_timer_cb (gpointer data)
{
  SmtpChannel *self = data;

  self->end_timer = 0;
  if (account_has_expired (self->account))
    retire_connections (self);
  watch_end (self);
  smtp_channel_announce (self);
  return G_SOURCE_REMOVE;
}

/* Looked at each minute, for the machine may sleep, which this clock does not see. */
static void
watch_end (SmtpChannel *self)
{
  gint64 left_s = self->account->expires_utc_s - g_get_real_time () / G_USEC_PER_SEC;

  g_clear_handle_id (&self->end_timer, g_source_remove);
  if (self->account->is_token && self->account->expires_utc_s > 0 && !account_has_expired (self->account))
    self->end_timer = g_timeout_add_seconds ((guint) CLAMP (left_s, 1, END_LOOK_S), end_timer_cb, self);
}

/* Who is logged in by the old one goes when it has finished: that one may end any minute. The new one is tried by one connection first. */
static gboolean
renew_cb (gpointer channel, SecretBytes *secret, gint64 expires_utc_s)
{
  SmtpChannel *self = channel;

  if (!self->account->is_token || send_queue_is_draining (self->queue)) {
    secret_bytes_free (secret); /* no login will be by it */
    return self->account->is_token;
  }
  retire_connections (self);
  account_renew_secret (self->account, secret, expires_utc_s);
  watch_end (self);
  return TRUE;
}

const Channel smtp_channel = {
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
smtp_channel_new (TlsContext *tls, Poller *poller)
{
  SmtpChannel *self = g_new0 (SmtpChannel, 1);

  self->tls = tls;
  self->poller = poller;
  self->connections = g_ptr_array_new ();
  self->held = g_array_new (FALSE, FALSE, sizeof (HeldSocket));
  self->dead = g_ptr_array_new_with_free_func ((GDestroyNotify) connection_free);
  self->traits = server_traits_new ();
  return self;
}
