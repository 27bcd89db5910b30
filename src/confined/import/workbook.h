/* workbook.h - an XLSX file: its sheets, the styles that tell dates from numbers, its shared strings.
 * Trust:  hostile. Used in: confined/import. Source: ECMA-376 part 1 §18.2 (workbook), §18.4 (strings), §18.8 (styles). */
#pragma once
#include "markup.h"
#include "number.h"
#include "table.h"

#define WORKBOOK_STRINGS_BYTES_MAX (256u * 1024 * 1024) /* kept in memory, which ends at 1 GiB */
#define WORKBOOK_STRINGS_MAX 10000000                   /* as rows */
#define WORKBOOK_STYLES_MAX 65536                       /* Excel: 65,490 */
#define WORKBOOK_SHEETS_MAX 1000                        /* chosen */

typedef struct {
  Archive   *archive;
  gboolean   is_1904;
  GPtrArray *names, *targets; /* of the sheets with rows, in their order; targets are parts of the archive */
  guint      first_visible;
  gboolean   is_uncalculated; /* formulas were left to the next program, with 0 for each value */
  GHashTable *formats; /* numFmtId -> code */
  GArray    *styles;  /* NumberStyle by cell style */
  GString   *strings; /* all of them, a NUL behind each */
  GArray    *starts;  /* guint32: where each begins */
} Workbook;

/* input: borrowed for the life of the workbook. Errors: FAULT_DATA with what to do (also for .ods, .docx…). */
Workbook *workbook_new  (Input *input, GError **error);
void      workbook_free (Workbook *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Workbook, workbook_free)

/* Borrowed; empty when there is no such string. */
Slice workbook_get_string (const Workbook *self, guint64 index);

/* wanted: a name, a number from 1, or "" for the first that is not hidden. Returns: FALSE with FAULT_USAGE. */
gboolean workbook_find_sheet (const Workbook *self, const char *wanted, guint *out_index, GError **error);

/* "“Parents”, “Staff”" of the others. Returns: (transfer full), printable; NULL: there are none. */
char *workbook_list_others (const Workbook *self, guint index);

/* "_x000D_" is how a workbook writes what XML cannot: undone in place. */
void workbook_unescape (GString *text, gsize from);

/* The rows of one sheet. workbook and input: borrowed for the life of the table. */
ImportTable *import_table_sheet_new (Workbook *workbook, Input *input, guint index, GError **error);
