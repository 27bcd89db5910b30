/* database-open.h - the store from its file: functions for SQL, migrations, what a cut-off import left. Above all that store.h is below of.
 * Used in: core/parts. */
#pragma once
#include "store.h"

/* Opens or makes the file (0600), WAL, synchronous=FULL, foreign keys; migrates. (transfer full) or NULL.
 * Errors: FAULT_CONFIG (made by a newer program), FAULT_CANT_CREATE, FAULT_IO. */
Store *store_open (const char *path, GError **error);
