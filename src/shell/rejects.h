/* rejects.h - the rows of the last import that were not taken, kept for the export that the page may ask for.
 * Used in: shell. Contract: App1.ImportRejected, Window1.Export (rejects). */
#pragma once
#include "csv-out.h"
#include <gio/gio.h>

typedef struct Rejects Rejects;

Rejects *rejects_new   (void);
void     rejects_free  (Rejects *self);
void     rejects_begin (Rejects *self, gboolean is_file); /* an import begins: of a file, whose rows take the place of those; or of one of them that was mended */
void     rejects_add   (Rejects *self, GVariant *rows); /* ay, a frame */
guint64  rejects_write (Rejects *self, CsvOut *csv);    /* with its head. Returns: how many rows. Any thread, while nothing is added */
