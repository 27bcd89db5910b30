/* list-edit.h - lists that people change by hand: made empty, renamed, people put on and taken off, a field taken away. Own transactions.
 * Used in: core/app. Errors: FAULT_NO_INPUT (no such list), FAULT_DATA (the name is another list's), FAULT_USAGE (no name for a list, no such field),
 *          FAULT_NO_USER, FAULT_TEMP (an import is at work), FAULT_IO. */
#pragma once
#include "database.h"

#define LIST_NAME_MAX 128 /* octets; contract */

gboolean list_create (Database *database, const char *name, GError **error);

/* The rows of campaigns that may still be sent follow in the same transaction; suppressions of the list have its id. */
gboolean list_rename (Database *database, const char *name, const char *new_name, GError **error);

/* ids: of gint64. *out_count: who was not on it, who was. list_join(): their fields become the list's. */
gboolean list_join  (Database *database, const char *name, const GArray *ids, guint *out_count, GError **error);
gboolean list_leave (Database *database, const char *name, const GArray *ids, guint *out_count, GError **error);

/* The field goes, and its values from people who are on no other list that has it. *out_people: whose value went. */
gboolean list_remove_field (Database *database, const char *name, const char *field, guint64 *out_people, GError **error);

/* How many have a value that list_remove_field() would take away. */
gboolean list_count_field  (Database *database, const char *name, const char *field, guint64 *out_people, GError **error);
