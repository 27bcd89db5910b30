#include "transport-link-private.h"

#include "dialer.h"
#include <string.h>

#define DRAIN_TIMEOUT_MS 660000   /* RFC 5321 §4.5.3.2.6: the answer to the final dot may take 10 minutes */
#define JOURNAL_ROWS_MAX 400000   /* chosen: 100 MiB of journal; then a fresh transport */

/* --- its life --- */

TransportLink *
transport_link_new (Core *core, TransportPurpose purpose, gint64 account, const TransportEvents *events, gpointer data)
{
  TransportLink *self = g_new0 (TransportLink, 1);

  self->core = core;
  self->purpose = purpose;
  self->account_id = account;
  self->heard = g_ptr_array_new_with_free_func ((GDestroyNotify) g_array_unref);
  self->events = events;
  self->data = data;
  self->connections = 1;
  self->journals = purpose == TRANSPORT_SENDS ? transport_journals_new (core, account) : NULL;
  self->outstanding = outstanding_new ();
  self->outcomes = g_array_new (FALSE, FALSE, sizeof (LedgerOutcome));
  self->recalled = g_array_new (FALSE, FALSE, sizeof (TransportRow));
  return self;
}

/* Calls on the way keep the proxy alive; what it would still tell must not reach us. */
static void
forget_proxy (TransportLink *self)
{
  if (self->proxy != NULL)
    g_signal_handlers_disconnect_by_data (self->proxy, self);
  g_clear_object (&self->proxy);
}

static void
forget_transport (TransportLink *self)
{
  if (self->open != NULL)
    g_cancellable_cancel (self->open);
  g_clear_object (&self->open);
  forget_proxy (self);
  g_clear_pointer (&self->state, transport_state_free);
  g_clear_pointer (&self->peer, peer_free);
  g_clear_pointer (&self->outstanding, outstanding_free);
  self->outstanding = outstanding_new ();
  g_array_set_size (self->recalled, 0); /* the journal says the same of them */
  self->account = NULL;
  self->phase = LINK_CLOSED;
  self->sent_count = 0;
  memset (self->dialing, 0, sizeof self->dialing);
  self->needs_secret = self->is_proved = self->is_fetching = FALSE;
  self->token_number = 0;
  g_clear_pointer (&self->own_name, g_free);
  self->is_violated = FALSE;
}

void
transport_link_free (TransportLink *self)
{
  if (self == NULL)
    return;
  forget_transport (self);
  transport_journals_free (self->journals);
  outstanding_free (self->outstanding);
  g_array_unref (self->outcomes);
  g_array_unref (self->recalled);
  g_ptr_array_unref (self->heard);
  g_free (self);
}

/* The transport is gone and reaped: its journal is final. Outcomes that are still here are recorded by their owner first; the journal then adds what it
 * says beyond them. */
static void
retire_journal (TransportLink *self, gboolean is_liar)
{
  if (self->journals != NULL)
    transport_journals_retire (self->journals, is_liar);
}

void
transport_link_fail (TransportLink *self, const GError *error)
{
  g_autoptr (GError) kept = g_error_copy (error);

  retire_journal (self, self->is_violated);
  forget_transport (self);
  self->events->opened (kept, self->data);
}

static void
closed_cb (Peer *peer, PeerEnd end, const char *why, gpointer data)
{
  TransportLink *self = data;
  g_autofree char *said = g_strdup (why);
  gboolean is_liar = end == PEER_VIOLATED || self->is_violated;
  TransportEnd how = is_liar ? TRANSPORT_VIOLATED : self->phase == LINK_CLOSING ? TRANSPORT_ASKED : TRANSPORT_WENT;

  retire_journal (self, is_liar);
  forget_transport (self);
  self->events->closed (how, said, self->data);
}

/* Durable first: from here on its journal proves nothing. Nor do those words of its that are not recorded yet. */
static void
violated_cb (Peer *peer, gpointer data)
{
  TransportLink *self = data;

  self->is_violated = TRUE;
  self->phase = LINK_CLOSING;
  g_array_set_size (self->outcomes, 0);
  g_array_set_size (self->recalled, 0);
  g_ptr_array_set_size (self->heard, 0);
  if (self->journals != NULL)
    transport_journals_disown (self->journals);
}

void
transport_link_drop (TransportLink *self, const char *why)
{
  if (self->peer == NULL || self->is_violated)
    return;
  violated_cb (self->peer, self);
  peer_drop (self->peer, why);
}

gboolean
transport_link_open (TransportLink *self, const Account *account, GError **error)
{
  PeerSpec spec = { .program = account_get_way (account).program, .interface = "org.postrider.Transport2" };

  g_return_val_if_fail (self->phase == LINK_CLOSED && transport_link_is_settled (self), FALSE);
  if (self->journals != NULL && !transport_journals_create (self->journals, error))
    return FALSE;
  self->account = account;
  self->is_proved = account->kind->secret == KIND_SECRET_OAUTH; /* signing in anew brings another token: the first refusal is worth one */
  self->phase = LINK_OPENING;
  self->is_held = FALSE;
  self->open = g_cancellable_new ();
  self->peer = peer_start (&spec, transport_link_ready_cb, closed_cb, self);
  peer_set_violated_func (self->peer, violated_cb);
  return TRUE;
}

static void
drained_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  TransportLink *self;

  pr_transport2_call_drain_finish (PR_TRANSPORT2 (source), result, NULL);
  self = transport_call_end (data, NULL, NULL);
  if (self != NULL && self->peer != NULL)
    peer_close (self->peer);
}

void
transport_link_close (TransportLink *self)
{
  if (self->phase != LINK_OPEN)
    return;
  self->phase = LINK_CLOSING;
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->proxy), DRAIN_TIMEOUT_MS);
  pr_transport2_call_drain (self->proxy, self->open, drained_cb, transport_call_new (self, 0, NULL));
}

/* --- what it says --- */

/* What the store does not know yet: a letter that was put off may have been so because of the secret. */
static gboolean
has_accepted (const TransportLink *self)
{
  for (guint i = 0; i < self->outcomes->len; i++)
    if (g_array_index (self->outcomes, LedgerOutcome, i).outcome == OUTCOME_ACCEPTED)
      return TRUE;
  return FALSE;
}

static void
outcomes_cb (PrTransport2 *proxy, GVariant *rows, gpointer data)
{
  TransportLink *self = data;
  g_autoptr (GError) error = NULL;

  if (self->is_violated)
    return;
  if (!outcomes_parse (rows, self->outstanding, self->outcomes, &error)) {
    transport_link_drop (self, error->message);
    return;
  }
  self->is_proved = self->is_proved || has_accepted (self);
  self->events->outcomes (self->data);
}

static void
paused_cb (PrTransport2 *proxy, const char *reason, const char *text, gpointer data)
{
  TransportLink *self = data;

  if (!self->is_violated)
    self->events->paused (reason, text, self->data);
}

static void
connection_lost_cb (PrTransport2 *proxy, guint endpoint, const char *text, gpointer data)
{
  TransportLink *self = data;

  if (!self->is_violated)
    self->events->lost (TRANSPORT_LOST_CONNECTION, text, self->data);
}

static void
silent_cb (PrTransport2 *proxy, const char *text, gpointer data)
{
  TransportLink *self = data;

  if (!self->is_violated)
    self->events->lost (TRANSPORT_LOST_SILENT, text, self->data);
}

static void
state_changed_cb (PrTransport2 *proxy, guint64 serial, GVariant *records, gpointer data)
{
  TransportLink *self = data;
  g_autoptr (GError) error = NULL;

  if (self->is_violated)
    return;
  if (self->state == NULL)
    transport_link_drop (self, "it has records to keep, and its kind of account has none");
  else if (!transport_state_change (self->state, serial, records, &error))
    transport_link_drop (self, error->message);
}

static void
state_wanted_cb (PrTransport2 *proxy, guint64 serial, const char *const *keys, gpointer data)
{
  TransportLink *self = data;
  g_autoptr (GError) error = NULL;

  if (self->is_violated)
    return;
  if (self->state == NULL)
    transport_link_drop (self, "it asks for records, and its kind of account has none");
  else if (!transport_state_want (self->state, serial, keys, &error))
    transport_link_drop (self, error->message);
}

static void
status_cb (PrTransport2 *proxy, const char *word, const char *text, gpointer data)
{
  static const char *const words[] = { "qr", "authenticated", "ready", "auth-failure", "disconnected", NULL };
  TransportLink *self = data;

  if (self->is_violated)
    return;
  if (!g_strv_contains (words, word)) {
    transport_link_drop (self, "a status that does not exist");
    return;
  }
  if (strcmp (word, "authenticated") == 0)
    self->is_proved = TRUE;
  if (self->events->status != NULL)
    self->events->status (word, text, self->data);
}

void
transport_link_listen (TransportLink *self)
{
  g_signal_connect (self->proxy, "outcomes", G_CALLBACK (outcomes_cb), self);
  g_signal_connect (self->proxy, "need-connection", G_CALLBACK (transport_link_need_connection_cb), self);
  g_signal_connect (self->proxy, "connection-lost", G_CALLBACK (connection_lost_cb), self);
  g_signal_connect (self->proxy, "silent", G_CALLBACK (silent_cb), self);
  g_signal_connect (self->proxy, "paused", G_CALLBACK (paused_cb), self);
  g_signal_connect (self->proxy, "need-secret", G_CALLBACK (transport_link_need_secret_cb), self);
  g_signal_connect (self->proxy, "state-changed", G_CALLBACK (state_changed_cb), self);
  g_signal_connect (self->proxy, "state-wanted", G_CALLBACK (state_wanted_cb), self);
  g_signal_connect (self->proxy, "status", G_CALLBACK (status_cb), self);
  g_signal_connect (self->proxy, "events", G_CALLBACK (transport_link_events_cb), self);
}

/* --- what is known of it --- */

gboolean
transport_link_is_open (const TransportLink *self)
{
  return self->phase == LINK_OPEN;
}

gboolean
transport_link_is_closed (const TransportLink *self)
{
  return self->phase == LINK_CLOSED;
}

gboolean
transport_link_is_reaching (const TransportLink *self)
{
  guint dialing = 0;

  for (guint i = 0; i < KIND_ENDPOINTS_MAX; i++)
    dialing += self->dialing[i];
  return self->phase == LINK_OPENING || dialing > 0;
}

static guint
get_rows_max (void)
{
#ifdef POSTRIDER_KILL_POINTS /* tests/faults: a journal that is full in a second, not in an hour */
  if (g_getenv ("POSTRIDER_JOURNAL_ROWS") != NULL)
    return (guint) g_ascii_strtoull (g_getenv ("POSTRIDER_JOURNAL_ROWS"), NULL, 10);
#endif
  return JOURNAL_ROWS_MAX;
}

gboolean
transport_link_is_full (const TransportLink *self)
{
  return self->sent_count >= get_rows_max ();
}

guint64
transport_link_get_serial (const TransportLink *self)
{
  return self->journals != NULL ? transport_journals_get_serial (self->journals) : 0;
}

guint
transport_link_count_outstanding (const TransportLink *self)
{
  return outstanding_get_count (self->outstanding);
}

guint
transport_link_count_outstanding_of (const TransportLink *self, guint64 campaign)
{
  return outstanding_count_campaign (self->outstanding, campaign);
}

guint64
transport_link_get_first_outstanding (const TransportLink *self, guint64 campaign)
{
  return outstanding_get_first (self->outstanding, campaign);
}

const GArray *
transport_link_get_outcomes (const TransportLink *self)
{
  return self->outcomes;
}

const GArray *
transport_link_get_recalled (const TransportLink *self)
{
  return self->recalled;
}

void
transport_link_note_recorded (TransportLink *self)
{
  g_array_set_size (self->outcomes, 0);
  g_array_set_size (self->recalled, 0);
  transport_link_write_events (self);
}

/* --- what earlier ones left --- */

gboolean
transport_link_is_settled (const TransportLink *self)
{
  return self->journals == NULL || transport_journals_is_settled (self->journals);
}

TransportSettled
transport_link_settle (TransportLink *self, GError **error)
{
  return self->journals == NULL ? TRANSPORT_SETTLED : transport_journals_settle (self->journals, error);
}

const char *
transport_link_get_journal_owner (const TransportLink *self)
{
  return self->journals == NULL ? NULL : transport_journals_get_owner (self->journals);
}

void
transport_link_sweep (Core *core)
{
  recovery_sweep (core);
}
