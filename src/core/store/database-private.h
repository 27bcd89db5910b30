/* database-private.h - the store before it is whole, for database-open.c alone. */
#pragma once
#include "database.h"

Database *database_connect    (const char *path, GError **error); /* the file alone: no function, no table. (transfer full) or NULL */
gboolean database_run_script (Database *self, const char *sql, GError **error);
void     database_take_log   (Database *self, Log *log, GDestroyNotify free_log); /* (transfer full); freed before the file is closed */
