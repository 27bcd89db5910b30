/* suppress … - who never gets mail again. */
#include "commands.h"
#include "connect.h"
#include "content.h"
#include "contract-keys.h"
#include "csv-out.h"
#include "dict.h"
#include "fault.h"
#include "json-out.h"
#include "suppress-import.h"
#include "table.h"
#include "words.h"
#include <stdio.h>
#include <string.h>

#define BATCH_MAX 50000 /* addresses a call; App1 takes 100,000 */
#define PAGE_ROWS 5000

typedef struct {
  char *file, *scope, *reason;
} SuppressOptions;

#define AT(member) G_STRUCT_OFFSET (SuppressOptions, member)

static const Option add_options[] = {
  { "file", 'f', OPTION_TEXT, AT (file), "F", "as `suppress import F`" },
  { "scope", 0, OPTION_TEXT, AT (scope), "SCOPE", "all (usual) | from:ADDR (this sender) | list:NAME (this list)" },
  { "reason", 0, OPTION_TEXT, AT (reason), "TEXT", "why; kept with the address" },
  { 0 },
};

typedef struct {
  char *output;
} SuppressExportOptions;

static const Option export_options[] = {
  { "output", 'o', OPTION_TEXT, G_STRUCT_OFFSET (SuppressExportOptions, output), "F", "into file F (else standard output)" },
  { 0 },
};

static const Option remove_options[] = {
  { "file", 'f', OPTION_TEXT, AT (file), "F", "addresses from F, one a line (-: standard input)" },
  { "scope", 0, OPTION_TEXT, AT (scope), "SCOPE", "all (usual) | from:ADDR | list:NAME" },
  { 0 },
};

static int
suppress_refuse (GError **error, const char *what)
{
  g_set_error_literal (error, FAULT, FAULT_USAGE, what);
  return -1;
}

/* Returns: (transfer full) the addresses of words and file, NULL-terminated; or NULL with FAULT_*. */
static GPtrArray *
suppress_options_collect (const SuppressOptions *options, char **words, GError **error)
{
  g_autoptr (GPtrArray) addresses = g_ptr_array_new_with_free_func (g_free);
  g_autofree char *content = options->file != NULL ? content_read (options->file, error) : NULL;
  g_auto (GStrv) lines = content != NULL ? g_strsplit (content, "\n", -1) : NULL;

  if (options->file != NULL && content == NULL)
    return NULL;
  for (gsize i = 0; words[i] != NULL; i++)
    g_ptr_array_add (addresses, g_strdup (words[i]));
  for (gsize i = 0; lines != NULL && lines[i] != NULL; i++)
    if (*g_strstrip (lines[i]) != '\0')
      g_ptr_array_add (addresses, g_strdup (lines[i]));
  if (addresses->len == 0) {
    (void) suppress_refuse (error, "whose address? Name them, or --file F with one a line");
    return NULL;
  }
  g_ptr_array_add (addresses, NULL);
  return g_steal_pointer (&addresses);
}

static gboolean
suppress_call (Session *session, const SuppressOptions *options, gboolean is_add, const char *const *batch, guint *out_count,
               GError **error) {
  const char *scope = options->scope != NULL ? options->scope : "all";

  if (is_add)
    return pr_app1_call_suppress_add_sync (session->core, batch, scope, options->reason != NULL ? options->reason : "",
                                           out_count, NULL, error);
  return pr_app1_call_suppress_remove_sync (session->core, batch, scope, out_count, NULL, error);
}

static int
suppress_change (Session *session, const SuppressOptions *options, gboolean is_add, char **words, GError **error)
{
  const guint n_words = g_strv_length (words);
  guint64 total = 0;

  if (session_core (session, error) == NULL)
    return -1;
  for (guint from = 0; from < n_words; from += BATCH_MAX) {
    guint n = MIN (n_words - from, BATCH_MAX), count = 0;
    g_autofree const char **batch = g_new0 (const char *, n + 1);

    memcpy (batch, words + from, n * sizeof *batch);
    if (!suppress_call (session, options, is_add, batch, &count, error))
      return session_end (FALSE, error);
    total += count;
  }
  if (session_is_for_programs (session))
    json_out_count (is_add ? "added" : "removed", total);
  else if (n_words == 1)
    session_tell (session, "%s", is_add ? (total > 0 ? "It was not on the do-not-contact list before; now it is." : "It was on the do-not-contact list before, and still is.")
                 : (total > 0 ? "It was on the do-not-contact list; now it is not." : "It was not on the do-not-contact list, and is not."));
  else
    session_tell (session, "%'" G_GUINT64_FORMAT " of %'u %s; now %s.", total, n_words,
            is_add ? (total == 1 ? "was not on the do-not-contact list before" : "were not on the do-not-contact list before")
                   : (total == 1 ? "was on the do-not-contact list" : "were on the do-not-contact list"),
            is_add ? "all are" : "none is");
  return 0;
}

static int
run_add (Session *session, const void *values, char **words, GError **error)
{
  const SuppressOptions *options = values;
  SuppressImportOptions import = { .scope = options->scope, .reason = options->reason };

  if (options->file != NULL && words[0] != NULL)
    return suppress_refuse (error, "either the addresses themselves or --file F, not both");
  if (options->file != NULL)
    return suppress_import (session, &import, options->file, error);
  if (words[0] == NULL)
    return suppress_refuse (error, "whose address? Name them, or: postrider suppress import FILE");
  return suppress_change (session, options, TRUE, words, error);
}

static int
run_import (Session *session, const void *values, char **words, GError **error)
{
  return suppress_import (session, values, words[0], error);
}

static int
run_remove (Session *session, const void *values, char **words, GError **error)
{
  g_autoptr (GPtrArray) addresses = suppress_options_collect (values, words, error);

  return addresses != NULL ? suppress_change (session, values, FALSE, (char **) addresses->pdata, error) : -1;
}

static void
add_rows (Table *table, GVariant *rows)
{
  for (gsize i = 0; i < g_variant_n_children (rows); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
    g_autofree char *time = words_time ((gint64) dict_number (row, KEY_SUPPRESSION_TIME));
    const char *address = dict_text (row, KEY_SUPPRESSION_ADDRESS);

    table_row (table, *address != '\0' ? address : "(forgotten)", dict_text (row, KEY_SUPPRESSION_SCOPE), dict_text (row, KEY_SUPPRESSION_REASON),
               dict_text (row, KEY_SUPPRESSION_SOURCE), time, NULL);
  }
}

static guint64
last_id (GVariant *rows)
{
  g_autoptr (GVariant) last = g_variant_get_child_value (rows, g_variant_n_children (rows) - 1);

  return dict_number (last, KEY_SUPPRESSION_ID);
}

/* Calls `take` with each page. Returns: FALSE with `error` set. */
static gboolean
for_each_page (Session *session, void (*take) (GVariant *rows, gpointer data), gpointer data, GError **error)
{
  guint64 after = 0;

  if (session_core (session, error) == NULL)
    return FALSE;
  for (;;) {
    g_autoptr (GVariant) rows = NULL;

    if (!pr_app1_call_suppress_list_sync (session->core, after, PAGE_ROWS, &rows, NULL, error))
      return session_end (FALSE, error) == 0;
    if (g_variant_n_children (rows) == 0)
      return TRUE;
    take (rows, data);
    after = last_id (rows);
  }
}

typedef struct {
  const Session  *session;
  Table          *table;
  GVariantBuilder all; /* for one JSON document */
  guint64         count;
} List;

static void
list_cb (GVariant *rows, gpointer data)
{
  List *self = data;

  self->count += g_variant_n_children (rows);
  if (self->session->is_jsonl)
    json_out_rows ("suppressed", rows, TRUE);
  else if (!self->session->is_json)
    add_rows (self->table, rows);
  for (gsize i = 0; self->session->is_json && i < g_variant_n_children (rows); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

    g_variant_builder_add_value (&self->all, row);
  }
}

static int
run_list (Session *session, const void *values, char **words, GError **error)
{
  g_autoptr (Table) table = table_new ("ADDRESS", "SCOPE", "REASON", "SOURCE", "SINCE", NULL);
  List self = { session, table, G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}")), 0 };
  g_autoptr (GVariant) all = NULL;
  gboolean is_ok = for_each_page (session, list_cb, &self, error);

  all = g_variant_ref_sink (g_variant_builder_end (&self.all));
  if (!is_ok)
    return -1;
  if (session->is_json)
    json_out_rows ("suppressed", all, FALSE);
  else if (self.count == 0)
    session_say (session, "Nobody is on the do-not-contact list.");
  else if (!session->is_jsonl)
    table_print (table, stdout);
  return 0;
}

typedef struct {
  CsvOut *csv;
  guint64 forgotten;
} ExportRows;

static void
export_cb (GVariant *rows, gpointer data)
{
  static const char *const columns[] = { KEY_SUPPRESSION_SCOPE, KEY_SUPPRESSION_REASON, KEY_SUPPRESSION_SOURCE }, *const last[] = { KEY_SUPPRESSION_KIND, KEY_SUPPRESSION_CAUSE };
  ExportRows *self = data;

  for (gsize i = 0; i < g_variant_n_children (rows); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
    g_autofree char *since = words_iso ((gint64) dict_number (row, KEY_SUPPRESSION_TIME)), *spelled = NULL;
    const char *address = dict_text (row, KEY_SUPPRESSION_ADDRESS);

    self->forgotten += *address == '\0';
    if (*address == '\0')
      continue;
    spelled = g_strconcat (*address == '@' ? "*" : "", address, NULL); /* no formula for a spreadsheet, and the same when it is read again */
    csv_out_phone (self->csv, spelled, strlen (spelled));
    for (gsize j = 0; j < G_N_ELEMENTS (columns); j++)
      csv_out_value (self->csv, dict_text (row, columns[j]), strlen (dict_text (row, columns[j])));
    csv_out_text (self->csv, since);
    for (gsize j = 0; j < G_N_ELEMENTS (last); j++)
      csv_out_text (self->csv, dict_text (row, last[j]));
    csv_out_end_row (self->csv);
  }
}

static int
run_export (Session *session, const void *values, char **words, GError **error)
{
  const SuppressExportOptions *options = values;
  ExportRows self = { 0 };
  g_autoptr (CsvOut) csv = NULL;

  if (session_is_for_programs (session))
    return suppress_refuse (error, "suppress export writes CSV; for JSON: postrider suppress list --json");
  if (session_core (session, error) == NULL)
    return -1;
  csv = self.csv = csv_out_new (options->output, error);
  if (csv == NULL)
    return -1;
  csv_out_header (csv, "email", "scope", "reason", "source", "since", "kind", "cause", NULL);
  if (!for_each_page (session, export_cb, &self, error) || !csv_out_finish (csv, error))
    return -1;
  if (self.forgotten > 0)
    session_say (session, "%'" G_GUINT64_FORMAT " forgotten %s not in it: nothing but a hash is left.", self.forgotten, self.forgotten == 1 ? "person is" : "people are");
  return 0;
}

const Command suppress_commands[] = {
  { "suppress add", "[ADDR…]", "Do not contact these any more; open campaigns leave them out", 0, G_MAXUINT, add_options,
    sizeof (SuppressOptions), run_add,
    "A whole domain: @example.org or '*@example.org' is everybody at it, '*.example.org' everybody at all those below it.\n\n"
    "Examples:\n  postrider suppress add ann@example.org --reason 'asked by phone'\n"
    "  postrider suppress add '*@example.org' '*.example.org'\n"
    "  postrider suppress add --file unsubscribed.txt --scope list:news\n" },
  { "suppress import", "FILE|-", "Takes the do-not-mail list of another program, or your own export", 1, 1, suppress_import_options,
    sizeof (SuppressImportOptions), run_import,
    "Mailchimp (unsubscribed, cleaned), listmonk, Brevo, Sendy, Amazon SES, or a plain list: CSV, XLSX or text. A column by which\n"
    "somebody is still subscribed, or that nobody understands, leaves that row out, and it is named. A domain is @example.org or *.example.org.\n\n"
    "Examples:\n  postrider suppress import unsubscribed_email_audience_export.csv\n"
    "  postrider suppress import subscribers.csv --scope list:news --dry-run\n" },
  { "suppress export", "", "Writes who is suppressed as CSV: email,scope,reason,source,since,kind,cause", 0, 0, export_options, sizeof (SuppressExportOptions), run_export, NULL },
  { "suppress remove", "[ADDR…]", "Takes addresses off the do-not-contact list", 0, G_MAXUINT, remove_options,
    sizeof (SuppressOptions), run_remove, NULL },
  { "suppress list", "", "Lists who must not be contacted, and why", 0, 0, NULL, 0, run_list, NULL },
  { 0 },
};
