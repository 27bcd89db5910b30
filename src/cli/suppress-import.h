/* suppress-import.h - the list of another program goes to core as a descriptor; what was taken, and each row that was not, comes back. Used in: cli (suppress). */
#pragma once
#include "session.h"

typedef struct {
  char    *scope, *reason, *map, *region, *sheet, *encoding, *format, *header, *rejects;
  gboolean is_all, is_dry_run;
} SuppressImportOptions;

extern const Option suppress_import_options[];

/* file: "-" is standard input. Returns: the exit status, or -1 with `error` set. */
int suppress_import (Session *session, const SuppressImportOptions *options, const char *file, GError **error);
