/* merge-private.h - what merge.c (staging, the transaction), merge-match.c (who is who) and merge-apply.c (values) share. Used in: core/store only. */
#pragma once
#include "merge.h"

typedef enum { MERGE_BY_EMAIL = 1, MERGE_BY_PHONE = 2 } MergeKind; /* column staged.kind: by what a row is known */

struct Merge {
  Store        *store;
  sqlite3_stmt *insert;
  GByteArray   *keys; /* scratch */
  gint64        rows;
  gint64        kind_rows[3]; /* by MergeKind */

  /* during merge_commit(): a new person gets the id base + row */
  gint64        base;
  gboolean      has_people, has_nameless, has_phone_only; /* before this import */
  gboolean      has_claims;
  MergeCounts   counts;
};

/* Finds for each staged row of `kind` its person. Table decision gets a row for each that is not simply a new person by itself;
 * an older person who lacked the name or the address by which the row is known gets it at once. */
gboolean merge_match (Merge *self, MergeKind kind, GError **error);

/* Puts the values of one staged row into `id`, an older person; counts it. */
gboolean merge_apply_one (Merge *self, MergeKind kind, gint64 row, gint64 id, GError **error);

/* The same for all rows whose address or number comes more than once in the file, person by person, in the file's order. */
gboolean merge_apply_multi (Merge *self, MergeKind kind, GError **error);
