#include "import-report.h"

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

void
import_report_print (const Session *session, const char *list, gboolean is_dry_run, GVariant *report, GHashTable *examples)
{
  g_autoptr (Table) table = table_new (">", "", "", NULL);
  g_autofree char *fields = dict_join (report, "fields", ", ");

  if (session_is_for_programs (session)) {
    json_out_document (report);
    return;
  }
  if (!session->is_quiet)
    printf ("%s %s, %s\n", is_dry_run ? "Read as" : "Taken as", dict_text (report, "format"), dict_text (report, "encoding"));
  add_count (table, report, "read", "row read", "rows read");
  add_count (table, report, "new", is_dry_run ? "person would be new" : "person is new", is_dry_run ? "people would be new" : "people are new");
  add_count (table, report, "updated", is_dry_run ? "would be updated" : "was updated", is_dry_run ? "would be updated" : "were updated");
  add_count (table, report, "merged", "row was the same person as another row", "rows were the same person as another row");
  add_count (table, report, "unchanged", "was known already, with the same values", "were known already, with the same values");
  add_reasons (table, report, "rejected", "rejected", examples);
  add_reasons (table, report, "left_out", "value left out", examples);
  table_print (table, stdout);
  if (*fields != '\0')
    printf ("Fields for templates: name, email, phone, %s\n", fields);
  if (is_dry_run)
    session_say (session, "Nothing was stored (--dry-run).");
  else if (dict_number (report, "new") + dict_number (report, "updated") + dict_number (report, "merged") + dict_number (report, "unchanged") > 0)
    session_say (session, "They are in the list “%s”: postrider list show '%s'", list, list);
}
