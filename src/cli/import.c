/* import - a contact file goes to core as a descriptor; the report and the rejected rows come back. */
#include "commands.h"
#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include "import-ask.h"
#include "import-call.h"
#include "import-map.h"
#include "import-report.h"
#include "json-out.h"
#include "table.h"
#include "text.h"
#include "words.h"
#include <stdio.h>
#include <string.h>

#define FIRST_SENTENCE_MAX 200

typedef struct {
  char    *list, *map, *region, *sheet, *encoding, *format, *header, *several, *left, *consent, *consent_column, *consent_time, *rejects;
  gboolean is_dry_run, is_undo, is_again_consented;
} ImportOptions;

#define AT(member) G_STRUCT_OFFSET (ImportOptions, member)

static const Option options_table[] = {
  { "list", 'l', OPTION_TEXT, AT (list), "NAME", "the list that the people go to (made if it is new)" },
  { "map", 0, OPTION_TEXT, AT (map), "MAP", "email=COL,name=COL,phone=COL (header's name or number; also first, last, and field, unused for any others)" },
  { "region", 0, OPTION_TEXT, AT (region), "CC", "the country of numbers without +, for example IN or DE" },
  { "consent", 0, OPTION_TEXT, AT (consent), "TEXT", "where and when they agreed to get mail; kept with each person" },
  { "consent-column", 0, OPTION_TEXT, AT (consent_column), "COL", "a column with the day, or the words, of each person's consent; who says no is left out" },
  { "consent-time", 0, OPTION_TEXT, AT (consent_time), "DAY", "when they agreed: a day for all, or the column with the days" },
  { "again-consented", 0, OPTION_FLAG, AT (is_again_consented), NULL, "people who were forgotten have agreed again: take them back, on record" },
  { "sheet", 0, OPTION_TEXT, AT (sheet), "NAME", "the sheet of an XLSX file (name or number; else the first)" },
  { "format", 0, OPTION_TEXT, AT (format), "WORD", "csv | xlsx | text (else found out)" },
  { "encoding", 0, OPTION_TEXT, AT (encoding), "NAME", "utf-8, windows-1252, macintosh… (names of iconv -l; else found out)" },
  { "header", 0, OPTION_TEXT, AT (header), "N|yes|no", "the row that names the columns, or whether the first one does (else found out)" },
  { "several", 0, OPTION_TEXT, AT (several), "first|each", "of several addresses in one cell: the first, or a person for each (else the row is listed)" },
  { "left", 0, OPTION_TEXT, AT (left), "suppress|take", "suppress people of whom the file says that they unsubscribed, or take them (else they are listed)" },
  { "dry-run", 'n', OPTION_FLAG, AT (is_dry_run), NULL, "say what would happen, store nothing" },
  { "rejects", 0, OPTION_TEXT, AT (rejects), "FILE.csv", "write the rows that could not be taken, each with its reason, to be mended and imported again" },
  { "undo", 0, OPTION_FLAG, AT (is_undo), NULL, "take the last import back (or the one with this number), until its people are changed" },
  { 0 },
};

typedef struct {
  ImportCall *call;
  GHashTable *examples; /* reason → a sentence */
  GVariant   *report;
} ContactImport;

static GVariant *
build_options (const ImportOptions *options, const char *file, GError **error)
{
  g_auto (GVariantDict) out = G_VARIANT_DICT_INIT (NULL);
  g_autofree char *name = g_path_get_basename (file);

  if (options->map != NULL && !import_parse_map (options->map, &out, error))
    return NULL;
  dict_put_text (&out, KEY_IMPORT_FORMAT, options->format);
  dict_put_text (&out, KEY_IMPORT_ENCODING, options->encoding);
  dict_put_text (&out, KEY_IMPORT_REGION, options->region);
  dict_put_text (&out, KEY_IMPORT_SHEET, options->sheet);
  dict_put_text (&out, KEY_IMPORT_HEADER, options->header);
  dict_put_text (&out, KEY_IMPORT_SEVERAL, options->several);
  dict_put_text (&out, KEY_IMPORT_LEFT, options->left);
  dict_put_text (&out, KEY_IMPORT_CONSENT, options->consent);
  dict_put_text (&out, KEY_IMPORT_CONSENT_COLUMN, options->consent_column);
  dict_put_text (&out, KEY_IMPORT_CONSENT_TIME, options->consent_time);
  dict_put_flag (&out, KEY_IMPORT_AGAIN_CONSENTED, options->is_again_consented);
  dict_put_flag (&out, KEY_IMPORT_DRY_RUN, options->is_dry_run);
  dict_put_text (&out, KEY_IMPORT_NAME, strcmp (file, "-") == 0 ? "standard input" : name);
  return g_variant_dict_end (&out);
}

static void
take_reject (const FrameRow *row, gpointer data)
{
  ContactImport *self = data;
  CsvRejects *rejects = import_call_get_rejects (self->call);
  g_autofree char *number = g_strdup_printf ("%" G_GUINT64_FORMAT, row->key);
  g_autofree char *reason = slice_dup (row->fields[2]);

  if (!g_hash_table_contains (self->examples, reason)) {
    g_autofree char *sentence = text_printable (row->fields[3].data, (gssize) row->fields[3].len, FIRST_SENTENCE_MAX);

    g_hash_table_insert (self->examples, g_strdup (reason), g_strdup_printf ("row %s: %s", number, sentence));
  }
  if (rejects != NULL && row->aux != REJECT_DOUBTED)
    csv_rejects_add (rejects, row);
}

/* Rows of forgotten people were read and understood: nothing is wrong with the file. */
static guint64
count_forgotten (const ContactImport *self)
{
  g_autoptr (GVariant) rejected = dict_child (self->report, KEY_IMPORT_REPORT_REJECTED, "a{st}");
  guint64 count = 0;

  if (rejected != NULL)
    g_variant_lookup (rejected, "forgotten", "t", &count);
  return count;
}

/* Rows that --rejects took are there to be mended: that is an outcome. */
static gboolean
check_usable (const ContactImport *self, GError **error)
{
  guint64 n_taken = dict_number (self->report, KEY_IMPORT_REPORT_NEW) + dict_number (self->report, KEY_IMPORT_REPORT_UPDATED) +
                    dict_number (self->report, KEY_IMPORT_REPORT_MERGED) + dict_number (self->report, KEY_IMPORT_REPORT_UNCHANGED) + count_forgotten (self);

  if (n_taken > 0 || (import_call_get_rejects (self->call) != NULL && dict_number (self->report, KEY_IMPORT_REPORT_READ) > 0))
    return TRUE;
  g_set_error (error, FAULT, FAULT_DATA, dict_number (self->report, KEY_IMPORT_REPORT_READ) > 0 ? "no row of the file could be used: --rejects FILE.csv writes each with its reason"
                                                                              : "the file has a header and no people");
  return FALSE;
}

static int
contact_import_finish (ContactImport *self, const Session *session, const char *list, gboolean is_dry_run, GError **error)
{
  if (!import_call_end_rejects (self->call, is_dry_run ? "the file was read" : "the people were stored", error))
    return -1;
  import_report_print (session, list, is_dry_run, self->report, self->examples);
  return check_usable (self, error) ? 0 : -1;
}

static void
print_undone (GVariant *undone)
{
  static const struct { const char *key, *one, *other; } rows[] = {
    { KEY_IMPORT_UNDO_REMOVED, "person whom it made is gone", "people whom it made are gone" },
    { KEY_IMPORT_UNDO_KEPT, "person whom it made stays: a campaign has them", "people whom it made stay: a campaign has them" },
    { KEY_IMPORT_UNDO_RESTORED, "person is as before", "people are as before" },
    { KEY_IMPORT_UNDO_LEFT, "person from before has left the list", "people from before have left the list" },
    { KEY_IMPORT_UNDO_LIFTED, "address is off the do-not-contact list: this file alone had put it there", "addresses are off the do-not-contact list: this file alone had put them there" },
  };
  g_autoptr (Table) table = table_new (">", "", NULL);

  printf ("The import of %s into the list “%s” is undone:\n", dict_text (undone, KEY_IMPORT_UNDO_NAME), dict_text (undone, KEY_IMPORT_UNDO_LIST));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    guint64 number = dict_number (undone, rows[i].key);
    g_autofree char *count = words_count (number);

    table_row (table, count, number == 1 ? rows[i].one : rows[i].other, NULL);
  }
  table_print (table, stdout);
}

/* word: a number, or NULL for the last one. */
static int
run_undo (Session *session, const char *word, GError **error)
{
  g_autoptr (GVariant) undone = NULL;
  guint64 import = 0;

  if (word != NULL && !g_ascii_string_to_unsigned (word, 10, 1, G_MAXINT64, &import, NULL)) {
    g_set_error (error, FAULT, FAULT_USAGE, "--undo takes back the last import, or one by its number, not “%s”", word);
    return -1;
  }
  if (session_core (session, error) == NULL)
    return -1;
  if (!pr_app1_call_import_undo_sync (session->core, import, &undone, NULL, error))
    return session_end (FALSE, error);
  if (session_is_for_programs (session))
    json_out_document (undone);
  else
    print_undone (undone);
  return 0;
}

/* At a terminal a person may be asked; what comes by pipe is read once. */
static gboolean
settle_encoding (Session *session, const ImportOptions *options, const char *file, GVariant **settings, GError **error)
{
  g_autofree char *encoding = NULL;
  GVariantDict dict;

  if (options->encoding != NULL || !session->has_terminal || session_is_for_programs (session) || strcmp (file, "-") == 0)
    return TRUE;
  if (!import_ask_encoding (session, file, *settings, &encoding, error))
    return FALSE;
  if (encoding == NULL)
    return TRUE;
  g_variant_dict_init (&dict, *settings);
  g_variant_dict_insert (&dict, KEY_IMPORT_ENCODING, "s", encoding);
  g_variant_unref (*settings);
  *settings = g_variant_ref_sink (g_variant_dict_end (&dict));
  return TRUE;
}

static int
run_import (Session *session, const void *values, char **words, GError **error)
{
  static const ImportMember member = { pr_app1_call_import, pr_app1_call_import_finish };
  const ImportOptions *options = values;
  g_autoptr (GHashTable) examples = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  g_autoptr (GVariant) settings = NULL, report = NULL;
  g_autoptr (ImportCall) call = NULL;
  ContactImport self = { .examples = examples };

  if (options->is_undo)
    return run_undo (session, words[0], error);
  if (words[0] == NULL) {
    g_set_error (error, FAULT, FAULT_USAGE, "which file? postrider import FILE --list NAME, or - for standard input");
    return -1;
  }
  settings = build_options (options, words[0], error);
  if (settings == NULL)
    return -1;
  if (options->list == NULL) {
    g_set_error (error, FAULT, FAULT_USAGE, "which list do they go to? postrider import %s --list NAME", words[0]);
    return -1;
  }
  g_variant_ref_sink (settings);
  if (!settle_encoding (session, options, words[0], &settings, error))
    return -1;
  self.call = call = import_call_new (session, &member, options->rejects, take_reject, &self, error);
  if (call == NULL)
    return -1;
  self.report = report = import_call_run (call, words[0], options->list, settings, error);
  return report != NULL ? contact_import_finish (&self, session, options->list, options->is_dry_run, error) : -1;
}

const Command import_commands[] = {
  { "import", "FILE|- | --undo [NUMBER]", "Reads people from CSV, XLSX or text into a list, or takes that back", 0, 1, options_table, sizeof (ImportOptions),
    run_import,
    "Columns for e-mail, name and phone are recognised by their usual names; all others become fields for {{…}}.\n"
    "What --map says of a column holds: field=COL makes it a field whatever it is called, unused=COL leaves it out.\n"
    "Importing the same file again changes nothing, and takes back nothing that was corrected by hand.\n"
    "Nothing is guessed that could write to somebody else: where several columns hold addresses, or the encoding is not clear, it asks.\n\n"
    "Examples:\n"
    "  postrider import guests.xlsx --list guests --region DE --consent 'sign-up sheet, 3 May'\n"
    "  postrider import guests.csv --list guests --dry-run --rejects rejects.csv\n"
    "  postrider import export.csv --list members --map 'email=Work mail,name=2,unused=Notes'\n"
    "  postrider import export.csv --list news --region US --consent 'web form' --consent-time 'Signed up'\n"
    "  xclip -o | postrider import - --list pasted\n"
    "  postrider import --undo\n" },
  { 0 },
};
