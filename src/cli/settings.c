/* settings, log, delete-all - what is kept, what was done, and the end of it all. */
#include "commands.h"
#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include "json-out.h"
#include "prompt.h"
#include "table.h"
#include "words.h"
#include <stdio.h>
#include <string.h>

#define PAGE_ROWS 1000
#define SCREEN_ROWS 50 /* chosen: a terminal's worth */

static void
add_number (Table *table, const char *what, guint64 number)
{
  g_autofree char *shown = words_count (number);

  table_row (table, what, shown, NULL);
}

static void
print_settings (GVariant *settings)
{
  g_autoptr (Table) table = table_new ("", "", NULL);
  guint64 days = dict_number (settings, KEY_SETTINGS_KEEP_DAYS);
  g_autofree char *kept = days > 0 ? words_counted (days, "day", "days") : g_strdup ("for ever");
  g_autofree char *bytes = words_bytes (dict_number (settings, KEY_SETTINGS_BYTES));

  table_row (table, "keep-days", kept, NULL);
  add_number (table, "People", dict_number (settings, KEY_SETTINGS_PEOPLE));
  add_number (table, "Campaigns", dict_number (settings, KEY_SETTINGS_CAMPAIGNS));
  add_number (table, "Letters on record", dict_number (settings, KEY_SETTINGS_RECIPIENTS));
  table_row (table, "Size", bytes, NULL);
  table_row (table, "Data folder", dict_text (settings, KEY_SETTINGS_HOME), NULL);
  table_row (table, "State folder", dict_text (settings, KEY_SETTINGS_STATE), NULL);
  table_print (table, stdout);
}

static int
run_show (Session *session, const void *values, char **words, GError **error)
{
  g_autoptr (GVariant) settings = NULL;

  if (session_core (session, error) == NULL || !pr_app1_call_settings_show_sync (session->core, &settings, NULL, error))
    return session_end (FALSE, error);
  if (session_is_for_programs (session))
    json_out_document (settings);
  else
    print_settings (settings);
  return 0;
}

/* "keep-days=90" */
static gboolean
read_setting (const char *word, GVariantDict *out, GError **error)
{
  g_autofree char *name = NULL, *value = NULL;
  guint64 days = 0;

  if (!options_split_pair (word, "postrider settings set", &name, &value, error))
    return FALSE;
  if (strcmp (name, "keep-days") != 0 && strcmp (name, "keep_days") != 0)
    g_set_error (error, FAULT, FAULT_USAGE, "there is no setting “%s”; there is: keep-days", name);
  else if (!g_ascii_string_to_unsigned (value, 10, 0, G_MAXUINT32, &days, NULL))
    g_set_error (error, FAULT, FAULT_USAGE, "keep-days: “%s” is no number of days (0: for ever)", value);
  else {
    g_variant_dict_insert (out, KEY_SETTINGS_KEEP_DAYS, "u", (guint32) days);
    return TRUE;
  }
  return FALSE;
}

/* Only a shorter time takes something away. Returns: TRUE: go on. */
static gboolean
may_shorten (Session *session, const PromptOptions *options, GVariant *wanted, GError **error)
{
  g_autoptr (GVariant) now = NULL;
  guint64 days = dict_number (wanted, KEY_SETTINGS_KEEP_DAYS), before;
  g_autofree char *question = g_strdup_printf ("Take away names, addresses and replies of campaigns that ended more than %" G_GUINT64_FORMAT " days ago, now and from now on?",
                                               days);

  if (!pr_app1_call_settings_show_sync (session->core, &now, NULL, error)) {
    session_end (FALSE, error);
    return FALSE;
  }
  before = dict_number (now, KEY_SETTINGS_KEEP_DAYS);
  return days == 0 || (before != 0 && days >= before) || prompt_agreed (session->has_terminal, options, question, error);
}

static int
run_set (Session *session, const void *values, char **words, GError **error)
{
  g_auto (GVariantDict) dict = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (GVariant) wanted = NULL;

  for (gsize i = 0; words[i] != NULL; i++)
    if (!read_setting (words[i], &dict, error))
      return -1;
  wanted = g_variant_ref_sink (g_variant_dict_end (&dict));
  if (session_core (session, error) == NULL || !may_shorten (session, values, wanted, error))
    return -1;
  if (!pr_app1_call_settings_change_sync (session->core, wanted, NULL, error))
    return session_end (FALSE, error);
  return run_show (session, NULL, words, error);
}

/* --- log --- */

typedef struct {
  guint64 limit;
} LogOptions;

static void
print_log (Table *table, GVariant *rows)
{
  for (gsize i = 0; i < g_variant_n_children (rows); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
    g_autofree char *time = words_time ((gint64) dict_number (row, KEY_AUDIT_TIME));

    table_row (table, time, dict_text (row, KEY_AUDIT_WHAT), dict_text (row, KEY_AUDIT_DETAIL), NULL);
  }
}

static void
keep_rows (GVariantBuilder *all, GVariant *rows)
{
  for (gsize i = 0; i < g_variant_n_children (rows); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);

    g_variant_builder_add_value (all, row);
  }
}

/* Newest first, page by page. */
static gboolean
pull_log (Session *session, guint64 limit, Table *table, GVariantBuilder *all, GError **error)
{
  guint64 before = 0, left = limit;

  while (left > 0) {
    g_autoptr (GVariant) rows = NULL, last = NULL;
    gsize n;

    if (!pr_app1_call_audit_list_sync (session->core, before, (guint) MIN (left, PAGE_ROWS), &rows, NULL, error))
      return FALSE;
    n = g_variant_n_children (rows);
    if (n == 0)
      return TRUE;
    if (session->is_jsonl)
      json_out_rows ("log", rows, TRUE);
    else if (session->is_json)
      keep_rows (all, rows);
    else
      print_log (table, rows);
    last = g_variant_get_child_value (rows, n - 1);
    before = dict_number (last, KEY_AUDIT_ID);
    left -= MIN (left, n);
  }
  return TRUE;
}

static int
run_log (Session *session, const void *values, char **words, GError **error)
{
  const LogOptions *options = values;
  gboolean is_for_programs = session_is_for_programs (session);
  g_auto (GVariantBuilder) all = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  g_autoptr (Table) table = table_new ("TIME", "WHAT", "DETAIL", NULL);
  guint64 limit = options->limit > 0 ? options->limit : is_for_programs ? G_MAXUINT64 : SCREEN_ROWS;

  if (session_core (session, error) == NULL || !pull_log (session, limit, table, &all, error))
    return session_end (FALSE, error);
  if (session->is_json) {
    g_autoptr (GVariant) rows = g_variant_ref_sink (g_variant_builder_end (&all));

    json_out_rows ("log", rows, FALSE);
  } else if (!is_for_programs) {
    table_print (table, stdout);
  }
  return 0;
}

/* --- the end --- */

static int
run_delete (Session *session, const void *values, char **words, GError **error)
{
  if (!prompt_agreed (session->has_terminal, values, "Delete all people, letters, accounts, passwords and the record of who got what, for ever?", error) ||
      session_core (session, error) == NULL)
    return -1;
  if (!pr_app1_call_delete_all_sync (session->core, "delete", NULL, error))
    return session_end (FALSE, error);
  if (session_is_for_programs (session))
    json_out_count ("deleted", 1);
  else
    puts ("Everything that Postrider kept is gone.");
  return 0;
}

static const Option log_options[] = {
  { "limit", 0, OPTION_NUMBER, G_STRUCT_OFFSET (LogOptions, limit), "N", "the newest N (else 50; all of them with --json)" },
  { 0 },
};

const Command settings_commands[] = {
  { "settings show", "", "Shows what is kept, for how long, and where", 0, 0, NULL, 0, run_show, NULL },
  { "settings set", "SETTING=VALUE…", "Changes a setting", 1, G_MAXUINT, prompt_options, sizeof (PromptOptions), run_set,
    "keep-days: names, addresses and replies of campaigns that ended longer ago are taken away; 7 to 36500, 0: never.\n\n"
    "Example:\n  postrider settings set keep-days=365\n" },
  { "log", "", "Shows what was done, newest first", 0, 0, log_options, sizeof (LogOptions), run_log, NULL },
  { "delete-all", "", "Deletes everything that Postrider keeps about anyone", 0, 0, prompt_options, sizeof (PromptOptions), run_delete,
    "Refused while a campaign is open.\n" },
  { 0 },
};
