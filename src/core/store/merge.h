/* merge.h - the rows of one import: staged aside as they come, then merged into the people in one transaction, or not at all.
 * Trust:  values were checked by core/intake/rules. Used in: core/intake/import.
 * Rules:  docs/decisions/import-is-one-transaction.md. Memory does not grow with the rows: they wait in temporary tables on disk.
 * Errors: FAULT_IO (disk full), FAULT_TEMP (another import is running), FAULT_DATA (the file cannot be a list of people). */
#pragma once
#include "frame.h"
#include "store.h"

typedef struct Merge Merge;

typedef struct {
  Slice        name, email, phone; /* email canonical or empty, phone E.164 or empty; not both empty */
  const void  *fields;             /* shared/wire/fields, no empty values */
  gsize        fields_len;
} MergeRow; /* all borrowed */

typedef struct { /* how many rows; their sum is the rows that were added */
  guint64 created, updated, merged, unchanged;
} MergeCounts;

typedef struct {
  const char        *list;    /* made when it is not there */
  const char        *consent; /* source, or "" */
  const char *const *fields;  /* names that these rows have, in the file's order */
  gboolean           is_dry_run;
} MergeTarget;

Merge   *merge_new  (Store *store, GError **error); /* (transfer full); one at a time a store */
void     merge_free (Merge *self);                  /* what was not committed is gone; NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Merge, merge_free)

/* Rows are added between merge_open_batch() and merge_close_batch(), without a return to the main loop in between. */
gboolean merge_open_batch  (Merge *self, GError **error);
gboolean merge_add         (Merge *self, const MergeRow *row, GError **error);
gboolean merge_close_batch (Merge *self, GError **error);

/* Once, at the end. Returns: FALSE: nothing was stored. */
gboolean merge_commit (Merge *self, const MergeTarget *target, MergeCounts *out_counts, GError **error);
