/* crowd.h - all people of one address or number, by name: asked for in turn by the rows of a file that share it, and read once. A switchboard's
 * number may be that of thousands. Used in: core/store/merge-match. Errors: FAULT_IO. */
#pragma once
#include "store.h"

typedef struct Crowd Crowd;

/* sql: key -> id, name_key, the smallest id of a name first. A literal. */
Crowd   *crowd_new  (Store *store, const char *sql);
void     crowd_free (Crowd *self); /* NULL is a no-op */

/* *out_id: who has this name there, 0: nobody. The last key's people are kept. Returns: FALSE with `error` set. */
gboolean crowd_find   (Crowd *self, const char *key, const char *name_key, gint64 *out_id, GError **error);
void     crowd_remove (Crowd *self, const char *name_key); /* nobody there has it any more */
void     crowd_forget (Crowd *self); /* somebody was changed: read anew */
