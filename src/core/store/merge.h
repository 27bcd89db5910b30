/* merge.h - the rows of one import: written as they come where nobody sees them, then shown to all in one transaction, or cleared away.
 * Trust:  values were checked by core/intake/rules. Used in: core/intake/import.
 * Rules:  docs/decisions/import-is-one-transaction.md. Memory does not grow with the rows; each call takes some milliseconds, but for the last
 *         step, which takes as long as what it changes of people who were there before.
 * Errors: FAULT_IO (disk full), FAULT_TEMP (another import is running), FAULT_DATA (the file cannot be a list of people). */
#pragma once
#include "database.h"
#include "forgotten.h"
#include "frame.h"

typedef struct Merge Merge;

typedef struct {
  Slice        name, email, phone; /* email canonical or empty, phone E.164 or empty; not both empty */
  const void  *fields;             /* shared/wire/fields, no empty values */
  gsize        fields_len;
  Slice        consent;            /* its source, where the row has its own; empty: the import's */
  gint64       consent_utc;        /* 0: the import's; MERGE_NO_CONSENT: none is known of this person */
} MergeRow; /* all borrowed */

#define MERGE_NO_CONSENT (-1)

typedef struct { /* how many rows; their sum is the rows that were added */
  guint64 created, updated, merged, unchanged;
  gint64  import; /* import-undo.h; 0: nothing was stored */
} MergeCounts;

typedef struct {
  const char *const *fields; /* names that these rows have, in the file's order */
  const char *const *aliases; /* header, then the column it was taken for, in pairs; or NULL */
  gboolean           is_dry_run;
  const char        *what;      /* in the log; NULL: "import" */
  Forgotten         *forgotten; /* people whom it let through are known again; or NULL */
  const char        *name; /* of the file, for people; or NULL */
} MergeTarget;

/* list: made at the end when it is not there. consent: its source, or "". */
Merge   *merge_new  (Database *database, const char *list, const char *consent, GError **error); /* (transfer full); one at a time a store */
void     merge_free (Merge *self); /* clears away at once what was not stored (merge_clear() does it bit by bit); NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Merge, merge_free)

/* Before the first row: source ("": none) and time of those who have no own; utc 0: now, and an older record of the same source keeps its time. */
void     merge_set_consent (Merge *self, const char *source, gint64 utc);

/* Rows are added between merge_open_batch() and merge_close_batch(), without a return to the main loop in between. */
gboolean merge_open_batch  (Merge *self, GError **error);
gboolean merge_add         (Merge *self, const MergeRow *row, GError **error);
gboolean merge_close_batch (Merge *self, GError **error);

/* When all rows are there, until it is done. Returns: 1 call again; 0 all is stored (a dry run: nothing is) and counted; -1 nothing will be
 * stored: merge_clear() comes next. */
int merge_step (Merge *self, const MergeTarget *target, MergeCounts *out_counts, GError **error);

/* Clears a piece of what was written away. Returns: whether there is more. */
gboolean merge_clear (Merge *self);
