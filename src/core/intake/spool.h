/* spool.h - a file as a client gave it, made fit for the import worker: read-only, seekable, of bounded size.
 * Trust:  the client is the same user; it may still be writing. Used in: core/intake/import. */
#pragma once
#include <gio/gio.h>

/* A regular file is opened again, read-only; what comes by pipe is copied into a nameless file in `folder` first.
 * file: borrowed until the call returns. */
void spool_open_async  (int file, const char *folder, goffset max_bytes, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
/* Returns: an fd that the caller owns, or -1 with FAULT_DATA (too large, a folder), FAULT_IO. */
int  spool_open_finish (GAsyncResult *result, guint64 *out_size, GError **error);
