/* From a process that has just started to an account that is open. */
#include "transport-link-private.h"

#include "contract-keys.h"
#include "descriptor.h"
#include "fault.h"
#include "own-name.h"
#include <errno.h>
#include <gio/gunixfdlist.h>
#include <sys/mman.h>
#include <unistd.h>

#define CALL_TIMEOUT_MS 60000 /* chosen: compiling and taking rows is milliseconds; a stalled one must not hold its owner */

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  gboolean is_open = pr_transport2_call_open_account_finish (PR_TRANSPORT2 (source), NULL, result, &error);
  TransportLink *self = transport_call_end (data, NULL, NULL);

  if (self == NULL || self->is_violated || (!is_open && transport_call_is_gone (error)))
    return;
  if (!is_open && transport_call_is_stalling (error)) {
    transport_link_drop (self, error->message);
    return;
  }
  if (!is_open) {
    error = transport_call_translate (error);
    transport_link_fail (self, error);
    return;
  }
  self->phase = LINK_OPEN;
  self->events->opened (NULL, self->data);
}

static GVariant *
make_settings (TransportLink *self, const char *own_name, gint64 renew_utc)
{
  g_autoptr (GVariant) plain = g_variant_ref_sink (account_to_transport_settings (self->account, own_name));
  GVariantDict settings;

  g_variant_dict_init (&settings, plain);
  if (renew_utc > 0)
    g_variant_dict_insert (&settings, KEY_TRANSPORT_EXPIRES, "x", renew_utc);
  if (self->purpose != TRANSPORT_SENDS)
    return g_variant_dict_end (&settings);
  g_variant_dict_insert (&settings, KEY_TRANSPORT_CONNECTIONS, "u", self->connections);
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

/* Nothing is sent, so nothing has to be proved: a journal that vanishes with its last fd. */
static int
make_unkept_journal (gint64 account, GError **error)
{
  JournalHeader header = { .account = (guint64) account };
  guint8 record[JOURNAL_RECORD_LEN];
  int fd = memfd_create ("journal", MFD_CLOEXEC);

  journal_header_write (&header, record);
  if (fd >= 0 && write (fd, record, sizeof record) == (gssize) sizeof record)
    return fd;
  g_set_error (error, FAULT, FAULT_OS, "no memory for a journal: %s", g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

/* Returns: its number in `fds`, or -1. So the next. */
static int
append_journal (TransportLink *self, GUnixFDList *fds, GError **error)
{
  int unkept = self->journals == NULL ? make_unkept_journal (self->account->id, error) : -1;
  int fd = self->journals == NULL ? unkept : transport_journals_get_fd (self->journals);
  int at = fd >= 0 ? g_unix_fd_list_append (fds, fd, error) : -1;

  if (unkept >= 0)
    close (unkept);
  return at;
}

static int
append_state (TransportLink *self, GUnixFDList *fds, GError **error)
{
  g_autoptr (GBytes) state = account_records_read_first (self->core, self->account, error);
  gsize len = 0;
  const void *data = state != NULL ? g_bytes_get_data (state, &len) : NULL;
  int fd = state != NULL ? descriptor_seal ("state", data, len, error) : -1;
  int at = fd >= 0 ? g_unix_fd_list_append (fds, fd, error) : -1;

  if (fd >= 0)
    close (fd);
  return at;
}

static gboolean
call_open_account (TransportLink *self, const SecretBytes *secret, gint64 renew_utc, GError **error)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  int at_secret = transport_link_append_secret (fds, secret, error);
  int at_journal = at_secret >= 0 ? append_journal (self, fds, error) : -1;
  int at_state = at_journal >= 0 ? append_state (self, fds, error) : -1;

  if (at_state < 0)
    return FALSE;
  pr_transport2_call_open_account (self->proxy, self->account->kind->word, make_settings (self, self->own_name, renew_utc), g_variant_new_handle (at_secret),
                                   g_variant_new_handle (at_journal), g_variant_new_handle (at_state), fds, self->open, opened_cb,
                                   transport_call_new (self, 0, NULL));
  return TRUE;
}

static void
open_account (TransportLink *self, const SecretBytes *secret, gint64 renew_utc, const GError *failed)
{
  g_autoptr (GError) error = failed != NULL ? g_error_copy (failed) : NULL;

  if (failed != NULL || !call_open_account (self, secret, renew_utc, &error))
    transport_link_fail (self, error);
}

/* own_name: "": the address literal. */
static void
open_as (TransportLink *self, const char *own_name)
{
  g_free (self->own_name);
  self->own_name = g_strdup (own_name);
  transport_link_fetch_secret (self, open_account);
}

static void
named_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *own_name = own_name_find_finish (result);
  TransportLink *self = transport_call_end (data, NULL, NULL);

  if (self != NULL && !self->is_violated)
    open_as (self, own_name);
}

static gboolean
transport_link_speak (TransportLink *self, GError **error)
{
  self->proxy = pr_transport2_proxy_new_sync (peer_get_connection (self->peer), G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL, PEER_PATH, NULL, error);
  if (self->proxy == NULL)
    return FALSE;
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->proxy), CALL_TIMEOUT_MS);
  if (self->purpose == TRANSPORT_SENDS && self->account->kind->records != NULL)
    self->state = transport_state_new (self->core, self->account, self->proxy);
  if (self->purpose == TRANSPORT_SENDS)
    transport_link_listen (self);
  return TRUE;
}

void
transport_link_ready_cb (Peer *peer, const GError *failed, gpointer data)
{
  TransportLink *self = data;
  g_autoptr (GError) error = failed != NULL ? g_error_copy (failed) : NULL;

  if (failed != NULL || !transport_link_speak (self, &error)) {
    transport_link_fail (self, error);
  } else if (self->purpose == TRANSPORT_COMPOSES) {
    self->phase = LINK_OPEN;
    self->events->opened (NULL, self->data);
  } else if (account_wants_own_name (self->account)) {
    own_name_find_async (self->core->dialer, self->open, named_cb, transport_call_new (self, 0, NULL));
  } else {
    open_as (self, "");
  }
}
