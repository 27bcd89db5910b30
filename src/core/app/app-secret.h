/* app-secret.h - a secret that a client hands over as a memfd or pipe, read without letting a slow or endless one stop core.
 * Trust:  the fd may be anything: it is read in a thread, with a time-out and a cap, and never mapped.
 * Used in: core/app. */
#pragma once
#include "secret-bytes.h"
#include <gio/gio.h>
#include <gio/gunixfdlist.h>

/* handle: of the call's `secret` argument. max: octets. Errors: FAULT_USAGE (no such fd), FAULT_DATA (too long), FAULT_IO, FAULT_TEMP (it never ended). */
void         app_secret_read_async  (GUnixFDList *fds, GVariant *handle, gsize max, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
SecretBytes *app_secret_read_finish (GAsyncResult *result, GError **error); /* (transfer full) */
