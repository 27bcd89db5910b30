/* suppress-rows.h - the list of another program as suppressions: which of its rows say that somebody must not be written to, and why.
 * Trust:  rows were checked by core/intake/rules; what their columns say is a stranger's. Used in: core/app. Main thread.
 * Errors: FAULT_DATA (a list of subscribers, nobody to suppress, too many rows), FAULT_IO. */
#pragma once
#include "import.h"

typedef struct SuppressRows SuppressRows;

typedef struct { /* borrowed until suppress_rows_new() returns */
  const char *scope, *reason; /* scope: as stored; reason: "" is what the file says */
  gboolean    is_all;         /* every row, whatever its status says */
  gboolean    is_dry_run;
} SuppressRowsSpec;

SuppressRows *suppress_rows_new  (Database *database, const SuppressRowsSpec *spec); /* (transfer full) */
void          suppress_rows_free (SuppressRows *self);                         /* NULL is a no-op */

/* Whole domains among those that were taken: a file's own column of scopes does not reach them. */
guint64       suppress_rows_get_domains (const SuppressRows *self);

extern const ImportSink suppress_rows_sink; /* data: a SuppressRows */
