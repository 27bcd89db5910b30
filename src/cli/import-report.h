/* import-report.h - what became of a file. Used in: cli (import). */
#pragma once
#include "session.h"

/* report: of App1.Import. examples: reason → a sentence about the first row of it. */
void import_report_print (const Session *session, const char *list, gboolean is_dry_run, GVariant *report, GHashTable *examples);
