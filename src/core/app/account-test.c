#include "account-test.h"

#include "contract-keys.h"
#include "contract-transport1.h"
#include "dialer.h"
#include "domain-check.h"
#include "fault.h"
#include "journal.h"
#include "own-name.h"
#include "peer.h"
#include "text.h"
#include <errno.h>
#include <gio/gunixfdlist.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DIAL_TIMEOUT_MS 60000   /* chosen: a person is waiting */
#define TEST_TIMEOUT_MS 150000  /* chosen: some servers make a stranger wait half a minute for the greeting */
#define TEXT_MAX 1024           /* octets of one value, as Transport1.Paused.text */
#define WORDS_MAX 64            /* of extensions and mechanisms */
#define WORD_MAX 128

typedef struct { /* task data */
  Core            *core;
  Account         *account;
  SecretBytes     *secret;
  Peer            *peer;
  PrTransport1    *proxy;
  int              socket;
  char            *address; /* the peer's, as the dialer read it from the socket */
  GVariantBuilder *report;
  guint64          size;
} Test;

static void
test_free (gpointer data)
{
  Test *self = data;

  peer_free (self->peer);
  g_clear_object (&self->proxy);
  secret_bytes_free (self->secret);
  account_free (self->account);
  if (self->socket >= 0)
    close (self->socket);
  g_free (self->address);
  g_clear_pointer (&self->report, g_variant_builder_unref);
  g_free (self);
}

/* --- the transport's report --- */

static const struct { const char *key, *type; } report_rows[] = {
  { KEY_ACCOUNT_TEST_GREETING, "s" }, { KEY_ACCOUNT_TEST_TLS, "s" }, { KEY_ACCOUNT_TEST_FINGERPRINT, "s" },
  { KEY_ACCOUNT_TEST_SUBJECT, "s" }, { KEY_ACCOUNT_TEST_ISSUER, "s" }, { KEY_ACCOUNT_TEST_EXPIRES, "x" },
  { KEY_ACCOUNT_TEST_VERIFIED, "b" }, { KEY_ACCOUNT_TEST_VERIFY_ERROR, "s" }, { KEY_ACCOUNT_TEST_EXTENSIONS, "as" },
  { KEY_ACCOUNT_TEST_MECHANISMS, "as" }, { KEY_ACCOUNT_TEST_SIZE, "t" }, { KEY_ACCOUNT_TEST_LOGGED_IN, "b" },
  { KEY_ACCOUNT_TEST_REPLY, "s" }, { KEY_ACCOUNT_TEST_PROBLEM, "s" }, { KEY_ACCOUNT_TEST_REASON, "s" },
};

static GVariant *
cap_words (GVariant *raw)
{
  GVariantBuilder builder;
  gsize count = raw != NULL ? MIN (g_variant_n_children (raw), WORDS_MAX) : 0;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_STRING_ARRAY);
  for (gsize i = 0; i < count; i++) {
    const char *word = NULL;
    g_autofree char *shown = NULL;

    g_variant_get_child (raw, i, "&s", &word);
    shown = text_printable (word, -1, WORD_MAX);
    g_variant_builder_add (&builder, "s", shown);
  }
  return g_variant_builder_end (&builder);
}

static GVariant *
cap_value (GVariant *raw, const char *type)
{
  g_autofree char *shown = NULL;

  switch (*type) {
  case 's':
    shown = text_printable (raw != NULL ? g_variant_get_string (raw, NULL) : "", -1, TEXT_MAX);
    return g_variant_new_string (shown);
  case 'a':
    return cap_words (raw);
  case 'x':
    return g_variant_new_int64 (raw != NULL ? g_variant_get_int64 (raw) : 0);
  case 't':
    return g_variant_new_uint64 (raw != NULL ? g_variant_get_uint64 (raw) : 0);
  default:
    return g_variant_new_boolean (raw != NULL && g_variant_get_boolean (raw));
  }
}

gboolean
account_test_check_report (GVariant *raw_report, GVariantBuilder *out_report, guint64 *out_size, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (report_rows); i++) {
    g_autoptr (GVariant) raw = g_variant_lookup_value (raw_report, report_rows[i].key, NULL);

    if (raw != NULL && !g_variant_is_of_type (raw, G_VARIANT_TYPE (report_rows[i].type))) {
      g_set_error (error, FAULT, FAULT_PROTOCOL, "the transport's report has a wrong value for %s; it was ended", report_rows[i].key);
      return FALSE;
    }
    g_variant_builder_add (out_report, "{sv}", report_rows[i].key, cap_value (raw, report_rows[i].type));
    if (raw != NULL && strcmp (report_rows[i].key, KEY_ACCOUNT_TEST_SIZE) == 0)
      *out_size = g_variant_get_uint64 (raw);
  }
  return TRUE;
}

/* --- step by step; each one takes the task and hands it on --- */

static void
fail (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* A call to the transport went wrong: its own words when it said some, else ours. */
static void
fail_call (GTask *task, GError *error)
{
  Test *self = g_task_get_task_data (task);
  g_autoptr (GError) taken = error;
  g_autofree char *text = NULL;

  if (g_error_matches (taken, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    fail (task, g_steal_pointer (&taken));
  } else if (g_dbus_error_is_remote_error (taken)) {
    fault_strip_remote (taken);
    text = text_printable (taken->message, -1, TEXT_MAX);
    fail (task, g_error_new_literal (FAULT, FAULT_UNAVAILABLE, text));
  } else if (g_error_matches (taken, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) {
    text = g_strdup_printf ("the server was reached but did not finish the greeting and login in %d seconds; try again later", TEST_TIMEOUT_MS / 1000);
    account_note_trouble (self->core, self->account->id, "network", text);
    fail (task, g_error_new_literal (FAULT, FAULT_UNAVAILABLE, text));
  } else {
    fail (task, g_error_new (FAULT, FAULT_UNAVAILABLE, "the mail transport ended in the middle of the test; postrider doctor says what may be missing"));
  }
}

static void
domain_checked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Test *self = g_task_get_task_data (task);
  g_autoptr (GStrvBuilder) advice = g_strv_builder_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (DomainCheck) check = domain_check_finish (result, &error);
  g_autofree char *warning = account_check_sender (self->account, self->account->address);
  g_auto (GStrv) sentences = NULL;

  if (check == NULL) {
    fail (task, g_steal_pointer (&error));
    return;
  }
  if (warning != NULL)
    g_strv_builder_add (advice, warning);
  domain_check_describe (check, self->account, self->report, advice);
  sentences = g_strv_builder_end (advice);
  g_variant_builder_add (self->report, "{sv}", KEY_ACCOUNT_TEST_ADDRESS, g_variant_new_string (self->address));
  g_variant_builder_add (self->report, "{sv}", KEY_ACCOUNT_TEST_ADVICE, g_variant_new_strv ((const char *const *) sentences, -1));
  g_task_return_pointer (task, g_variant_ref_sink (g_variant_builder_end (self->report)), (GDestroyNotify) g_variant_unref);
  g_object_unref (task);
}

/* What was said before a handshake or a login that failed proves nothing. Only after a whole success is the limit kept: it also tells
 * the lane that this account has worked before. */
static gboolean
has_worked (GVariant *raw_report)
{
  const char *problem = "";

  return !g_variant_lookup (raw_report, KEY_ACCOUNT_TEST_PROBLEM, "&s", &problem) || *problem == '\0';
}

static void
note_result (Test *self, GVariant *raw_report)
{
  const char *problem = "", *reason = "";

  if (has_worked (raw_report)) {
    account_note_worked (self->core, self->account->id);
    return;
  }
  g_variant_lookup (raw_report, KEY_ACCOUNT_TEST_PROBLEM, "&s", &problem);
  g_variant_lookup (raw_report, KEY_ACCOUNT_TEST_REASON, "&s", &reason);
  account_note_trouble (self->core, self->account->id, reason, problem);
}

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Test *self = g_task_get_task_data (task);
  g_autoptr (GVariant) raw_report = NULL;
  GError *error = NULL;

  if (!pr_transport1_call_test_finish (PR_TRANSPORT1 (source), &raw_report, result, &error)) {
    fail_call (task, error);
    return;
  }
  self->report = g_variant_builder_new (G_VARIANT_TYPE_VARDICT);
  if (!account_test_check_report (raw_report, self->report, &self->size, &error)) {
    peer_drop (self->peer, error->message);
    fail (task, error);
    return;
  }
  peer_close (self->peer);
  note_result (self, raw_report);
  if (has_worked (raw_report) && self->size != self->account->server_size &&
      !account_set_server_size (self->core, self->account->id, self->size, &error)) {
    g_warning ("the server's limit could not be stored: %s", error->message);
    g_clear_error (&error);
  }
  domain_check_async (self->core->dialer, strrchr (self->account->address, '@') + 1, g_task_get_cancellable (task), domain_checked_cb, task);
}

static void
connection_added_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  GError *error = NULL;

  if (!pr_transport1_call_add_connection_finish (PR_TRANSPORT1 (source), NULL, result, &error))
    fail_call (task, error);
  else
    pr_transport1_call_test (PR_TRANSPORT1 (source), g_task_get_cancellable (task), tested_cb, task);
}

static void
account_opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Test *self = g_task_get_task_data (task);
  g_autoptr (GUnixFDList) fds = NULL;
  GError *error = NULL;

  if (!pr_transport1_call_open_account_finish (PR_TRANSPORT1 (source), NULL, result, &error)) {
    fail_call (task, error);
    return;
  }
  fds = g_unix_fd_list_new_from_array (&self->socket, 1); /* taken */
  self->socket = -1;
  pr_transport1_call_add_connection (self->proxy, g_variant_new_handle (0), dialer_is_loopback (self->address), fds, g_task_get_cancellable (task), connection_added_cb, task);
}

/* Nothing is sent in a test, so nothing has to be proved: a journal that vanishes with its last fd. */
static int
make_journal (gint64 account, GError **error)
{
  JournalHeader header = { .account = (guint64) account };
  guint8 record[JOURNAL_RECORD_LEN];
  int fd = memfd_create ("journal", MFD_CLOEXEC);

  journal_header_write (&header, record);
  if (fd >= 0 && write (fd, record, sizeof record) == (gssize) sizeof record)
    return fd;
  g_set_error (error, FAULT, FAULT_OS, "no memory for the test's journal: %s", g_strerror (errno));
  if (fd >= 0)
    close (fd);
  return -1;
}

/* Secret and journal. Returns: (transfer full), or NULL. */
static GUnixFDList *
make_fds (Test *self, GError **error)
{
  int fds[2] = { secret_bytes_to_memfd (self->secret, error), -1 };

  if (fds[0] < 0)
    return NULL;
  fds[1] = make_journal (self->account->id, error);
  if (fds[1] >= 0)
    return g_unix_fd_list_new_from_array (fds, 2);
  close (fds[0]);
  return NULL;
}

static void
open_account (GTask *task, const char *own_name)
{
  Test *self = g_task_get_task_data (task);
  g_autoptr (GUnixFDList) fds = NULL;
  GError *error = NULL;

  fds = make_fds (self, &error);
  g_clear_pointer (&self->secret, secret_bytes_free); /* handed on, or of no use */
  if (fds == NULL) {
    fail (task, error);
    return;
  }
  pr_transport1_call_open_account (self->proxy, account_to_transport_settings (self->account, own_name), g_variant_new_handle (0), g_variant_new_handle (1), fds,
                                   g_task_get_cancellable (task), account_opened_cb, task);
}

static void
named_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree char *own_name = own_name_find_finish (result);

  open_account (data, own_name);
}

static void
ready_cb (Peer *peer, const GError *problem, gpointer data)
{
  GTask *task = data;
  Test *self = g_task_get_task_data (task);
  GError *error = NULL;

  if (problem != NULL) {
    fail (task, g_error_copy (problem));
    return;
  }
  self->proxy = pr_transport1_proxy_new_sync (peer_get_connection (peer), G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS,
                                              NULL, PEER_PATH, NULL, &error);
  if (self->proxy == NULL) {
    fail (task, error);
    return;
  }
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->proxy), TEST_TIMEOUT_MS);
  if (account_wants_own_name (self->account))
    own_name_find_async (self->core->dialer, g_task_get_cancellable (task), named_cb, task);
  else
    open_account (task, "");
}

static void
dialled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Test *self = g_task_get_task_data (task);
  PeerSpec spec = { .program = "smtp", .interface = "org.postrider.Transport1" };
  GError *error = NULL;

  self->socket = dialer_connect_finish (self->core->dialer, result, &self->address, &error);
  if (self->socket < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    account_note_trouble (self->core, self->account->id, "network", error->message);
  if (self->socket < 0)
    fail (task, error);
  else
    self->peer = peer_start (&spec, ready_cb, NULL, task); /* its end makes the pending call fail */
}

void
account_test_async (Core *core, const Account *account, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  Test *self = g_new0 (Test, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, account_test_async);
  g_task_set_task_data (task, self, test_free);
  self->core = core;
  self->socket = -1;
  self->account = account_load_id (core, account->id, &error);
  self->secret = self->account != NULL ? account_get_secret (core, self->account, &error) : NULL;
  if (self->secret == NULL)
    fail (task, error);
  else
    dialer_connect_async (core->dialer, self->account->host, self->account->port, DIAL_TIMEOUT_MS, cancellable, dialled_cb, task);
}

GVariant *
account_test_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
