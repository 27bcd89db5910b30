/* field-name.h - which value of a row a name means, and what may have been meant by one that means none.
 * Trust:  names are the user's own or a stranger's file's; any text will do. Used in: shared/template, shared/transport, core/campaign. Pure. */
#pragma once
#include <glib.h>

#define FIELD_NAME_NONE (-1)         /* no row has it */
#define FIELD_NAME_COLUMN "field."   /* {{field.unsubscribe}}: the column, where the name itself is the program's (unsubscribe, message, preheader) */

/* What field 0 is called: "email"; "phone" where the first column is "email", since core writes what else a person can be reached by there. */
const char *field_name_of_address (const char *const *columns);

/* address is field 0, name field 1, columns[i] field 2 + i. aliases: another name of a column, then the column, in pairs; or NULL. A column of the
 * very name goes first. Returns: FIELD_NAME_NONE for a name of nothing, for one that the program owns and for a
 * hidden column (hidden-columns.h). */
int field_name_find (const char *name, const char *const *columns, const char *const *aliases);

/* Returns: (transfer full) "did you mean …?", or which names there are. */
char *field_name_hint (const char *name, const char *const *columns, const char *const *aliases);
