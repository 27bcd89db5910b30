/* arrival.h - people whom an import has written and nobody sees yet: those with an id above arrival.base. The views contact and member leave them
 * out; one small transaction shows them all, or they are cleared away.
 * Rules:  docs/decisions/import-is-one-transaction.md. Used in: core/store, core/app. Errors: FAULT_IO. */
#pragma once
#include "store.h"

/* Opens it. out_base: ids above it were never given to anybody. out_list: the id of the list with this name, or the one that it will get. */
gboolean arrival_open (Store *store, const char *list, gint64 *out_base, gint64 *out_list, GError **error);

/* Is there room for `next_bytes` more, and to clear all away afterwards? Returns: FALSE with FAULT_IO. */
gboolean arrival_check_room (Store *store, guint64 written_bytes, guint64 next_bytes, GError **error);

/* From here on they are people like all others. Inside the caller's transaction. */
gboolean arrival_show (Store *store, GError **error);

/* Clears at most `max` of them away. Returns: 1 there may be more, 0 nothing is left, -1 with `error` set. */
int      arrival_clear (Store *store, guint max, GError **error);

/* While it is open nobody else may change people. Returns: FALSE with FAULT_TEMP: try again when the import is done. */
gboolean arrival_check_none (Store *store, GError **error);
