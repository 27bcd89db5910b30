/* table.h - rows of cells, whatever the file was: delimited text, a sheet, a pasted list.
 * Trust:  cells are hostile and may be no UTF-8. Used in: confined/import. */
#pragma once
#include "csv.h"
#include "input.h"

typedef struct ImportTable ImportTable;
struct ImportTable { /* base of each kind */
  /* Returns: TRUE with out_row (borrowed until the next call); FALSE at the end, or with `error` set: nothing more will come. */
  gboolean (*next) (ImportTable *self, CsvRow *out_row, GError **error);
  guint64  (*get_position) (ImportTable *self); /* octets of the file consumed so far */
  void     (*free) (ImportTable *self);
  gboolean is_grid; /* a cell cannot slip into another column: what stands right of the header is harmless */
};

/* input: borrowed for the life of the table, rewound. */
ImportTable *import_table_csv_new  (Input *input, char delimiter);
/* Cells: name, e-mail, phone; a row for each person, numbered by its line. */
ImportTable *import_table_list_new (Input *input);
void         import_table_free     (ImportTable *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImportTable, import_table_free)

extern const char import_table_lost[]; /* data of an empty cell whose value is not in the file: a formula that was never calculated */
gboolean import_table_is_lost (Slice cell);

enum { LIST_NAME, LIST_EMAIL, LIST_PHONE, LIST_CELLS };

typedef struct { /* a row that stays: one block */
  CsvRow row;
  Slice  cells[]; /* and the octets behind */
} KeptRow;

KeptRow *kept_row_new (const CsvRow *row); /* (transfer full), g_free() */
