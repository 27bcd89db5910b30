#include "account-test.h"

#include "contract-keys.h"
#include "domain-check.h"
#include "fault.h"
#include "text.h"
#include "transport-link.h"
#include <string.h>

#define TEXT_MAX 1024           /* octets of one value, as Transport2.Paused.text */
#define WORDS_MAX 64            /* of extensions and mechanisms */
#define WORD_MAX 128

typedef struct { /* task data */
  Core            *core;
  Account         *account;
  TransportLink   *link;    /* NULL: it has said all that it had to */
  gboolean         is_testing;
  char            *address; /* the server's, as the dialer read it from the socket */
  GVariantBuilder *report;
  guint64          size;
} Test;

static void
test_free (gpointer data)
{
  Test *self = data;

  transport_link_free (self->link);
  account_free (self->account);
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

static const char ended_text[] = "the mail transport ended in the middle of the test; postrider doctor says what may be missing";

static void
account_test_fail (GTask *task, GError *error)
{
  g_task_return_error (task, error);
  g_object_unref (task);
}

/* Ends the test with an error instead of a report. (A server that could not be reached was noted by lost_cb().) */
static void
fail_test (GTask *task, GError *error)
{
  Test *self = g_task_get_task_data (task);
  g_autoptr (GError) taken = error;
  g_autofree char *text = NULL;

  if (g_error_matches (taken, G_IO_ERROR, G_IO_ERROR_TIMED_OUT)) {
    text = g_strdup_printf ("the server was reached but did not finish the greeting and login in %d seconds; try again later", TRANSPORT_TEST_TIMEOUT_S);
    account_note_trouble (self->core, self->account->id, "network", text);
    account_test_fail (task, g_error_new_literal (FAULT, FAULT_UNAVAILABLE, text));
  } else if (taken->domain == FAULT || g_error_matches (taken, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    account_test_fail (task, g_steal_pointer (&taken));
  } else {
    account_test_fail (task, g_error_new_literal (FAULT, FAULT_UNAVAILABLE, ended_text));
  }
}

static void
account_test_conclude (GTask *task, const char *const *advice)
{
  Test *self = g_task_get_task_data (task);

  g_variant_builder_add (self->report, "{sv}", KEY_ACCOUNT_TEST_ADDRESS, g_variant_new_string (self->address));
  g_variant_builder_add (self->report, "{sv}", KEY_ACCOUNT_TEST_ADVICE, g_variant_new_strv (advice, -1));
  g_task_return_pointer (task, g_variant_ref_sink (g_variant_builder_end (self->report)), (GDestroyNotify) g_variant_unref);
  g_object_unref (task);
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
    account_test_fail (task, g_steal_pointer (&error));
    return;
  }
  if (warning != NULL)
    g_strv_builder_add (advice, warning);
  if (account_has_own_endpoints (self->account))
    g_strv_builder_add (advice, "this account has endpoints of its own: what is signed in at and sent by is not the provider's unless they are, too (postrider account list --json)");
  domain_check_describe (check, self->account, self->report, advice);
  sentences = g_strv_builder_end (advice);
  account_test_conclude (task, (const char *const *) sentences);
}

/* A report before a handshake or a login that failed proves nothing. Only after a whole success is the limit kept: it also tells
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
  GError *error = NULL;
  g_autoptr (GVariant) raw_report = transport_link_test_finish (result, &self->address, &error);

  if (raw_report == NULL) {
    fail_test (task, error);
    return;
  }
  self->report = g_variant_builder_new (G_VARIANT_TYPE_VARDICT);
  if (!account_test_check_report (raw_report, self->report, &self->size, &error)) {
    transport_link_drop (self->link, error->message);
    account_test_fail (task, error);
    return;
  }
  g_clear_pointer (&self->link, transport_link_free);
  note_result (self, raw_report);
  if (has_worked (raw_report) && self->size != self->account->server_size &&
      !account_set_server_size (self->core, self->account->id, self->size, &error)) {
    g_warning ("the server's limit could not be stored: %s", error->message);
    g_clear_error (&error);
  }
  if (self->account->kind->address != KIND_ADDRESS_EMAIL) { /* a number has no domain */
    account_test_conclude (task, (const char *const[]){ NULL });
    return;
  }
  domain_check_async (self->core->dialer, strrchr (self->account->address, '@') + 1, g_task_get_cancellable (task), domain_checked_cb, task);
}

static void
opened_cb (const GError *error, gpointer data)
{
  GTask *task = data;
  Test *self = g_task_get_task_data (task);

  if (error != NULL) {
    account_test_fail (task, g_error_copy (error));
    return;
  }
  self->is_testing = TRUE;
  transport_link_test_async (self->link, g_task_get_cancellable (task), tested_cb, task);
}

static void
lost_cb (TransportLoss loss, const char *text, gpointer data)
{
  Test *self = g_task_get_task_data (data);

  account_note_trouble (self->core, self->account->id, "network", text);
}

static void
closed_cb (TransportEnd end, const char *why, gpointer data)
{
  Test *self = g_task_get_task_data (data);

  if (!self->is_testing) /* a test at work fails by itself */
    account_test_fail (data, g_error_new_literal (FAULT, FAULT_UNAVAILABLE, ended_text));
}

/* Before anything is started: the password is there to be had. */
static gboolean
has_secret (Test *self, GError **error)
{
  g_autoptr (SecretBytes) secret = account_get_secret (self->core, self->account, error);

  return secret != NULL;
}

void
account_test_async (Core *core, const Account *account, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  static const TransportEvents events = { .opened = opened_cb, .lost = lost_cb, .closed = closed_cb };
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  Test *self = g_new0 (Test, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, account_test_async);
  g_task_set_task_data (task, self, test_free);
  self->core = core;
  self->account = account_load_id (core, account->id, &error);
  self->link = transport_link_new (core, TRANSPORT_TRIES, 0, &events, task);
  if (self->account == NULL || !has_secret (self, &error) || !transport_link_open (self->link, self->account, &error))
    account_test_fail (task, error);
}

GVariant *
account_test_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
