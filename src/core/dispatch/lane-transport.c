/* What becomes of what a lane's transport says: which words are a wait, which are for a person. */
#include "contract-keys.h"
#include "lane-private.h"

#include "fault.h"
#include "files.h"
#include "kill-point.h"
#include "message.h"
#include <gio/gunixfdlist.h>
#include <string.h>

#define CONNECTIONS_DEFAULT 2
#define CONNECTIONS_MAX 50
#define DEATHS_MAX 5              /* in a row without an answer in between: something is wrong that waiting does not mend */
#define LOSSES_MAX 3
#define CERTIFICATE_PATIENCE_US (5 * 60 * (gint64) G_USEC_PER_SEC) /* a captive portal is left within minutes; a bad certificate is not */
#define QUOTA_WAIT_S 3600

/* --- its beginning --- */

guint
lane_get_connections (Lane *self)
{
  guint wanted = account_get_number (self->account, SETTING_CONNECTIONS);

  for (guint i = 0; i < self->campaigns->len; i++) {
    guint asked = ((LaneCampaign *) g_ptr_array_index (self->campaigns, i))->campaign->connections;

    if (asked > 0)
      wanted = asked;
  }
  return CLAMP (wanted > 0 ? wanted : CONNECTIONS_DEFAULT, 1, CONNECTIONS_MAX);
}

void
lane_open_transport (Lane *self)
{
  g_autoptr (GError) error = NULL;
  Account *account;

  if (!transport_link_is_closed (self->link) || !transport_link_is_settled (self->link))
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
  transport_link_set_connections (self->link, lane_get_connections (self));
  if (!transport_link_open (self->link, account, &error))
    lane_wait (self, "disk", error->message, LANE_DISK_RETRY_S);
}

static void
begin_all (Lane *self)
{
  for (guint i = 0; i < self->campaigns->len; i++)
    lane_begin (self, g_ptr_array_index (self->campaigns, i));
}

static gboolean
is_person_needed (const GError *error)
{
  return error->domain == FAULT && (error->code == FAULT_NO_PERM || error->code == FAULT_NO_USER || error->code == FAULT_CONFIG || error->code == FAULT_UNAVAILABLE);
}

static void
opened_cb (const GError *error, gpointer data)
{
  Lane *self = data;

  if (error == NULL) {
    begin_all (self);
    lane_wake (self);
  } else if (is_person_needed (error)) {
    lane_pause_all (self, error->code == FAULT_NO_PERM ? kind_secret_to_reason (self->account->kind->secret) : "account", error->message);
  } else {
    lane_wait (self, g_error_matches (error, FAULT, FAULT_TEMP) ? "network" : "system", error->message, 0); /* TEMP: a provider that gives no token for now */
  }
}

/* --- campaigns --- */

static void
begun_cb (guint64 campaign, gpointer tag, TransportBegun *begun, const GError *error, gpointer data)
{
  Lane *self = data;
  LaneCampaign *entry = lane_find_campaign (self, campaign);

  if (entry == NULL)
    return;
  entry->is_beginning = FALSE;
  entry->is_begun = begun != NULL;
  if (begun == NULL)
    lane_pause_one (self, entry, "template", error->message);
  lane_wake (self);
}

void
lane_begin (Lane *self, LaneCampaign *entry)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) columns = NULL;
  GVariant *files;
  TransportMessage message;

  if (!transport_link_is_open (self->link) || entry->is_begun || entry->is_beginning || entry->is_stopping)
    return;
  files = files_give (self->core, entry->campaign->id, fds, &error);
  if (files == NULL) {
    lane_pause_one (self, entry, "attachment", error->message);
    return;
  }
  message_of_campaign (entry->campaign, &message);
  columns = (GStrv) message.columns; /* NOLINT(clang-analyzer-deadcode.DeadStores): freed at the end of its scope */
  message.files = files;
  message.fds = fds;
  entry->is_beginning = TRUE;
  transport_link_begin (self->link, &message, NULL);
}

/* --- rows --- */

static void
outcomes_cb (gpointer data)
{
  lane_wake (data);
}

static void
recalled_cb (guint64 campaign, gpointer data)
{
  KILL_POINT ("core-recalled");
  lane_wake (data);
}

/* --- trouble --- */

static void
lost_cb (TransportLoss loss, const char *text, gpointer data)
{
  Lane *self = data;

  switch (loss) {
  case TRANSPORT_LOST_CONNECTION:
    lane_note_reply (self, text);
    if (++self->losses >= LOSSES_MAX && self->reason == NULL)
      lane_wait (self, "network", text, 0);
    break;
  case TRANSPORT_LOST_DIAL:
    if (self->reason != NULL)
      break;
    lane_note_trouble (self, "network", text);
    lane_wait (self, "network", text, 0);
    break;
  case TRANSPORT_LOST_SILENT:
    if (self->reason == NULL)
      lane_try_again (self, "network", text);
    break;
  }
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
paused_cb (const char *reason, const char *text, gpointer data)
{
  Lane *self = data;

  lane_note_reply (self, text);
  lane_note_trouble (self, reason, text);
  if (wait_for (self, reason, text))
    return;
  self->is_refusing = TRUE;
  lane_pause_all (self, reason, text);
}

/* Of the account, not of a campaign. What needs a person comes as a pause of its own; one that hangs up dials again by itself. */
static void
status_cb (const char *word, const char *text, gpointer data)
{
  Lane *self = data;

  if (strcmp (word, "disconnected") == 0 && self->reason == NULL)
    lane_try_again (self, "network", text);
}

/* --- its end --- */

static void
forget_begun (Lane *self)
{
  self->is_recalling = self->is_refusing = FALSE;
  for (guint i = 0; i < self->campaigns->len; i++) {
    LaneCampaign *entry = g_ptr_array_index (self->campaigns, i);

    entry->is_begun = entry->is_beginning = FALSE;
  }
}

static void
closed_cb (TransportEnd end, const char *why, gpointer data)
{
  Lane *self = data;

  forget_begun (self);
  if (end != TRANSPORT_ASKED) {
    g_warning ("the sending process of account %s %s: %s", self->account->name, end == TRANSPORT_VIOLATED ? "was dropped" : "ended", why);
    if (++self->deaths >= DEATHS_MAX)
      lane_pause_all (self, "transport", "the sending process ends again and again; `postrider doctor` may say why");
    else
      lane_wait (self, "transport", end == TRANSPORT_VIOLATED ? "the sending process broke the rules and was dropped; a fresh one starts"
                                                              : "the sending process ended; a fresh one starts", 1);
  }
  lane_wake (self);
}

TransportLink *
lane_make_link (Lane *self)
{
  static const TransportEvents events = {
    .opened = opened_cb, .begun = begun_cb, .outcomes = outcomes_cb, .recalled = recalled_cb, .paused = paused_cb, .lost = lost_cb, .status = status_cb,
    .closed = closed_cb,
  };

  return transport_link_new (self->core, TRANSPORT_SENDS, self->account_id, &events, self);
}
