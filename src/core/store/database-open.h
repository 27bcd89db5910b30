/* database-open.h - the store from its file: functions for SQL, migrations, what a cut-off import left. Above all that database.h is below of.
 * Used in: core/parts. */
#pragma once
#include "database.h"

/* Opens or makes the file (0600), WAL, synchronous=FULL, foreign keys; migrates. (transfer full) or NULL.
 * Errors: FAULT_CONFIG (made by a newer program), FAULT_CANT_CREATE, FAULT_IO. */
Database *database_open (const char *path, GError **error);
