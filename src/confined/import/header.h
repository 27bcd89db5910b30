/* header.h - where the header stands: not always in the first row, since school software and spreadsheets write titles above it.
 * Trust:  cells are hostile. Used in: confined/import/plan. Does no I/O. */
#pragma once
#include "table.h"

#define HEADER_ROWS_MAX 20 /* chosen (docs/design.md §12): looked for among so many rows */

typedef struct {
  gboolean is_there;
  guint    index;     /* of the sample, where it is there */
  gboolean is_double; /* a row beside it looks like its other half */
} Header;

/* sample: KeptRow, the first rows that are not empty. word: auto | yes (the first of them) | no | a row's number.
 * Errors: FAULT_USAGE: no such row among them. */
gboolean header_find (const GPtrArray *sample, const char *word, Header *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* A cell's words on one line, without controls, cut where they are longer than a name may be. Returns: (transfer full). */
char *header_word (Slice cell);

#define HEADER_WORD_MAX 256 /* octets; chosen: it becomes a field's name, which stands in templates and at the head of an export */

/* TRUE when a cell holds an address or a number, and nothing else. */
gboolean header_has_value (const CsvRow *row);
