/* row-files.h - files that came with a Send, shared by its rows: each person's own. A row names them by number.
 * Trust:  descriptors come from core; what they hold is the user's own. Used in: row, transport-service. Source: Transport2.Send. */
#pragma once
#include <gio/gio.h>
#include <gio/gunixfdlist.h>

typedef struct RowFiles RowFiles;

/* handles: ah, numbers in `fds` (NULL: none). Returns: (transfer full) one reference, also to none; or NULL with FAULT_USAGE: one is missing, or was not
 * opened to be read and nothing else. */
RowFiles *row_files_new   (GVariant *handles, GUnixFDList *fds, GError **error);
RowFiles *row_files_ref   (RowFiles *self);
void      row_files_unref (RowFiles *self); /* the last closes all; NULL is a no-op */
/* Returns: a descriptor that stays ours (read it by pread: rows share its position), or -1: there is no such file. */
int       row_files_get   (const RowFiles *self, guint index);
