/* import-call.h - one import at core, from the file that goes there to the report that comes back: progress, and each row that is not taken.
 * Used in: cli (import, suppress). Contract: App1.Import, App1.SuppressImport. */
#pragma once
#include "csv-rejects.h"
#include "frame.h"
#include "progress-line.h"
#include "session.h"

/* As gdbus-codegen makes them: both members take a file, where its rows go, and options, and give a report. */
typedef struct {
  void     (*start)  (PrApp1 *core, GVariant *file, const char *where, GVariant *options, GUnixFDList *fds, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data);
  gboolean (*finish) (PrApp1 *core, GVariant **out_report, GUnixFDList **out_fds, GAsyncResult *result, GError **error);
} ImportMember;

typedef void (*ImportRejectFunc) (const FrameRow *row, gpointer data); /* a row of FRAME_REJECTS, whole */

typedef struct ImportCall ImportCall;

/* rejects: the file for rows that are not taken, or NULL. session is borrowed. Returns: (transfer full), or NULL: that file cannot be written. */
ImportCall *import_call_new  (Session *session, const ImportMember *member, const char *rejects, ImportRejectFunc take, gpointer data, GError **error);
void        import_call_free (ImportCall *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImportCall, import_call_free)

CsvRejects *import_call_get_rejects  (const ImportCall *self); /* borrowed; NULL: no file was named */
void        import_call_hide         (ImportCall *self);       /* the progress, before something else is written there */

/* file: "-" is standard input. Returns: (transfer full) core's report, or NULL. */
GVariant   *import_call_run          (ImportCall *self, const char *file, const char *where, GVariant *options, GError **error);

/* The file of rejected rows is whole. done: what had been done all the same if it is not, for the error's words. */
gboolean    import_call_end_rejects  (ImportCall *self, const char *done, GError **error);
