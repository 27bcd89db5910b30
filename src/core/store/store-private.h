/* store-private.h - the store before it is whole, for database-open.c alone. */
#pragma once
#include "store.h"

Store   *store_connect    (const char *path, GError **error); /* the file alone: no function, no table. (transfer full) or NULL */
gboolean store_run_script (Store *self, const char *sql, GError **error);
void     store_take_log   (Store *self, Log *log, GDestroyNotify free_log); /* (transfer full); freed before the file is closed */
