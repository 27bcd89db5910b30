#include "suppress-import.h"

#include "contract-keys.h"
#include "dict.h"
#include "import-call.h"
#include "import-map.h"
#include "json-out.h"
#include "text.h"
#include <stdio.h>
#include <string.h>

#define VALUE_MAX 256 /* octets of a foreign value that is shown */

#define AT(member) G_STRUCT_OFFSET (SuppressImportOptions, member)

const Option suppress_import_options[] = {
  { "scope", 0, OPTION_TEXT, AT (scope), "SCOPE", "all (usual) | from:ADDR (this sender) | list:NAME (this list)" },
  { "reason", 0, OPTION_TEXT, AT (reason), "TEXT", "why; kept with each address (else what the file says)" },
  { "all", 0, OPTION_FLAG, AT (is_all), NULL, "every row, whatever its status says" },
  { "map", 0, OPTION_TEXT, AT (map), "MAP", "email=COL,phone=COL (header's name or number), as in import" },
  { "region", 0, OPTION_TEXT, AT (region), "CC", "the country of numbers without +, for example IN or DE" },
  { "sheet", 0, OPTION_TEXT, AT (sheet), "NAME", "the sheet of an XLSX file (name or number; else the first)" },
  { "format", 0, OPTION_TEXT, AT (format), "WORD", "csv | xlsx | text (else found out)" },
  { "encoding", 0, OPTION_TEXT, AT (encoding), "NAME", "utf-8, utf-16, windows-1252, iso-8859-15… (else found out)" },
  { "header", 0, OPTION_TEXT, AT (header), "yes|no", "whether the first row names the columns (else found out)" },
  { "dry-run", 'n', OPTION_FLAG, AT (is_dry_run), NULL, "say what would happen, store nothing" },
  { "rejects", 0, OPTION_TEXT, AT (rejects), "FILE.csv", "write the rows that were not taken there, whole, with the reason" },
  { 0 },
};

typedef struct {
  const Session *session;
  ImportCall    *call;
  GPtrArray     *not_taken; /* GVariant a{sv}, for JSON */
  GVariant      *report;
} SuppressImport;

static void
keep_for_json (SuppressImport *self, const FrameRow *row)
{
  static const char *const names[] = { "field", "value", "reason" };
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, "row", "t", row->key);
  for (gsize i = 0; i < G_N_ELEMENTS (names); i++) {
    g_autofree char *text = g_utf8_make_valid (row->fields[i].data, (gssize) row->fields[i].len);

    g_variant_dict_insert (&dict, names[i], "s", text);
  }
  g_ptr_array_add (self->not_taken, g_variant_ref_sink (g_variant_dict_end (&dict)));
}

static void
suppress_import_tell (SuppressImport *self, const FrameRow *row)
{
  g_autofree char *field = text_printable (row->fields[0].data, (gssize) row->fields[0].len, VALUE_MAX);
  g_autofree char *value = text_printable (row->fields[1].data, (gssize) row->fields[1].len, VALUE_MAX);
  g_autofree char *sentence = text_printable (row->fields[3].data, (gssize) row->fields[3].len, VALUE_MAX);

  import_call_hide (self->call);
  session_say (self->session, "Not taken: row %" G_GUINT64_FORMAT "%s%s “%s”: %s", row->key, *field != '\0' ? ", " : "", field, value, sentence);
}

static void
take_reject (const FrameRow *row, gpointer data)
{
  SuppressImport *self = data;
  CsvRejects *rejects = import_call_get_rejects (self->call);

  if (row->aux != 0) /* a value beside the address: nobody needs it here */
    return;
  if (rejects != NULL)
    csv_rejects_add (rejects, row);
  else if (session_is_for_programs (self->session))
    keep_for_json (self, row);
  else
    suppress_import_tell (self, row);
}

static GVariant *
build_options (const SuppressImportOptions *options, const char *file, GError **error)
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
  dict_put_text (&out, KEY_IMPORT_REASON, options->reason);
  dict_put_flag (&out, KEY_IMPORT_ALL, options->is_all);
  dict_put_flag (&out, KEY_IMPORT_DRY_RUN, options->is_dry_run);
  dict_put_text (&out, KEY_IMPORT_NAME, strcmp (file, "-") == 0 ? "standard input" : name);
  return g_variant_ref_sink (g_variant_dict_end (&out));
}

static void
print_json (SuppressImport *self)
{
  JsonBuilder *builder = json_out_begin ();

  json_out_members (builder, self->report);
  json_builder_set_member_name (builder, "not_taken");
  json_builder_begin_array (builder);
  for (guint i = 0; i < self->not_taken->len; i++)
    json_out_variant (builder, g_ptr_array_index (self->not_taken, i));
  json_builder_end_array (builder);
  json_out_end (builder);
}

static void
print_report (SuppressImport *self, const SuppressImportOptions *options)
{
  const guint64 added = dict_number (self->report, KEY_IMPORT_REPORT_ADDED), known = dict_number (self->report, KEY_IMPORT_REPORT_KNOWN),
                domains = dict_number (self->report, KEY_IMPORT_REPORT_DOMAINS);
  const guint64 left = dict_number (self->report, KEY_IMPORT_REPORT_READ) - added - known;
  const char *would = options->is_dry_run ? "would be suppressed" : added == 1 ? "was not suppressed before, and is now" : "were not suppressed before, and are now";

  session_tell (self->session, "%'" G_GUINT64_FORMAT " %s %s; %'" G_GUINT64_FORMAT " %s already.", added, added == 1 ? "row" : "rows", would, known, known == 1 ? "was" : "were");
  if (domains > 0)
    session_tell (self->session, "%'" G_GUINT64_FORMAT " of them %s.", domains, domains == 1 ? "is a whole domain" : "are whole domains");
  if (left > 0)
    session_tell (self->session, "%'" G_GUINT64_FORMAT " %s not taken%s%s.", left, left == 1 ? "row was" : "rows were", options->rejects != NULL ? ": see " : "",
            options->rejects != NULL ? options->rejects : "");
  if (options->is_dry_run)
    session_say (self->session, "Nothing was stored (--dry-run).");
}

static int
suppress_import_finish (SuppressImport *self, const SuppressImportOptions *options, GError **error)
{
  if (!import_call_end_rejects (self->call, options->is_dry_run ? "the file was read" : "the list was taken", error))
    return -1;
  if (session_is_for_programs (self->session))
    print_json (self);
  else
    print_report (self, options);
  return 0;
}

int
suppress_import (Session *session, const SuppressImportOptions *options, const char *file, GError **error)
{
  static const ImportMember member = { pr_app1_call_suppress_import, pr_app1_call_suppress_import_finish };
  g_autoptr (GPtrArray) not_taken = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  g_autoptr (GVariant) settings = build_options (options, file, error), report = NULL;
  SuppressImport self = { session, .not_taken = not_taken };
  g_autoptr (ImportCall) call = settings != NULL ? import_call_new (session, &member, options->rejects, take_reject, &self, error) : NULL;

  if (call == NULL)
    return -1;
  self.call = call;
  self.report = report = import_call_run (call, file, options->scope != NULL ? options->scope : "all", settings, error);
  return report != NULL ? suppress_import_finish (&self, options, error) : -1;
}
