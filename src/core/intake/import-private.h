/* import-private.h - one import at work. Used in: core/intake/import*.c alone. */
#pragma once
#include "consent.h"
#include "contract-import1.h"
#include "departed.h"
#include "import.h"
#include "peer.h"
#include "refused.h"
#include "rules.h"

#define IMPORT_BATCH_ROWS 2000 /* chosen: some milliseconds of core's time, so that other calls and campaigns go on */

struct Import {
  gatomicrefcount references;
  Database    *database;
  ImportFuncs  funcs;
  gpointer     data;
  gboolean     is_over;
  GCancellable *cancellable;

  char        *format, *encoding, *region, *sheet, *header, *several, *left, *list, *consent, *consent_column, *consent_time, *name;
  GVariant    *map, *others;
  gboolean     is_dry_run, is_again_consented;
  guint        timeout_ms;

  int          fd;
  guint64      size, reading;
  Peer        *peer;
  PrImport1   *worker;
  const ImportSink *sink; /* NULL: merge takes the rows */
  gpointer     sink_data;
  Merge       *merge;
  Forgotten   *forgotten;
  Consent     *consents;
  Refused     *refused;
  guint        source;  /* the merge at work, step by step */
  GError      *failure; /* why nothing is stored */
  RulesState   rules;
  Departed    *departed; /* NULL: they are listed, no more */
  gboolean    *seen;  /* a field: does any row have a value there? */
  GByteArray  *blob;
  FrameRow    *row;
  guint        idle_answers;
  gint64       progress_us;
  ImportReport report;
};

/* Stores what one answer of the worker holds, whole or not at all; *rejects becomes what a sink left of them.
 * Errors: FAULT_PROTOCOL (it broke the contract), those of the store. */
gboolean import_take_batch (Import *self, GVariant *contacts, GVariant **rejects, guint64 reading, GError **error);
