/* csv-rejects.h - rejected rows of a contact file as a file of the same columns, to be mended and imported again.
 * Columns: rejected_row, rejected_reason (FIELD: WORD: SENTENCE, several by " | "), then the file's own. A line for each row.
 * Trust:  rows come from core; values in them are strangers' (csv-out.h defuses formulas). Used in: cli, shell. Contract: App1.ImportRejected. */
#pragma once
#include "csv-out.h"
#include "frame.h"

#define REJECT_FIELDS 4 /* frame REJECTS: field name, value, reason, sentence; then columns and cells */
#define REJECT_DOUBTED 2 /* aux of one that was taken all the same: no rejected row */

typedef struct CsvRejects CsvRejects;

CsvRejects *csv_rejects_new  (CsvOut *csv); /* borrowed */
void        csv_rejects_add  (CsvRejects *self, const FrameRow *row); /* row: at least REJECT_FIELDS fields */
guint64     csv_rejects_end  (CsvRejects *self); /* writes what is left; before csv_out_finish(). Returns: rows written */
void        csv_rejects_free (CsvRejects *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsvRejects, csv_rejects_free)
