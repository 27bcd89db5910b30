/* import-watermark.h - people whom an import has written and nobody sees yet: those with an id above the watermark, table arrival's base. The views
 * contact and member leave them out; one small transaction shows them all, or they are cleared away.
 * Rules:  docs/decisions/import-is-one-transaction.md. Used in: core/store, core/app. Errors: FAULT_IO. */
#pragma once
#include "database.h"

/* Sets it. out_base: ids above it were never given to anybody. out_list: the id of the list with this name, or the one that it will get. */
gboolean import_watermark_open (Database *database, const char *list, gint64 *out_base, gint64 *out_list, GError **error);

/* Room for `next_bytes` more, and to clear all away afterwards. Returns: FALSE with FAULT_IO: there is none. */
gboolean import_watermark_check_room (Database *database, guint64 written_bytes, guint64 next_bytes, GError **error);

/* Takes it away: from here on they are people like all others. Inside the caller's transaction. */
gboolean import_watermark_lift (Database *database, GError **error);

/* Clears at most `max` of them away. Returns: 1 there may be more, 0 nothing is left, -1 with `error` set. */
int      import_watermark_clear (Database *database, guint max, GError **error);

/* While it stands nobody else may change people. Returns: FALSE with FAULT_TEMP: try again when the import is done. */
gboolean import_watermark_check_none (Database *database, GError **error);
