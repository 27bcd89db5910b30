#include "import-report.h"

#include "contract-keys.h"
#include "dict.h"
#include "json-out.h"
#include "table.h"
#include "words.h"
#include <stdio.h>

static void
add_count (Table *table, GVariant *report, const char *key, const char *one, const char *other)
{
  guint64 number = dict_number (report, key);
  g_autofree char *count = words_count (number);

  table_row (table, count, number == 1 ? one : other, "", NULL);
}

static void
add_reasons (Table *table, GVariant *report, const char *key, const char *what, GHashTable *examples)
{
  g_autoptr (GVariant) reasons = dict_child (report, key, "a{st}");
  GVariantIter iter;
  const char *reason;
  guint64 n;

  if (reasons == NULL)
    return;
  g_variant_iter_init (&iter, reasons);
  while (g_variant_iter_next (&iter, "{&st}", &reason, &n)) {
    const char *example = g_hash_table_lookup (examples, reason);
    g_autofree char *count = words_count (n);
    g_autofree char *text = g_strdup_printf ("%s: %s", what, reason);

    table_row (table, count, text, example != NULL ? example : "", NULL);
  }
}

/* Notes for a person, on standard error: also where the report is for a program. */
static void
say_notes (const Session *session, GVariant *report)
{
  g_autoptr (GVariant) notes = dict_child (report, KEY_IMPORT_REPORT_NOTES, "as"), rejected = dict_child (report, KEY_IMPORT_REPORT_REJECTED, "a{st}");
  GVariantIter iter;
  const char *note;
  guint64 n_left = 0;

  if (notes != NULL)
    g_variant_iter_init (&iter, notes);
  while (notes != NULL && g_variant_iter_next (&iter, "&s", &note))
    session_say (session, "Note: %s.", note);
  if (dict_number (report, KEY_IMPORT_REPORT_SUPPRESSED) > 0)
    session_say (session, "%" G_GUINT64_FORMAT " newly suppressed: postrider suppress list", dict_number (report, KEY_IMPORT_REPORT_SUPPRESSED));
  else if (rejected != NULL && g_variant_lookup (rejected, "left", "t", &n_left))
    session_say (session, "The file says that %" G_GUINT64_FORMAT " of them unsubscribed or were blocked: they were left out. To suppress them everywhere, import it again with --left suppress.", n_left);
}

void
import_report_print (const Session *session, const char *list, gboolean is_dry_run, GVariant *report, GHashTable *examples)
{
  g_autoptr (Table) table = table_new (">", "", "", NULL);
  g_autofree char *fields = dict_join (report, KEY_IMPORT_REPORT_FIELDS, ", ");

  say_notes (session, report);
  if (session_is_for_programs (session)) {
    json_out_document (report);
    return;
  }
  if (session->is_quiet)
    return;
  printf ("%s %s, %s\n", is_dry_run ? "Read as" : "Taken as", dict_text (report, KEY_IMPORT_REPORT_FORMAT), dict_text (report, KEY_IMPORT_REPORT_ENCODING));
  add_count (table, report, KEY_IMPORT_REPORT_READ, "row read", "rows read");
  add_count (table, report, KEY_IMPORT_REPORT_NEW, is_dry_run ? "person would be new" : "person is new", is_dry_run ? "people would be new" : "people are new");
  add_count (table, report, KEY_IMPORT_REPORT_UPDATED, is_dry_run ? "would be updated" : "was updated", is_dry_run ? "would be updated" : "were updated");
  add_count (table, report, KEY_IMPORT_REPORT_MERGED, "row was the same person as another row", "rows were the same person as another row");
  add_count (table, report, KEY_IMPORT_REPORT_UNCHANGED, "was known already, with the same values", "were known already, with the same values");
  add_reasons (table, report, KEY_IMPORT_REPORT_REJECTED, "rejected", examples);
  add_reasons (table, report, KEY_IMPORT_REPORT_LEFT_OUT, "value left out", examples);
  add_reasons (table, report, KEY_IMPORT_REPORT_HINTS, "to be looked at", examples);
  table_print (table, stdout);
  if (*fields != '\0')
    printf ("Fields for templates: name, email, phone, %s\n", fields);
  if (is_dry_run)
    session_say (session, "Nothing was stored (--dry-run).");
  else if (dict_number (report, KEY_IMPORT_REPORT_NEW) + dict_number (report, KEY_IMPORT_REPORT_UPDATED) + dict_number (report, KEY_IMPORT_REPORT_MERGED) +
             dict_number (report, KEY_IMPORT_REPORT_UNCHANGED) > 0)
    session_say (session, "They are in the list “%s”: postrider list show '%s'", list, list);
}
