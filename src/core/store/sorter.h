/* sorter.h - pairs of a hash and a number brought into order, however many: runs of fixed size wait in a nameless file.
 * Used in: core/store. Errors: FAULT_IO (disk full). */
#pragma once
#include "store.h"

typedef struct {
  gint64 hash, id; /* ids of one hash must be added in ascending order */
} SorterEntry;

typedef struct Sorter Sorter;

Sorter  *sorter_new  (Store *store); /* (transfer full); the file lies beside the store */
void     sorter_free (Sorter *self); /* NULL is a no-op */
gboolean sorter_add  (Sorter *self, SorterEntry entry, GError **error);
/* By hash, then id. Returns: FALSE at the end, or with `error` set. Behind the end it is empty and may be used again. */
gboolean sorter_next (Sorter *self, SorterEntry *out_entry, GError **error);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sorter, sorter_free)
