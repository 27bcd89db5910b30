/* suppress … - who never gets mail again. */
#include "commands.h"
#include "connect.h"
#include "content.h"
#include "dict.h"
#include "fault.h"
#include "json-out.h"
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
  { "file", 'f', OPTION_TEXT, AT (file), "F", "addresses from F, one a line (-: standard input)" },
  { "scope", 0, OPTION_TEXT, AT (scope), "SCOPE", "all (usual) | from:ADDR (this sender) | list:NAME (this list)" },
  { "reason", 0, OPTION_TEXT, AT (reason), "TEXT", "why; kept with the address" },
  { 0 },
};

static const Option remove_options[] = {
  { "file", 'f', OPTION_TEXT, AT (file), "F", "addresses from F, one a line (-: standard input)" },
  { "scope", 0, OPTION_TEXT, AT (scope), "SCOPE", "all (usual) | from:ADDR | list:NAME" },
  { 0 },
};

/* Returns: (transfer full) the addresses of words and file, or NULL with FAULT_*. */
static GPtrArray *
collect (const SuppressOptions *options, char **words, GError **error)
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
    g_set_error (error, FAULT, FAULT_USAGE, "whose address? Name them, or --file F with one a line");
    return NULL;
  }
  return g_steal_pointer (&addresses);
}

static gboolean
call (Session *session, const SuppressOptions *options, gboolean is_add, const char *const *batch, guint *out_count,
      GError **error) {
  const char *scope = options->scope != NULL ? options->scope : "all";

  if (is_add)
    return pr_app1_call_suppress_add_sync (session->core, batch, scope, options->reason != NULL ? options->reason : "",
                                           out_count, NULL, error);
  return pr_app1_call_suppress_remove_sync (session->core, batch, scope, out_count, NULL, error);
}

static int
change (Session *session, const SuppressOptions *options, gboolean is_add, char **words, GError **error)
{
  g_autoptr (GPtrArray) addresses = collect (options, words, error);
  guint64 total = 0;

  if (addresses == NULL || session_core (session, error) == NULL)
    return -1;
  for (guint from = 0; from < addresses->len; from += BATCH_MAX) {
    guint n = MIN (addresses->len - from, BATCH_MAX), count = 0;
    g_autofree const char **batch = g_new0 (const char *, n + 1);

    memcpy (batch, addresses->pdata + from, n * sizeof *batch);
    if (!call (session, options, is_add, batch, &count, error))
      return session_end (FALSE, error);
    total += count;
  }
  if (session_is_for_programs (session))
    json_out_count (is_add ? "added" : "removed", total);
  else if (addresses->len == 1)
    puts (is_add ? (total > 0 ? "It was not on the do-not-contact list before; now it is." : "It was on the do-not-contact list before, and still is.")
                 : (total > 0 ? "It was on the do-not-contact list; now it is not." : "It was not on the do-not-contact list, and is not."));
  else
    printf ("%'" G_GUINT64_FORMAT " of %'u %s; now %s.\n", total, addresses->len,
            is_add ? (total == 1 ? "was not on the do-not-contact list before" : "were not on the do-not-contact list before")
                   : (total == 1 ? "was on the do-not-contact list" : "were on the do-not-contact list"),
            is_add ? "all are" : "none is");
  return 0;
}

static int
run_add (Session *session, const void *values, char **words, GError **error)
{
  return change (session, values, TRUE, words, error);
}

static int
run_remove (Session *session, const void *values, char **words, GError **error)
{
  return change (session, values, FALSE, words, error);
}

static void
add_rows (Table *table, GVariant *rows)
{
  for (gsize i = 0; i < g_variant_n_children (rows); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
    g_autofree char *time = words_time ((gint64) dict_number (row, "time"));
    const char *address = dict_text (row, "address");

    table_row (table, *address != '\0' ? address : "(forgotten)", dict_text (row, "scope"), dict_text (row, "reason"),
               dict_text (row, "source"), time, NULL);
  }
}

static guint64
last_id (GVariant *rows)
{
  g_autoptr (GVariant) last = g_variant_get_child_value (rows, g_variant_n_children (rows) - 1);

  return dict_number (last, "id");
}

static int
run_list (Session *session, const void *values, char **words, GError **error)
{
  g_autoptr (Table) table = table_new ("ADDRESS", "SCOPE", "REASON", "SOURCE", "SINCE", NULL);
  g_auto (GVariantBuilder) all = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  guint64 after = 0;

  if (session_core (session, error) == NULL)
    return -1;
  for (;;) {
    g_autoptr (GVariant) rows = NULL;

    if (!pr_app1_call_suppress_list_sync (session->core, after, PAGE_ROWS, &rows, NULL, error))
      return session_end (FALSE, error);
    if (g_variant_n_children (rows) == 0)
      break;
    if (session->is_jsonl)
      json_out_rows ("suppressed", rows, TRUE);
    else if (!session->is_json)
      add_rows (table, rows);
    for (gsize i = 0; session->is_json && i < g_variant_n_children (rows); i++) {
      g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

      g_variant_builder_add_value (&all, row);
    }
    after = last_id (rows);
  }
  if (session->is_json) {
    g_autoptr (GVariant) rows = g_variant_ref_sink (g_variant_builder_end (&all));

    json_out_rows ("suppressed", rows, FALSE);
  } else if (after == 0) {
    session_say (session, "Nobody is on the do-not-contact list.");
  } else if (!session->is_jsonl) {
    table_print (table, stdout);
  }
  return 0;
}

const Command suppress_commands[] = {
  { "suppress add", "[ADDR…]", "Do not contact these any more; open campaigns leave them out", 0, G_MAXUINT, add_options,
    sizeof (SuppressOptions), run_add,
    "Examples:\n  postrider suppress add ann@example.org --reason 'asked by phone'\n"
    "  postrider suppress add --file unsubscribed.txt --scope list:news\n" },
  { "suppress remove", "[ADDR…]", "Takes addresses off the do-not-contact list", 0, G_MAXUINT, remove_options,
    sizeof (SuppressOptions), run_remove, NULL },
  { "suppress list", "", "Lists who must not be contacted, and why", 0, 0, NULL, 0, run_list, NULL },
  { 0 },
};
