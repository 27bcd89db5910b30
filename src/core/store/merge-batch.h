/* merge-batch.h - rows of an import in memory that SQL can select from: one statement takes them all. (A statement for each row costs more than the row.)
 * Trust:  rows were checked by core/intake. Used in: core/store/merge. */
#pragma once
#include "frame.h"
#include <sqlite3.h>

typedef enum { /* texts of a row, and columns behind row, kind and hash */
  MERGE_BATCH_NAME, MERGE_BATCH_EMAIL, MERGE_BATCH_PHONE, MERGE_BATCH_FIELDS /* a blob */, MERGE_BATCH_NAME_KEY, MERGE_BATCH_KEY, MERGE_BATCH_CONSENT,
  MERGE_BATCH_TEXTS
} MergeBatchText;

typedef struct MergeBatch MergeBatch;

MergeBatch *merge_batch_new      (void); /* (transfer full) */
void        merge_batch_free     (MergeBatch *self); /* NULL is a no-op; statements that use the table must be gone */
void        merge_batch_add      (MergeBatch *self, gint64 row, int kind, gint64 hash, gint64 consent_utc, const Slice texts[MERGE_BATCH_TEXTS]); /* copied */
gsize       merge_batch_get_size (const MergeBatch *self); /* octets */
void        merge_batch_clear    (MergeBatch *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MergeBatch, merge_batch_free)

/* Table `name` in the connection: row, kind, hash, name, email, phone, fields, name_key, key, consent; consent_utc in front of the texts. The batch must outlive the statements. */
gboolean merge_batch_register (MergeBatch *self, sqlite3 *db, const char *name);
