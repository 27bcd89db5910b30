/* look.h - the head of a contact file, read by a locked worker, for a person who chooses its columns. Nothing is stored.
 * Trust:  the answer is hostile: counts, words and rows are checked. Used in: core/app. Source: org.postrider.Import1.Look. */
#pragma once
#include <gio/gio.h>

typedef struct { /* all borrowed */
  int         file;
  const char *spool_folder;
  const char *format, *encoding, *region, *sheet, *header, *several, *left; /* words of Import1.Open */
  GVariant   *map, *others;                                /* a{ss} or NULL */
} LookSpec;

typedef struct {
  char     *format, *encoding, *problem;
  gboolean  has_header;
  GStrv     columns, roles;
  GVariant *rows; /* frame CELLS, whole and with no more cells in a row than there are columns */
  guint64   header_row; /* 0: none */
  GStrv     notes, readings, sheets;
  GVariant *head; /* frame CELLS: the first rows, whatever they are */
} Look;

void  look_async  (const LookSpec *spec, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* Returns: (transfer full), or NULL with FAULT_DATA, FAULT_USAGE, FAULT_IO, FAULT_PROTOCOL (the worker lied). */
Look *look_finish (GAsyncResult *result, GError **error);
void  look_free   (Look *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Look, look_free)
