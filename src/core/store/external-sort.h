/* external-sort.h - pairs of a hash and a number brought into order, more than memory should hold: runs of fixed size wait in a nameless file.
 * Used in: core/store. Errors: FAULT_IO (disk full). */
#pragma once
#include "database.h"

typedef struct {
  gint64 hash, id; /* ids of one hash must be added in ascending order */
} ExternalSortEntry;

typedef struct ExternalSort ExternalSort;

ExternalSort *external_sort_new  (Database *database); /* (transfer full); the file lies beside the store */
void          external_sort_free (ExternalSort *self); /* NULL is a no-op */
gboolean      external_sort_add  (ExternalSort *self, ExternalSortEntry entry, GError **error);
/* By hash, then id. Returns: FALSE at the end, or with `error` set. Behind the end it is empty and may be used again. */
gboolean      external_sort_next (ExternalSort *self, ExternalSortEntry *out_entry, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ExternalSort, external_sort_free)
