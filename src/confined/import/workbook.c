#include "workbook.h"

#include "fault.h"
#include "text.h"
#include <string.h>

#define RELATIONSHIPS "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
#define RELATIONSHIPS_STRICT "http://purl.oclc.org/ooxml/officeDocument/relationships"

typedef struct { /* of one part */
  char       *main;   /* the workbook, of the package; parts, or NULL */
  GHashTable *sheets; /* char * id -> part */
  char       *strings, *styles;
} Relations;

static void
relations_clear (Relations *self)
{
  g_free (self->main);
  g_hash_table_unref (self->sheets);
  g_free (self->strings);
  g_free (self->styles);
}

static gboolean
workbook_refuse (GError **error, const char *sentence)
{
  g_set_error_literal (error, FAULT, FAULT_DATA, sentence);
  return FALSE;
}

#define OTHERS_MAX 500 /* octets of names of sheets in a sentence */
#define NAME_MAX_BYTES 124 /* of one; Excel allows 31 characters */

#define SAVE_AS "open it, save the contacts as .xlsx or as CSV (UTF-8), and import that"

/* Refuses a ZIP file without a workbook, by the name of what it is. */
static gboolean
refuse_foreign (Archive *archive, GError **error)
{
  static const struct { const char *prefix, *sentence; } foreign[] = {
    { "xl/workbook.bin", "this is a binary workbook (.xlsb): " SAVE_AS },
    { "word/", "this is a Word document, not a workbook: copy its text into a plain text file, or put it into a table and save that as .xlsx" },
    { "ppt/", "this is a presentation, not a list of contacts" },
    { "content.xml", "this is an OpenDocument file (.ods): " SAVE_AS },
    { "Index/", "this is an Apple Numbers file: export the contacts as CSV or Excel, and import that" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (foreign); i++)
    if (archive_has_prefix (archive, foreign[i].prefix))
      return workbook_refuse (error, foreign[i].sentence);
  return workbook_refuse (error, "this is a ZIP archive without a workbook: unpack it, and import the file inside");
}

/* A target stands relative to the folder of its source, or from the root: "../x.xml" of "xl/workbook.xml" is "x.xml". */
static char *
resolve_target (const char *source, const char *target)
{
  g_autofree char *slashed = g_strdelimit (g_strdup (target), "\\", '/');
  g_autofree char *folder = g_path_get_dirname (source);
  g_autofree char *root = g_strconcat ("/", folder, NULL);
  g_autofree char *path = g_canonicalize_filename (slashed, root);

  return g_strdup (path + 1);
}

static void
add_relation (Relations *self, const char *source, const char *id, const char *type, const char *target)
{
  if (g_str_has_suffix (type, "/officeDocument") && self->main == NULL)
    self->main = resolve_target (source, target);
  else if (g_str_has_suffix (type, "/worksheet"))
    g_hash_table_replace (self->sheets, g_strdup (id), resolve_target (source, target));
  else if (g_str_has_suffix (type, "/sharedStrings") && self->strings == NULL)
    self->strings = resolve_target (source, target);
  else if (g_str_has_suffix (type, "/styles") && self->styles == NULL)
    self->styles = resolve_target (source, target);
}

/* "xl/workbook.xml" -> "xl/_rels/workbook.xml.rels"; "": of the package */
static char *
relations_name (const char *source)
{
  const char *name = strrchr (source, '/');

  name = name != NULL ? name + 1 : source;
  return g_strdup_printf ("%.*s_rels/%s.rels", (int) (name - source), source, name);
}

/* source: the part that they belong to, or "" for the package. */
static gboolean
read_relations (Archive *archive, const char *source, Relations *self, GError **error)
{
  g_auto (Markup) markup = { NULL, NULL };
  g_autofree char *name = relations_name (source);
  g_autoptr (GError) wrong = NULL;

  if (!markup_open (&markup, archive, name, error))
    return FALSE;
  while (markup_next (&markup, &wrong))
    if (markup_is_start (&markup, "Relationship")) {
      g_autofree char *id = markup_dup_attribute (&markup, "Id"), *type = markup_dup_attribute (&markup, "Type");
      g_autofree char *target = markup_dup_attribute (&markup, "Target");

      if (id != NULL && type != NULL && target != NULL && g_hash_table_size (self->sheets) < WORKBOOK_SHEETS_MAX)
        add_relation (self, source, id, type, target);
    }
  if (wrong != NULL) {
    g_propagate_error (error, g_steal_pointer (&wrong));
    return FALSE;
  }
  return TRUE;
}

/* ECMA-376 part 2 §9.3: the package's relations name its main part. Without them it is where everybody puts it. */
static gboolean
find_main (Archive *archive, Relations *self, GError **error)
{
  if (archive_has (archive, "_rels/.rels") && !read_relations (archive, "", self, error))
    return FALSE;
  if (self->main == NULL || !archive_has (archive, self->main)) {
    g_free (self->main);
    self->main = g_strdup ("xl/workbook.xml");
  }
  if (g_ascii_strncasecmp (self->main, "word/", 5) == 0 || g_ascii_strncasecmp (self->main, "ppt/", 4) == 0 ||
      g_str_has_suffix (self->main, ".bin") || !archive_has (archive, self->main))
    return refuse_foreign (archive, error);
  return TRUE;
}

static void
add_sheet (Workbook *self, Markup *markup, const Relations *relations)
{
  g_autofree char *name = markup_dup_attribute (markup, "name"), *state = markup_dup_attribute (markup, "state"), *id = NULL;
  xmlChar *raw = xmlTextReaderGetAttributeNs (markup->reader, (const xmlChar *) "id", (const xmlChar *) RELATIONSHIPS);
  const char *target;

  if (raw == NULL)
    raw = xmlTextReaderGetAttributeNs (markup->reader, (const xmlChar *) "id", (const xmlChar *) RELATIONSHIPS_STRICT);
  id = g_strdup (raw != NULL ? (const char *) raw : "");
  xmlFree (raw);
  target = g_hash_table_lookup (relations->sheets, id);
  if (name == NULL || target == NULL || self->names->len >= WORKBOOK_SHEETS_MAX) /* a sheet of charts has no rows */
    return;
  g_ptr_array_add (self->names, g_steal_pointer (&name));
  g_ptr_array_add (self->targets, g_strdup (target));
  if (state != NULL && strcmp (state, "visible") != 0 && self->first_visible == self->names->len - 1)
    self->first_visible++;
}

static gboolean
read_flag (Markup *markup, const char *name)
{
  g_autofree char *text = markup_dup_attribute (markup, name);

  return text != NULL && (strcmp (text, "1") == 0 || strcmp (text, "true") == 0);
}

static gboolean
read_sheets (Workbook *self, const Relations *relations, GError **error)
{
  g_auto (Markup) markup = { NULL, NULL };
  g_autoptr (GError) wrong = NULL;

  if (!markup_open (&markup, self->archive, relations->main, error))
    return FALSE;
  while (markup_next (&markup, &wrong)) {
    if (markup_is_start (&markup, "workbookPr"))
      self->is_1904 = read_flag (&markup, "date1904");
    else if (markup_is_start (&markup, "calcPr"))
      self->is_uncalculated = read_flag (&markup, "fullCalcOnLoad");
    else if (markup_is_start (&markup, "sheet"))
      add_sheet (self, &markup, relations);
  }
  if (wrong != NULL) {
    g_propagate_error (error, g_steal_pointer (&wrong));
    return FALSE;
  }
  if (self->first_visible >= self->names->len)
    self->first_visible = 0;
  return self->names->len > 0 || workbook_refuse (error, "the workbook has no sheet with rows");
}

static guint
read_number_attribute (Markup *markup, const char *name)
{
  g_autofree char *text = markup_dup_attribute (markup, name);
  guint64 value = text != NULL ? g_ascii_strtoull (text, NULL, 10) : 0;

  return (guint) MIN (value, G_MAXUINT32);
}

static gboolean
read_styles (Workbook *self, const char *part, GError **error)
{
  g_auto (Markup) markup = { NULL, NULL };
  GHashTable *codes = self->formats;
  g_autoptr (GError) wrong = NULL;
  gboolean is_inside = FALSE;

  if (!markup_open (&markup, self->archive, part, error))
    return FALSE;
  while (markup_next (&markup, &wrong)) {
    if (markup_is_start (&markup, "numFmt") && g_hash_table_size (codes) < WORKBOOK_STYLES_MAX) {
      gpointer id = GUINT_TO_POINTER (read_number_attribute (&markup, "numFmtId"));

      if (!g_hash_table_contains (codes, id)) /* a style borrows it */
        g_hash_table_insert (codes, id, markup_dup_attribute (&markup, "formatCode"));
    } else if (markup_is_start (&markup, "cellXfs") || markup_is_end (&markup, "cellXfs")) {
      is_inside = markup_is_start (&markup, "cellXfs") && !markup_is_empty (&markup);
    } else if (is_inside && markup_is_start (&markup, "xf") && self->styles->len < WORKBOOK_STYLES_MAX) {
      guint id = read_number_attribute (&markup, "numFmtId");
      NumberStyle style = number_style_parse (id, g_hash_table_lookup (codes, GUINT_TO_POINTER (id)));

      g_array_append_val (self->styles, style);
    }
  }
  if (wrong != NULL) {
    g_propagate_error (error, g_steal_pointer (&wrong));
    return FALSE;
  }
  return TRUE;
}

void
workbook_unescape (GString *text, gsize from)
{
  gsize to = from;

  for (gsize i = from; i < text->len;) {
    const char *at = text->str + i;

    if (text->len - i >= 7 && at[0] == '_' && at[1] == 'x' && at[6] == '_' && g_ascii_isxdigit (at[2]) && g_ascii_isxdigit (at[3]) &&
        g_ascii_isxdigit (at[4]) && g_ascii_isxdigit (at[5])) {
      gunichar c = (gunichar) (g_ascii_xdigit_value (at[2]) << 12 | g_ascii_xdigit_value (at[3]) << 8 |
                               g_ascii_xdigit_value (at[4]) << 4 | g_ascii_xdigit_value (at[5]));

      if (c != 0 && !(c >= 0xd800 && c <= 0xdfff))
        to += (gsize) g_unichar_to_utf8 (c, text->str + to); /* at most 3 octets where 7 were */
      i += 7;
      continue;
    }
    text->str[to++] = text->str[i++];
  }
  g_string_truncate (text, to);
}

static gboolean
close_string (Workbook *self, guint32 start, GError **error)
{
  if (self->starts->len == WORKBOOK_STRINGS_MAX || self->strings->len >= WORKBOOK_STRINGS_BYTES_MAX)
    return workbook_refuse (error, "the workbook holds more than 256 MiB of text: save the contacts as CSV (UTF-8), and import that");
  workbook_unescape (self->strings, start);
  g_string_append_c (self->strings, '\0');
  g_array_append_val (self->starts, start);
  return TRUE;
}

/* <si><t>Ann</t></si>, or runs of <r><t>; <rPh> tells how to pronounce it and is passed over. */
static gboolean
read_strings (Workbook *self, const char *part, GError **error)
{
  g_auto (Markup) markup = { NULL, NULL };
  g_autoptr (GError) wrong = NULL;
  gboolean is_text = FALSE, is_phonetic = FALSE;
  guint32 start = 0;

  if (!markup_open (&markup, self->archive, part, error))
    return FALSE;
  while (markup_next (&markup, &wrong)) {
    const char *text = is_text ? markup_peek_text (&markup) : NULL;

    if (text != NULL && !is_phonetic && self->strings->len < WORKBOOK_STRINGS_BYTES_MAX)
      g_string_append (self->strings, text);
    else if (markup_is_start (&markup, "t"))
      is_text = !markup_is_empty (&markup);
    else if (markup_is_end (&markup, "t"))
      is_text = FALSE;
    else if (markup_is_start (&markup, "rPh") || markup_is_end (&markup, "rPh"))
      is_phonetic = markup_is_start (&markup, "rPh") && !markup_is_empty (&markup);
    else if (markup_is_start (&markup, "si"))
      start = (guint32) self->strings->len;
    if ((markup_is_end (&markup, "si") || (markup_is_start (&markup, "si") && markup_is_empty (&markup))) &&
        !close_string (self, start, error))
      return FALSE;
  }
  if (wrong != NULL) {
    g_propagate_error (error, g_steal_pointer (&wrong));
    return FALSE;
  }
  return TRUE;
}

static gboolean
read_all (Workbook *self, Relations *relations, GError **error)
{
  return find_main (self->archive, relations, error) && read_relations (self->archive, relations->main, relations, error) &&
         read_sheets (self, relations, error) &&
         (relations->styles == NULL || !archive_has (self->archive, relations->styles) || read_styles (self, relations->styles, error)) &&
         (relations->strings == NULL || read_strings (self, relations->strings, error));
}

Workbook *
workbook_new (Input *input, GError **error)
{
  g_autoptr (Workbook) self = g_new0 (Workbook, 1);
  Relations relations = { .sheets = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free) };
  gboolean is_fine;

  self->names = g_ptr_array_new_with_free_func (g_free);
  self->targets = g_ptr_array_new_with_free_func (g_free);
  self->formats = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  self->styles = g_array_new (FALSE, FALSE, sizeof (NumberStyle));
  self->strings = g_string_new (NULL);
  self->starts = g_array_new (FALSE, FALSE, sizeof (guint32));
  self->archive = archive_new (input, error);
  is_fine = self->archive != NULL && read_all (self, &relations, error);
  relations_clear (&relations);
  return is_fine ? g_steal_pointer (&self) : NULL;
}

void
workbook_free (Workbook *self)
{
  if (self == NULL)
    return;
  archive_free (self->archive);
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->targets);
  g_hash_table_unref (self->formats);
  g_array_unref (self->styles);
  g_string_free (self->strings, TRUE);
  g_array_unref (self->starts);
  g_free (self);
}

Slice
workbook_get_string (const Workbook *self, guint64 index)
{
  gsize start, end;

  if (index >= self->starts->len)
    return (Slice){ "", 0 };
  start = g_array_index (self->starts, guint32, index);
  end = index + 1 < self->starts->len ? g_array_index (self->starts, guint32, index + 1) : self->strings->len;
  return (Slice){ self->strings->str + start, end - start - 1 };
}

static gboolean
find_name (const Workbook *self, const char *wanted, guint *out_index)
{
  g_autofree char *folded = g_utf8_casefold (wanted, -1);

  for (guint i = 0; i < self->names->len; i++) {
    g_autofree char *mine = g_utf8_casefold (g_ptr_array_index (self->names, i), -1);

    if (strcmp (mine, folded) == 0) {
      *out_index = i;
      return TRUE;
    }
  }
  return FALSE;
}

gboolean
workbook_find_sheet (const Workbook *self, const char *wanted, guint *out_index, GError **error)
{
  g_autoptr (GString) list = g_string_new (NULL);
  g_autofree char *shown = NULL;
  guint64 number;

  if (wanted[0] == '\0') {
    *out_index = self->first_visible;
    return TRUE;
  }
  if (find_name (self, wanted, out_index))
    return TRUE;
  if (g_ascii_string_to_unsigned (wanted, 10, 1, self->names->len, &number, NULL)) {
    *out_index = (guint) number - 1;
    return TRUE;
  }
  for (guint i = 0; i < self->names->len && i < 20; i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", (const char *) g_ptr_array_index (self->names, i));
  shown = text_printable (list->str, -1, 500);
  g_set_error (error, FAULT, FAULT_USAGE, "there is no sheet “%s” in the workbook: it has %s", wanted, shown);
  return FALSE;
}

char *
workbook_list_others (const Workbook *self, guint index)
{
  g_autoptr (GString) list = g_string_new (NULL);

  for (guint i = 0; i < self->names->len && list->len < OTHERS_MAX; i++)
    if (i != index) {
      g_autofree char *name = text_quote (g_ptr_array_index (self->names, i), NAME_MAX_BYTES);

      g_string_append_printf (list, "%s%s", list->len > 0 ? ", " : "", name);
    }
  if (self->names->len < 2)
    return NULL;
  return text_printable (list->str, -1, OTHERS_MAX + NAME_MAX_BYTES);
}
