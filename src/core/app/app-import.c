#include "app-pending.h"

#include "campaigns.h"
#include "consent.h"
#include "contract-keys.h"
#include "descriptor.h"
#include "fault.h"
#include "import-undo.h"
#include "import.h"
#include "look.h"
#include "suppress-rows.h"
#include "suppression.h"
#include "text.h"
#include <gio/gunixfdlist.h>
#include <string.h>
#include <unistd.h>

#define REASON_MAX 256   /* octets; contract: SuppressAdd */
#define HEADER_MAX 9999 /* contract: four digits; the worker looks among the first 100 rows */

typedef struct { /* one call of Import or SuppressImport */
  AppClient             *client;
  GDBusMethodInvocation *invocation;
  Import                *import;
  SuppressRows          *suppress; /* or NULL */
  GCancellable          *gone;
  gulong                 gone_handler;
} AppImport;

static void
call_free (AppImport *self)
{
  if (self->gone_handler != 0)
    g_cancellable_disconnect (self->gone, self->gone_handler);
  g_object_unref (self->gone);
  app_release (self->client->core);
  import_free (self->import);
  suppress_rows_free (self->suppress);
  app_client_unref (self->client);
  g_free (self);
}

static GVariant *
counts_to_variant (GHashTable *counts)
{
  GVariantBuilder builder;
  GHashTableIter iter;
  gpointer word, count;

  g_variant_builder_init (&builder, G_VARIANT_TYPE ("a{st}"));
  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, &word, &count))
    g_variant_builder_add (&builder, "{st}", (const char *) word, *(guint64 *) count);
  return g_variant_builder_end (&builder);
}

static GVariant *
report_to_variant (const ImportReport *report)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, KEY_IMPORT_REPORT_READ, "t", report->read);
  g_variant_dict_insert (&dict, KEY_IMPORT_REPORT_NEW, "t", report->created);
  g_variant_dict_insert (&dict, KEY_IMPORT_REPORT_UPDATED, "t", report->updated);
  g_variant_dict_insert (&dict, KEY_IMPORT_REPORT_MERGED, "t", report->merged);
  g_variant_dict_insert (&dict, KEY_IMPORT_REPORT_UNCHANGED, "t", report->unchanged);
  g_variant_dict_insert_value (&dict, KEY_IMPORT_REPORT_REJECTED, counts_to_variant (report->rejected));
  g_variant_dict_insert_value (&dict, KEY_IMPORT_REPORT_LEFT_OUT, counts_to_variant (report->left_out));
  g_variant_dict_insert (&dict, KEY_IMPORT_REPORT_FORMAT, "s", report->format);
  g_variant_dict_insert (&dict, KEY_IMPORT_REPORT_ENCODING, "s", report->encoding);
  g_variant_dict_insert (&dict, KEY_IMPORT_REPORT_FIELDS, "^as", report->fields);
  if (report->undo > 0)
    g_variant_dict_insert (&dict, KEY_IMPORT_REPORT_IMPORT, "t", (guint64) report->undo);
  g_variant_dict_insert_value (&dict, KEY_IMPORT_REPORT_HINTS, counts_to_variant (report->hints));
  g_variant_dict_insert (&dict, KEY_IMPORT_REPORT_SUPPRESSED, "t", (guint64) report->suppressed);
  g_variant_dict_insert (&dict, KEY_IMPORT_REPORT_NOTES, "^as", report->notes);
  return g_variant_dict_end (&dict);
}

static GVariant *
suppress_report_to_variant (const ImportReport *report, const SuppressRows *rows)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, KEY_IMPORT_REPORT_READ, "t", report->read);
  g_variant_dict_insert (&dict, KEY_IMPORT_REPORT_ADDED, "t", report->created);
  g_variant_dict_insert (&dict, KEY_IMPORT_REPORT_KNOWN, "t", report->unchanged);
  g_variant_dict_insert (&dict, KEY_IMPORT_REPORT_DOMAINS, "t", suppress_rows_get_domains (rows));
  g_variant_dict_insert_value (&dict, KEY_IMPORT_REPORT_REJECTED, counts_to_variant (report->rejected));
  g_variant_dict_insert (&dict, KEY_IMPORT_REPORT_FORMAT, "s", report->format);
  g_variant_dict_insert (&dict, KEY_IMPORT_REPORT_ENCODING, "s", report->encoding);
  return g_variant_dict_end (&dict);
}

static void
rejects_cb (GVariant *frame, gpointer data)
{
  AppImport *self = data;

  GDBusInterfaceSkeleton *skeleton = G_DBUS_INTERFACE_SKELETON (self->client->skeleton);

  /* not the generated function: that takes `ay` for a string. On this connection only */
  g_dbus_connection_emit_signal (self->client->connection, NULL, g_dbus_interface_skeleton_get_object_path (skeleton), "org.postrider.App1",
                                 "ImportRejected", g_variant_new ("(@ay)", frame), NULL);
}

static void
progress_cb (guint64 rows, guint64 reading, guint64 size, gpointer data)
{
  AppImport *self = data;

  pr_app1_emit_import_progress (self->client->skeleton, rows, reading, size);
}

static gboolean
free_later_cb (gpointer data)
{
  call_free (data);
  return G_SOURCE_REMOVE;
}

static void
done_cb (const ImportReport *report, const GError *error, gpointer data)
{
  AppImport *self = data;

  if (report != NULL && (self->suppress != NULL || report->suppressed > 0))
    campaigns_suppressed (self->client->core);
  if (report != NULL && self->suppress != NULL)
    pr_app1_complete_suppress_import (self->client->skeleton, self->invocation, NULL, suppress_report_to_variant (report, self->suppress));
  else if (report != NULL)
    pr_app1_complete_import (self->client->skeleton, self->invocation, NULL, report_to_variant (report));
  else
    app_return_error (self->invocation, g_error_copy (error));
  g_idle_add (free_later_cb, self); /* not here: the import, or the cancellable, is still calling us */
}

static void
gone_cb (GCancellable *gone, gpointer data)
{
  AppImport *self = data;

  import_cancel (self->import);
}

/* --- options --- */

typedef struct {
  const char *name, *type;
} OptionType;

static const OptionType options[] = {
  { KEY_IMPORT_FORMAT, "s" }, { KEY_IMPORT_ENCODING, "s" }, { KEY_IMPORT_REGION, "s" }, { KEY_IMPORT_SHEET, "s" },
  { KEY_IMPORT_HEADER, "s" }, { KEY_IMPORT_MAP, "a{ss}" }, { KEY_IMPORT_OTHERS, "a{ss}" }, { KEY_IMPORT_CONSENT, "s" },
  { KEY_IMPORT_CONSENT_COLUMN, "s" }, { KEY_IMPORT_CONSENT_TIME, "s" }, { KEY_IMPORT_AGAIN_CONSENTED, "b" }, { KEY_IMPORT_DRY_RUN, "b" },
  { KEY_IMPORT_NAME, "s" }, { KEY_IMPORT_SEVERAL, "s" }, { KEY_IMPORT_LEFT, "s" },
  { 0 } };
static const OptionType suppress_options[] = {
  { KEY_IMPORT_FORMAT, "s" }, { KEY_IMPORT_ENCODING, "s" }, { KEY_IMPORT_REGION, "s" }, { KEY_IMPORT_SHEET, "s" },
  { KEY_IMPORT_HEADER, "s" }, { KEY_IMPORT_MAP, "a{ss}" }, { KEY_IMPORT_OTHERS, "a{ss}" }, { KEY_IMPORT_DRY_RUN, "b" },
  { KEY_IMPORT_NAME, "s" }, { KEY_IMPORT_REASON, "s" }, { KEY_IMPORT_ALL, "b" },
  { 0 } };

static const struct {
  const char *name, *words[12], *advice;
} choices[] = {
  { KEY_IMPORT_FORMAT, { "auto", "csv", "xlsx", "text" }, "auto, csv, xlsx or text" },
  { KEY_IMPORT_SEVERAL, { "listed", "first", "each" }, "listed, first or each" },
  { KEY_IMPORT_LEFT, { "listed", "take", "suppress" }, "listed, take or suppress" },
};

static gboolean
check_types (GVariant *dict, const OptionType *known, GError **error)
{
  GVariantIter iter;
  const char *name;
  GVariant *value;

  g_variant_iter_init (&iter, dict);
  while (g_variant_iter_next (&iter, "{&sv}", &name, &value)) {
    g_autoptr (GVariant) owned = value;
    gboolean is_known = FALSE;

    for (gsize i = 0; known[i].name != NULL; i++)
      is_known |= strcmp (name, known[i].name) == 0 && g_variant_is_of_type (owned, G_VARIANT_TYPE (known[i].type));
    if (!is_known) {
      g_set_error (error, FAULT, FAULT_USAGE, "import knows no option “%s” of this type", name);
      return FALSE;
    }
  }
  return TRUE;
}

static const char *
get_option (GVariant *dict, const char *name, const char *fallback)
{
  const char *text = fallback;

  g_variant_lookup (dict, name, "&s", &text);
  return text;
}

static gboolean
check_choices (GVariant *dict, GError **error)
{
  for (gsize i = 0; i < G_N_ELEMENTS (choices); i++) {
    const char *given = get_option (dict, choices[i].name, choices[i].words[0]);
    gboolean is_known = FALSE;

    for (gsize j = 0; choices[i].words[j] != NULL; j++)
      is_known |= strcmp (given, choices[i].words[j]) == 0;
    if (!is_known) {
      g_set_error (error, FAULT, FAULT_USAGE, "“%s” is no %s: give %s", given, choices[i].name, choices[i].advice);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
is_line (const char *text, gsize max)
{
  g_autofree char *shown = text_printable (text, -1, max + 8);

  return strlen (text) <= max && strcmp (text, shown) == 0;
}

/* The worker knows which ones there are; these are the contract's words. */
static gboolean
is_word (const char *text, gsize max)
{
  for (const char *p = text; *p != '\0'; p++)
    if (!g_ascii_isalnum (*p) && strchr ("-_.", *p) == NULL)
      return FALSE;
  return strlen (text) <= max;
}

static gboolean
is_header (const char *word)
{
  static const char *const words[] = { "auto", "yes", "no", NULL };

  return g_strv_contains (words, word) || g_ascii_string_to_unsigned (word, 10, 1, HEADER_MAX, NULL, NULL);
}

/* Options of an import or a look; what only an import has is missing in a look's `dict`. */
static gboolean
check_options (GVariant *dict, const OptionType *known, GError **error)
{
  const char *region = get_option (dict, KEY_IMPORT_REGION, "");

  if (!check_types (dict, known, error) || !check_choices (dict, error))
    return FALSE;
  if (region[0] != '\0' && !(strlen (region) == 2 && g_ascii_isalpha (region[0]) && g_ascii_isalpha (region[1])))
    g_set_error (error, FAULT, FAULT_USAGE, "“%s” is no region: give the two letters of a country, such as IN or DE", region);
  else if (!is_word (get_option (dict, KEY_IMPORT_ENCODING, ""), 32))
    g_set_error (error, FAULT, FAULT_USAGE, "“%s” is no encoding: give utf-8, utf-16, windows-1252 or another name of iconv -l", get_option (dict, KEY_IMPORT_ENCODING, ""));
  else if (!is_header (get_option (dict, KEY_IMPORT_HEADER, "auto")))
    g_set_error (error, FAULT, FAULT_USAGE, "“%s” is no header: give auto, yes, no or the number of its row", get_option (dict, KEY_IMPORT_HEADER, ""));
  else if (!is_line (get_option (dict, KEY_IMPORT_CONSENT, ""), CONSENT_MAX))
    g_set_error (error, FAULT, FAULT_USAGE, "the words for --consent must be one line of at most %d octets", CONSENT_MAX);
  else if (!is_line (get_option (dict, KEY_IMPORT_SHEET, ""), 256))
    g_set_error (error, FAULT, FAULT_USAGE, "the sheet's name must be one line of at most 256 octets");
  else
    return TRUE;
  return FALSE;
}

static gboolean
check_list (const char *list, GError **error)
{
  if (list[0] != '\0' && !g_ascii_isspace (list[0]) && !g_ascii_isspace (list[strlen (list) - 1]))
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "say into which list: --list NAME");
  return FALSE;
}

static int
get_file (GUnixFDList *fds, GVariant *handle, GError **error)
{
  int fd = fds != NULL ? g_unix_fd_list_get (fds, g_variant_get_handle (handle), NULL) : -1;

  if (fd < 0) {
    g_set_error (error, FAULT, FAULT_USAGE, "no file came with the call");
  } else if (!descriptor_can_read (fd)) {
    g_set_error (error, FAULT, FAULT_NO_INPUT, "the file of contacts was not opened to be read");
    close (fd);
    return -1;
  }
  return fd;
}

/* suppress: (transfer full), or NULL: into the list. */
static void
app_import_start (AppClient *client, GDBusMethodInvocation *invocation, int file, const char *list, GVariant *dict, SuppressRows *suppress)
{
  static const ImportFuncs funcs = { rejects_cb, progress_cb, done_cb };
  AppImport *self = g_new0 (AppImport, 1);
  g_autoptr (GVariant) map = g_variant_lookup_value (dict, KEY_IMPORT_MAP, G_VARIANT_TYPE ("a{ss}"));
  g_autoptr (GVariant) others = g_variant_lookup_value (dict, KEY_IMPORT_OTHERS, G_VARIANT_TYPE ("a{ss}"));
  gboolean is_dry_run = FALSE, is_again_consented = FALSE;
  ImportSpec spec = {
    .file = file, .spool_folder = client->core->home, .list = list, .map = map, .others = others,
    .format = get_option (dict, KEY_IMPORT_FORMAT, "auto"), .encoding = get_option (dict, KEY_IMPORT_ENCODING, ""), .region = get_option (dict, KEY_IMPORT_REGION, ""),
    .sheet = get_option (dict, KEY_IMPORT_SHEET, ""), .header = get_option (dict, KEY_IMPORT_HEADER, "auto"), .consent = get_option (dict, KEY_IMPORT_CONSENT, ""),
    .consent_column = get_option (dict, KEY_IMPORT_CONSENT_COLUMN, ""),
    .consent_time = get_option (dict, KEY_IMPORT_CONSENT_TIME, ""), .name = get_option (dict, KEY_IMPORT_NAME, ""), .several = get_option (dict, KEY_IMPORT_SEVERAL, "listed"),
    .left = suppress != NULL ? "take" : get_option (dict, KEY_IMPORT_LEFT, "listed"),
  };

  g_variant_lookup (dict, KEY_IMPORT_DRY_RUN, "b", &is_dry_run);
  g_variant_lookup (dict, KEY_IMPORT_AGAIN_CONSENTED, "b", &is_again_consented);
  spec.vault = client->core->vault;
  spec.is_dry_run = is_dry_run;
  spec.is_again_consented = is_again_consented;
  spec.sink = suppress != NULL ? &suppress_rows_sink : NULL;
  spec.sink_data = self->suppress = suppress;
  self->client = app_client_ref (client);
  self->invocation = invocation;
  app_hold (client->core);
  self->import = import_start (client->core->database, &spec, &funcs, self);
  self->gone = g_object_ref (client->gone);
  self->gone_handler = g_cancellable_connect (self->gone, G_CALLBACK (gone_cb), self, NULL);
}

static gboolean
handle_import (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *file, const char *list, GVariant *dict, AppClient *client)
{
  GError *error = NULL;
  int fd;

  if (!check_options (dict, options, &error) || !check_list (list, &error))
    return app_return_error (invocation, error);
  fd = get_file (fds, file, &error);
  if (fd < 0)
    return app_return_error (invocation, error);
  app_import_start (client, invocation, fd, list, dict, NULL);
  close (fd);
  return TRUE;
}

static gboolean
handle_suppress_import (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *file, const char *raw_scope, GVariant *dict,
                        AppClient *client)
{
  GError *error = NULL;
  g_autofree char *scope = check_options (dict, suppress_options, &error) ? suppression_parse_scope (client->core->database, raw_scope, &error) : NULL;
  SuppressRowsSpec spec = { .scope = scope, .reason = get_option (dict, KEY_IMPORT_REASON, "") };
  int fd;

  if (scope == NULL)
    return app_return_error (invocation, error);
  if (!is_line (spec.reason, REASON_MAX))
    return app_return_error (invocation, g_error_new (FAULT, FAULT_USAGE, "the reason must be one line of at most %d octets", REASON_MAX));
  g_variant_lookup (dict, KEY_IMPORT_ALL, "b", &spec.is_all);
  g_variant_lookup (dict, KEY_IMPORT_DRY_RUN, "b", &spec.is_dry_run);
  fd = get_file (fds, file, &error);
  if (fd < 0)
    return app_return_error (invocation, error);
  app_import_start (client, invocation, fd, "", dict, suppress_rows_new (client->core->database, &spec));
  close (fd);
  return TRUE;
}

/* --- a look before --- */

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AppPending) pending = data;
  GError *error = NULL;
  g_autoptr (Look) look = look_finish (result, &error);
  GVariantDict dict;

  pending->client->is_looking = FALSE;
  if (look != NULL) {
    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, KEY_IMPORT_LOOK_FORMAT, "s", look->format);
    g_variant_dict_insert (&dict, KEY_IMPORT_LOOK_ENCODING, "s", look->encoding);
    g_variant_dict_insert (&dict, KEY_IMPORT_LOOK_HAS_HEADER, "b", look->has_header);
    g_variant_dict_insert (&dict, KEY_IMPORT_LOOK_COLUMNS, "^as", look->columns);
    g_variant_dict_insert (&dict, KEY_IMPORT_LOOK_ROLES, "^as", look->roles);
    g_variant_dict_insert (&dict, KEY_IMPORT_LOOK_PROBLEM, "s", look->problem);
    g_variant_dict_insert (&dict, KEY_IMPORT_LOOK_HEADER_ROW, "t", look->header_row);
    g_variant_dict_insert (&dict, KEY_IMPORT_LOOK_NOTES, "^as", look->notes);
    g_variant_dict_insert (&dict, KEY_IMPORT_LOOK_READINGS, "^as", look->readings);
    if (look->sheets[0] != NULL)
      g_variant_dict_insert (&dict, KEY_IMPORT_LOOK_SHEETS, "^as", look->sheets);
    pr_app1_complete_import_look (pending->client->skeleton, pending->invocation, NULL, g_variant_dict_end (&dict), look->rows, look->head);
  } else {
    app_return_error (pending->invocation, error);
  }
}

static gboolean
handle_look (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *file, GVariant *dict, AppClient *client)
{
  g_autoptr (GVariant) map = g_variant_lookup_value (dict, KEY_IMPORT_MAP, G_VARIANT_TYPE ("a{ss}"));
  g_autoptr (GVariant) others = g_variant_lookup_value (dict, KEY_IMPORT_OTHERS, G_VARIANT_TYPE ("a{ss}"));
  LookSpec spec = {
    .spool_folder = client->core->home, .map = map, .others = others, .format = get_option (dict, KEY_IMPORT_FORMAT, "auto"),
    .encoding = get_option (dict, KEY_IMPORT_ENCODING, ""), .region = get_option (dict, KEY_IMPORT_REGION, ""), .sheet = get_option (dict, KEY_IMPORT_SHEET, ""), .header = get_option (dict, KEY_IMPORT_HEADER, "auto"),
    .several = get_option (dict, KEY_IMPORT_SEVERAL, "listed"), .left = strcmp (get_option (dict, KEY_IMPORT_LEFT, ""), "take") == 0 ? "take" : "listed",
  };
  GError *error = NULL;

  if (client->is_looking)
    return app_return_error (invocation, g_error_new (FAULT, FAULT_TEMP, "another file is being looked at: one at a time"));
  if (!check_options (dict, options, &error) || (spec.file = get_file (fds, file, &error)) < 0)
    return app_return_error (invocation, error);
  client->is_looking = TRUE;
  look_async (&spec, client->gone, looked_cb, app_pending_new (client, invocation));
  close (spec.file);
  return TRUE;
}

/* --- taking one back --- */

static GVariant *
undone_to_variant (const ImportUndone *undone)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, KEY_IMPORT_UNDO_IMPORT, "t", (guint64) undone->import);
  g_variant_dict_insert (&dict, KEY_IMPORT_UNDO_NAME, "s", undone->name);
  g_variant_dict_insert (&dict, KEY_IMPORT_UNDO_LIST, "s", undone->list);
  g_variant_dict_insert (&dict, KEY_IMPORT_UNDO_REMOVED, "t", undone->removed);
  g_variant_dict_insert (&dict, KEY_IMPORT_UNDO_KEPT, "t", undone->kept);
  g_variant_dict_insert (&dict, KEY_IMPORT_UNDO_RESTORED, "t", undone->restored);
  g_variant_dict_insert (&dict, KEY_IMPORT_UNDO_LEFT, "t", undone->left);
  g_variant_dict_insert (&dict, KEY_IMPORT_UNDO_LIFTED, "t", undone->lifted);
  return g_variant_dict_end (&dict);
}

static gboolean
handle_undo (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 import, AppClient *client)
{
  g_auto (ImportUndone) undone = { 0 };
  GError *error = NULL;

  if (!import_undo (client->core->database, (gint64) MIN (import, G_MAXINT64), &undone, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_import_undo (skeleton, invocation, undone_to_variant (&undone));
  return TRUE;
}

void
app_import_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-import-undo", G_CALLBACK (handle_undo), client);
  g_signal_connect (client->skeleton, "handle-import-look", G_CALLBACK (handle_look), client);
  g_signal_connect (client->skeleton, "handle-import", G_CALLBACK (handle_import), client);
  g_signal_connect (client->skeleton, "handle-suppress-import", G_CALLBACK (handle_suppress_import), client);
}
