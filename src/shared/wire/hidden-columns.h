/* hidden-columns.h - columns behind a campaign's own, with values that core makes for each message: what no transport may be able to make, or must not decide.
 * Their names begin with U+0001: no column of a file has such a name, and no template can mean one (field-name). A channel takes one by its name.
 * Trust:  core alone writes them (core/ledger/hidden-values). Used in: shared/mail, channels; core/intake, shared/wire/field-name refuse such names. Pure. */
#pragma once
#include <glib.h>

#define HIDDEN_MARK "\001"
#define HIDDEN_MESSAGE_ID HIDDEN_MARK "message-id" /* "<…@…>", RFC 5322 §3.6.4 */

#define HIDDEN_NONE (-1)

gboolean hidden_column_is   (const char *name);
/* Returns: the index of its value in a row of frame RECIPIENTS (address 0, name 1, the first column 2), or HIDDEN_NONE. */
int      hidden_column_find (const char *const *columns, const char *name);
