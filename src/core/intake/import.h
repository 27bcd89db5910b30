/* import.h - one contact file to people: starts the locked worker, pulls rows, checks them again, stages them, merges at the end.
 * Trust:  the file is a stranger's, the worker is hostile; a liar, a stall or a crash ends the import and nothing is stored.
 * Used in: core/app. Errors: FAULT_DATA (the file; says where), FAULT_USAGE (options), FAULT_PROTOCOL and FAULT_OS (the worker),
 *          FAULT_IO (disk), FAULT_TEMP (another import is running), G_IO_ERROR_CANCELLED. */
#pragma once
#include "merge.h"
#include "vault.h"

typedef struct Import Import;

typedef struct { /* who takes the rows, where they go into no list */
  gboolean (*open)    (gpointer data, const char *const *columns, GError **error); /* the file's further columns, before the first row */
  gboolean (*take)    (gpointer data, guint64 number, const MergeRow *row, GError **error);
  /* After each batch: what was rejected, and counted in `rejected` (word -> guint64 *); out_frame: (transfer full) what shall be told. */
  gboolean (*rejects) (gpointer data, GVariant *frame, GHashTable *rejected, GVariant **out_frame, GError **error);
  /* When all rows are there, until it is done. Returns: as merge_step(). */
  int      (*database)   (gpointer data, MergeCounts *out_counts, GError **error);
} ImportSink;

typedef struct { /* all borrowed until import_start() returns */
  int         file;     /* duplicated; a pipe is spooled into `spool_folder` first */
  const char *spool_folder;
  const char *format, *encoding, *region, *sheet, *header, *several, *left; /* Import1.Open; left: also suppress: they are listed, and suppressed */
  GVariant   *map, *others; /* a{ss}, or NULL */
  const char *list, *consent, *consent_column, *consent_time; /* the latter two: consent.h; or NULL */
  const char *name;  /* of the file, for people */
  Vault      *vault; /* must outlive the import */
  gboolean    is_again_consented; /* who was forgotten has agreed again */
  gboolean    is_dry_run;
  const ImportSink *sink;  /* or NULL: into the list */
  gpointer    sink_data;   /* kept until done is called */
  guint       timeout_ms; /* of each answer of the worker; 0: IMPORT_TIMEOUT_MS */
} ImportSpec;

#define IMPORT_TIMEOUT_MS 120000                     /* chosen: the worker's own limit is 60 s of CPU; a slow disk may double it */
#define IMPORT_FILE_MAX_BYTES ((goffset) 1 << 30)    /* chosen: 1 GiB (docs/design.md §12) */

typedef struct {
  guint64     read, created, updated, merged, unchanged;
  gint64      undo; /* the number by which it can be undone, or 0 */
  guint       suppressed; /* people who left, newly on the suppression list */
  GHashTable *rejected, *left_out, *hints; /* word -> guint64 * */
  char       *format, *encoding;
  GStrv       aliases;  /* header, column, header, column… */
  GStrv       fields;
  GStrv       notes;    /* sentences of the worker: foreign words, checked */
} ImportReport;

typedef struct { /* from the main loop, never before import_start() returns */
  void (*rejects)  (GVariant *frame, gpointer data); /* REJECTS, checked */
  void (*progress) (guint64 rows, guint64 reading, guint64 size, gpointer data); /* at most five a second */
  void (*done)     (const ImportReport *report, const GError *error, gpointer data); /* once, last; one of the two is NULL */
} ImportFuncs;

Import *import_start  (Database *database, const ImportSpec *spec, const ImportFuncs *funcs, gpointer data); /* (transfer full), never NULL */
GVariant *import_ref_words (GVariant *words); /* of map and others: (transfer full); NULL: none */
void    import_cancel (Import *self); /* done follows with G_IO_ERROR_CANCELLED; a no-op afterwards */
void    import_free   (Import *self); /* silently; NULL is a no-op */
