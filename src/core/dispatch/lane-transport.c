/* The process side of a lane: one transport at a time, its journal, its connections, and what it says. */
#include "contract-keys.h"
#include "lane-private.h"

#include "dialer.h"
#include "fault.h"
#include "kill-point.h"
#include "own-name.h"
#include "text.h"
#include <gio/gunixfdlist.h>
#include <string.h>
#include <unistd.h>

#define CALL_TIMEOUT_MS 60000     /* chosen: compiling and taking rows is milliseconds; a stalled one must not hold the lane */
#define DRAIN_TIMEOUT_MS 660000   /* RFC 5321 §4.5.3.2.6: the answer to the final dot may take 10 minutes */
#define DIAL_TIMEOUT_MS 60000
#define CONNECTIONS_DEFAULT 2
#define CONNECTIONS_MAX 50
#define DEATHS_MAX 5              /* in a row without an answer in between: something is wrong that waiting does not mend */
#define LOSSES_MAX 3
#define CERTIFICATE_PATIENCE_US (5 * 60 * (gint64) G_USEC_PER_SEC) /* a captive portal is left within minutes; a bad certificate is not */
#define QUOTA_WAIT_S 3600

static void start_next_works (Lane *self);

/* --- the end of a transport --- */

/* Calls on the way keep the proxy alive; what it would still tell must not reach us. */
void
lane_forget_proxy (Lane *self)
{
  if (self->proxy != NULL)
    g_signal_handlers_disconnect_by_data (self->proxy, self);
  g_clear_object (&self->proxy);
}

static void
forget_transport (Lane *self)
{
  if (self->open != NULL)
    g_cancellable_cancel (self->open);
  g_clear_object (&self->open);
  lane_forget_proxy (self);
  g_clear_pointer (&self->peer, peer_free);
  g_clear_pointer (&self->held, outstanding_free);
  self->held = outstanding_new ();
  g_array_set_size (self->returned, 0); /* the journal says the same of them */
  self->phase = LANE_CLOSED;
  self->dialing = 0;
  self->sent_count = 0;
  self->is_recalling = self->is_refusing = self->is_violated = FALSE;
  for (guint i = 0; i < self->works->len; i++) {
    Work *work = g_ptr_array_index (self->works, i);

    work->is_begun = work->is_beginning = FALSE;
  }
}

/* The process is gone and reaped: its journal is final. */
static void
settle (Lane *self, PeerEnd end)
{
  g_autoptr (Journal) journal = g_steal_pointer (&self->journal);
  guint64 serial = journal != NULL ? journal_get_serial (journal) : 0;

  if (journal == NULL)
    return;
  if (end == PEER_VIOLATED || self->is_violated) {
    g_array_set_size (self->outcomes, 0); /* not in the store: unknown, whatever it said */
    if (!recovery_mark_dropped (self->core, serial, NULL))
      g_array_append_val (self->liars, serial);
  }
  /* The next turn reads it as any other; outcomes that are still here are recorded by the turn only if the journal did not. */
  g_array_append_val (self->unrecovered, serial);
}

static void
closed_cb (Peer *peer, PeerEnd end, const char *why, gpointer data)
{
  Lane *self = data;
  gboolean is_expected = self->phase == LANE_CLOSING && end == PEER_ENDED;
  g_autofree char *said = g_strdup (why);

  settle (self, end);
  forget_transport (self);
  if (!is_expected) {
    g_warning ("the sending process of account %s %s: %s", self->account->name, end == PEER_VIOLATED ? "was dropped" : "ended", said);
    if (++self->deaths >= DEATHS_MAX)
      lane_pause_all (self, "transport", "the sending process ends again and again; `postrider doctor` may say why");
    else
      lane_wait (self, "transport", end == PEER_VIOLATED ? "the sending process broke the rules and was dropped; a fresh one starts"
                                                          : "the sending process ended; a fresh one starts", 1);
  }
  lane_wake (self);
}

/* Durable first: from here on its journal proves nothing. Nor do those words of its that are not recorded yet. */
static void
violated_cb (Peer *peer, gpointer data)
{
  Lane *self = data;

  self->is_violated = TRUE;
  self->phase = LANE_CLOSING;
  g_array_set_size (self->outcomes, 0);
  g_array_set_size (self->returned, 0);
  if (self->journal != NULL)
    recovery_mark_dropped (self->core, journal_get_serial (self->journal), NULL); /* it failed: settle() tries again */
}

static void
violate (Lane *self, const GError *error)
{
  if (self->peer == NULL)
    return;
  violated_cb (self->peer, self);
  peer_drop (self->peer, error->message);
}

/* --- what it says --- */

static void
outcomes_cb (PrTransport1 *proxy, GVariant *rows, gpointer data)
{
  Lane *self = data;
  g_autoptr (GError) error = NULL;

  if (self->is_violated)
    return;
  if (!outcomes_parse (rows, self->held, self->outcomes, &error))
    violate (self, error);
  else
    lane_wake (self);
}

static guint
get_max_connections (Lane *self)
{
  guint wanted = self->account->connections;

  for (guint i = 0; i < self->works->len; i++) {
    guint asked = ((Work *) g_ptr_array_index (self->works, i))->campaign->connections;

    if (asked > 0)
      wanted = asked;
  }
  return CLAMP (wanted > 0 ? wanted : CONNECTIONS_DEFAULT, 1, CONNECTIONS_MAX);
}

typedef struct {
  Lane         *lane; /* valid while `open` is not cancelled */
  GCancellable *open;
} Dial;

static void
added_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  pr_transport1_call_add_connection_finish (PR_TRANSPORT1 (source), NULL, result, &error); /* its death is told by closed_cb */
}

static void
add_connection (Lane *self, int fd, gboolean is_loopback)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new_from_array (&fd, 1); /* owns fd now */

  pr_transport1_call_add_connection (self->proxy, g_variant_new_handle (0), is_loopback, fds, self->open, added_cb, NULL);
}

static void
dialed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Dial *dial = data;
  g_autoptr (GCancellable) open = dial->open;
  g_autoptr (GError) error = NULL;
  g_autofree char *address = NULL;
  int fd = dialer_connect_finish ((Dialer *) NULL, result, &address, &error);

  if (g_cancellable_is_cancelled (open)) {
    if (fd >= 0)
      close (fd);
    return;
  }
  dial->lane->dialing--;
  if (fd >= 0)
    add_connection (dial->lane, fd, dialer_is_loopback (address));
  else if (dial->lane->reason == NULL) {
    lane_note_trouble (dial->lane, "network", error->message);
    lane_wait (dial->lane, "network", error->message, 0);
  }
}

static void
need_connection_cb (PrTransport1 *proxy, guint count, gpointer data)
{
  Lane *self = data;
  guint max = get_max_connections (self);

  if (self->reason != NULL || self->is_violated)
    return; /* after the wait it is asked again */
  for (; count > 0 && self->dialing < max; count--) {
    Dial *dial = g_new (Dial, 1);

    *dial = (Dial){ self, g_object_ref (self->open) };
    self->dialing++;
    dialer_connect_async (self->core->dialer, self->account->host, self->account->port, DIAL_TIMEOUT_MS, self->open, dialed_cb, dial);
  }
}

static void
connection_lost_cb (PrTransport1 *proxy, const char *text, gpointer data)
{
  Lane *self = data;

  lane_note_reply (self, text);
  if (++self->losses >= LOSSES_MAX && self->reason == NULL)
    lane_wait (self, "network", text, 0);
}

/* Said to who watches; the wait goes on. */
static void
silent_cb (PrTransport1 *proxy, const char *text, gpointer data)
{
  Lane *self = data;

  if (self->reason != NULL)
    return;
  g_free (self->tried_reason);
  g_free (self->tried_text);
  self->tried_reason = g_strdup ("network");
  self->tried_text = g_strdup (text);
  lane_touch_all (self);
}

/* What a pause of the transport means for the lane; anything that is not here needs a person. */
static const struct {
  const char *reason;
  enum { WAIT_GROWING, WAIT_PATIENTLY, WAIT_QUOTA } kind;
  const char *why;
} waits[] = {
  { "network", WAIT_GROWING, "offline, or the server is down" },
  { "busy", WAIT_GROWING, "421 in a row: the server has no time for us" },
  { "protocol", WAIT_GROWING, "not a mail server that answers: a captive portal, a machine that is starting" },
  { "tls", WAIT_PATIENTLY, "a captive portal, else a person must look" },
  { "certificate", WAIT_PATIENTLY, "a captive portal, else a person must look" },
  { "quota", WAIT_QUOTA, "the provider's own limit: nobody says when it ends" },
};

static gboolean
wait_for (Lane *self, const char *reason, const char *text)
{
  gboolean was_waiting = self->waits > 0;

  for (gsize i = 0; i < G_N_ELEMENTS (waits); i++) {
    if (strcmp (waits[i].reason, reason) != 0)
      continue;
    if (waits[i].kind == WAIT_PATIENTLY && was_waiting && g_get_monotonic_time () - self->waiting_since_us > CERTIFICATE_PATIENCE_US)
      return FALSE;
    if (waits[i].kind == WAIT_PATIENTLY && !was_waiting && self->account->server_size == 0)
      return FALSE; /* it never worked: no portal, but a setting that is wrong */
    lane_wait (self, reason, text, waits[i].kind == WAIT_QUOTA ? QUOTA_WAIT_S : 0);
    return TRUE;
  }
  return FALSE;
}

static void
paused_cb (PrTransport1 *proxy, const char *reason, const char *text, gpointer data)
{
  Lane *self = data;

  if (self->is_violated)
    return;
  lane_note_reply (self, text);
  lane_note_trouble (self, reason, text);
  if (wait_for (self, reason, text))
    return;
  self->is_refusing = TRUE;
  lane_pause_all (self, reason, text);
}

/* --- what it is told --- */

/* It neither answers nor dies. */
static gboolean
is_stalling (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT);
}

/* It died with our question open: no lie, and its journal stays good. closed_cb() tells the rest. */
static gboolean
is_gone (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_BROKEN_PIPE) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

typedef struct {
  Lane         *lane; /* valid while `open` is not cancelled */
  GCancellable *open;
  guint64       campaign;
} Call;

static Call *
call_new (Lane *self, guint64 campaign)
{
  Call *call = g_new (Call, 1);

  *call = (Call){ self, g_object_ref (self->open), campaign };
  return call;
}

/* Returns: the lane, or NULL when its transport has gone meanwhile. Frees the call. */
static Lane *
call_end (Call *call, guint64 *out_campaign)
{
  Lane *lane = g_cancellable_is_cancelled (call->open) ? NULL : call->lane;

  if (out_campaign != NULL)
    *out_campaign = call->campaign;
  g_object_unref (call->open);
  g_free (call);
  return lane;
}

static void
sent_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean is_taken = pr_transport1_call_send_finish (PR_TRANSPORT1 (source), result, &error);
  Lane *self = call_end (data, NULL);

  if (self != NULL && !is_taken && !is_gone (error))
    violate (self, error); /* rows of our own making: a transport that does not take them is not ours */
}

void
lane_send (Lane *self, Work *work, GVariant *frame)
{
  pr_transport1_call_send (self->proxy, work->campaign->id, frame, self->open, sent_cb, call_new (self, work->campaign->id));
}

static void
recalled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) ids = NULL;
  g_autoptr (GArray) handed = g_array_new (FALSE, FALSE, sizeof (LedgerHanded));
  gboolean is_answered = pr_transport1_call_recall_finish (PR_TRANSPORT1 (source), &ids, result, &error);
  guint64 campaign;
  Lane *self = call_end (data, &campaign);

  if (self == NULL || self->is_violated || (!is_answered && is_gone (error)))
    return;
  if (!is_answered || !outcomes_parse_recalled (ids, campaign, self->held, handed, &error)) {
    violate (self, error);
    return;
  }
  for (guint i = 0; i < handed->len; i++) {
    const LedgerHanded *row = &g_array_index (handed, LedgerHanded, i);
    Returned back = { campaign, row->recipient, row->attempt };

    g_array_append_val (self->returned, back);
  }
  KILL_POINT ("core-recalled");
  lane_wake (self);
}

void
lane_recall (Lane *self, guint64 campaign)
{
  pr_transport1_call_recall (self->proxy, campaign, g_variant_new_fixed_array (G_VARIANT_TYPE_UINT64, NULL, 0, sizeof (guint64)), self->open,
                             recalled_cb, call_new (self, campaign));
}

static void
resumed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  pr_transport1_call_resume_finish (PR_TRANSPORT1 (source), result, NULL);
}

void
lane_resume_transport (Lane *self)
{
  pr_transport1_call_resume (self->proxy, self->open, resumed_cb, NULL);
}

static void
begun_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) fields = NULL, required = NULL, images = NULL, notes = NULL;
  g_autoptr (GVariant) bound = NULL;
  guint64 overhead, campaign;
  gboolean is_begun = pr_transport1_call_begin_campaign_finish (PR_TRANSPORT1 (source), &fields, &required, &images, &overhead, &bound, &notes, NULL, result,
                                                                &error);
  Lane *self = call_end (data, &campaign);
  Work *work = self != NULL ? lane_find_work (self, campaign) : NULL;

  if (work == NULL || (!is_begun && is_gone (error)))
    return;
  if (!is_begun && is_stalling (error)) {
    violate (self, error);
    return;
  }
  work->is_beginning = FALSE;
  work->is_begun = is_begun;
  if (!is_begun) {
    fault_strip_remote (error);
    lane_pause_one (self, work, "template", error->message);
  }
  lane_wake (self);
}

void
lane_begin (Lane *self, Work *work)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GError) error = NULL;
  GVariant *files = campaign_to_files (self->core, work->campaign, fds, &error);

  if (work->is_begun || work->is_beginning || work->is_stopping) {
    if (files != NULL)
      g_variant_unref (g_variant_ref_sink (files));
    return;
  }
  if (files == NULL) {
    lane_pause_one (self, work, "attachment", error->message);
    return;
  }
  work->is_beginning = TRUE;
  pr_transport1_call_begin_campaign (self->proxy, work->campaign->id, campaign_to_spec (work->campaign), (const char *const *) work->campaign->columns,
                                     files, fds, self->open, begun_cb, call_new (self, work->campaign->id));
}

/* --- the beginning of a transport --- */

static void
start_next_works (Lane *self)
{
  for (guint i = 0; i < self->works->len; i++)
    lane_begin (self, g_ptr_array_index (self->works, i));
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean is_open = pr_transport1_call_open_account_finish (PR_TRANSPORT1 (source), NULL, result, &error);
  Lane *self = call_end (data, NULL);

  if (self == NULL || (!is_open && is_gone (error)))
    return;
  if (!is_open && is_stalling (error)) {
    violate (self, error);
    return;
  }
  if (!is_open) {
    fault_strip_remote (error);
    lane_pause_all (self, "account", error->message);
    lane_close_transport (self);
    return;
  }
  self->phase = LANE_OPEN;
  start_next_works (self);
  lane_wake (self);
}

static GVariant *
make_settings (Lane *self, const char *own_name)
{
  g_autoptr (GVariant) plain = g_variant_ref_sink (account_to_transport_settings (self->account, own_name));
  GVariantDict settings;

  g_variant_dict_init (&settings, plain);
  g_variant_dict_insert (&settings, KEY_TRANSPORT_CONNECTIONS, "u", get_max_connections (self));
#ifdef POSTRIDER_KILL_POINTS /* tests/journey/hostile: nobody waits ten minutes for a server that says nothing */
  if (g_getenv ("POSTRIDER_TIMEOUT_PERCENT") != NULL)
    g_variant_dict_insert (&settings, KEY_TRANSPORT_TIMEOUT_PERCENT, "u", (guint32) g_ascii_strtoull (g_getenv ("POSTRIDER_TIMEOUT_PERCENT"), NULL, 10));
  if (g_getenv ("POSTRIDER_WINDOW") != NULL) { /* tests/faults: how much a kill may put in doubt */
    g_variant_dict_insert (&settings, KEY_TRANSPORT_WINDOW, "u", (guint32) g_ascii_strtoull (g_getenv ("POSTRIDER_WINDOW"), NULL, 10));
    g_variant_dict_insert (&settings, KEY_TRANSPORT_WINDOW_MAX, "u", (guint32) g_ascii_strtoull (g_getenv ("POSTRIDER_WINDOW"), NULL, 10));
  }
#endif
  return g_variant_dict_end (&settings);
}

static gboolean
open_account (Lane *self, const char *own_name, GError **error)
{
  g_autoptr (SecretBytes) secret = account_get_secret (self->core, self->account, error);
  int secret_fd = secret != NULL ? secret_bytes_to_memfd (secret, error) : -1;
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  int at_secret = secret_fd >= 0 ? g_unix_fd_list_append (fds, secret_fd, error) : -1;
  int at_journal = at_secret >= 0 ? g_unix_fd_list_append (fds, journal_get_fd (self->journal), error) : -1;

  if (secret_fd >= 0)
    close (secret_fd);
  if (at_journal < 0)
    return FALSE;
  pr_transport1_call_open_account (self->proxy, make_settings (self, own_name), g_variant_new_handle (at_secret), g_variant_new_handle (at_journal), fds, self->open,
                                   opened_cb, call_new (self, 0));
  return TRUE;
}

static void
give_up_start (Lane *self, const GError *error)
{
  g_autofree char *said = g_strdup (error->message);
  gboolean is_person_needed = error->domain == FAULT && (error->code == FAULT_NO_PERM || error->code == FAULT_NO_USER || error->code == FAULT_CONFIG);

  settle (self, PEER_ENDED);
  forget_transport (self);
  if (is_person_needed)
    lane_pause_all (self, error->code == FAULT_NO_PERM ? "password" : "account", said);
  else
    lane_wait (self, "system", said, 0);
}

static void
named_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *own_name = own_name_find_finish (result);
  g_autoptr (GError) error = NULL;
  Lane *self = call_end (data, NULL);

  if (self != NULL && !open_account (self, own_name, &error))
    give_up_start (self, error);
}

static gboolean
speak (Lane *self, GError **error)
{
  self->proxy = pr_transport1_proxy_new_sync (peer_get_connection (self->peer), G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL, PEER_PATH, NULL, error);
  if (self->proxy == NULL)
    return FALSE;
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->proxy), CALL_TIMEOUT_MS);
  g_signal_connect (self->proxy, "outcomes", G_CALLBACK (outcomes_cb), self);
  g_signal_connect (self->proxy, "need-connection", G_CALLBACK (need_connection_cb), self);
  g_signal_connect (self->proxy, "connection-lost", G_CALLBACK (connection_lost_cb), self);
  g_signal_connect (self->proxy, "silent", G_CALLBACK (silent_cb), self);
  g_signal_connect (self->proxy, "paused", G_CALLBACK (paused_cb), self);
  if (!account_wants_own_name (self->account))
    return open_account (self, "", error);
  own_name_find_async (self->core->dialer, self->open, named_cb, call_new (self, 0));
  return TRUE;
}

static void
ready_cb (Peer *peer, const GError *failed, gpointer data)
{
  Lane *self = data;
  g_autoptr (GError) error = failed != NULL ? g_error_copy (failed) : NULL;

  if (failed == NULL && speak (self, &error))
    return;
  give_up_start (self, error);
}

void
lane_open_transport (Lane *self)
{
  static const PeerSpec spec = { .program = "smtp", .interface = "org.postrider.Transport1" };
  g_autoptr (GError) error = NULL;
  Account *account;

  if (self->phase != LANE_CLOSED || self->unrecovered->len > 0)
    return;
  account = account_load_id (self->core, self->account_id, &error);
  if (account == NULL) {
    lane_pause_all (self, "account", error->message);
    return;
  }
  g_clear_pointer (&self->account, account_free);
  self->account = account;
  if (self->pace == NULL)
    self->pace = pace_new (account);
  self->journal = journal_create (self->core, self->account_id, &error);
  if (self->journal == NULL) {
    lane_wait (self, "disk", error->message, 5);
    return;
  }
  self->phase = LANE_STARTING;
  self->open = g_cancellable_new ();
  self->peer = peer_start (&spec, ready_cb, closed_cb, self);
  peer_set_violated_func (self->peer, violated_cb);
}

static void
drained_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Lane *self;

  pr_transport1_call_drain_finish (PR_TRANSPORT1 (source), result, NULL);
  self = call_end (data, NULL);
  if (self != NULL && self->peer != NULL)
    peer_close (self->peer);
}

void
lane_close_transport (Lane *self)
{
  if (self->phase != LANE_OPEN && self->phase != LANE_STARTING)
    return;
  self->phase = LANE_CLOSING;
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->proxy), DRAIN_TIMEOUT_MS);
  pr_transport1_call_drain (self->proxy, self->open, drained_cb, call_new (self, 0));
}
