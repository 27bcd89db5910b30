/* import-undo.h - what an import made, added and overwrote, kept until somebody changes these people: then it can be taken back no more.
 * import_run: one import; the people it made have the ids behind `base`, up to `last`. import_trace: what it did to people who were there before.
 * Triggers (migrations.c) end both: a person who is written ends the runs that touched it, one who goes (forget) takes the trace along.
 * Rules:  docs/decisions/import-can-be-undone.md. Used in: core/store/merge, core/app. Errors: FAULT_IO. */
#pragma once
#include "database.h"

typedef struct {
  gint64      id;              /* of import_undo_next() */
  const char *name, *consent;  /* of the file, for people; source of the consent, or "" */
  gint64      list, base, last;
  gboolean    is_new_list;
  gint64      fields;          /* the last position of list_field before */
} ImportRun;

/* The number that the next import will get. */
gboolean import_undo_next (Database *database, gint64 *out_id, GError **error);

/* Keeps a person as they are, once an import; before the first change. */
gboolean import_undo_keep (Database *database, gint64 import, gint64 contact, GError **error);

/* The import is done; inside its last transaction. Imports that touched one of its people can be taken back no more. */
gboolean import_undo_close (Database *database, const ImportRun *run, GError **error);

typedef struct {
  gint64  import;
  char   *name, *list; /* of the file and of the list ("": gone) */
  guint64 removed;     /* people whom it made, and who go */
  guint64 kept;        /* people whom it made, and who stay: a campaign has them */
  guint64 restored;    /* people who get their old values back */
  guint64 left;        /* people who were there before, and leave the list */
  guint64 lifted;      /* suppressions that this import alone is the cause of, and that go */
} ImportUndone;

/* What import_undo() would do. import: 0 is the last one that can be taken back. Errors: FAULT_NO_INPUT (none), FAULT_TEMP (a campaign that
 * has not ended has people of it), FAULT_DATA (they were put elsewhere since). */
gboolean import_undo_count (Database *database, gint64 import, ImportUndone *out, GError **error);
/* One transaction of its own. */
gboolean import_undo (Database *database, gint64 import, ImportUndone *out, GError **error);
void     import_undone_clear (ImportUndone *self);
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (ImportUndone, import_undone_clear)
