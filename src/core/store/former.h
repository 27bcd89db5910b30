/* former.h - what a person was called, under which address or number, and with which values, before somebody changed it by hand: a file that says it
 * again finds the same person and takes nothing back.
 * Rules:  docs/decisions/one-person-stays-one.md. Used in: core/store, core/app. Inside the caller's transaction. Errors: FAULT_IO. */
#pragma once
#include "contact.h"

/* After contact_save(): `before` is how the person was. */
gboolean former_keep (Database *database, const Contact *before, GError **error);

/* Two people become one. First, while both stand in the store: what was known for `id` is known for `into`. */
gboolean former_move  (Database *database, gint64 id, gint64 into, GError **error);
/* Then: `id` also answers to name and addresses of the one who is gone, and a file does not bring back values that `id` has otherwise. */
gboolean former_adopt (Database *database, gint64 id, const Contact *gone, GError **error);

/* *out_id: who once had this address (or number) and name, 0: nobody. keys: folded. */
gboolean former_find (Database *database, const char *key, const char *name_key, gint64 *out_id, GError **error);

/* Was anything of this person ever changed by hand? 1, 0 or -1 with `error`. */
int      former_has  (Database *database, gint64 id, GError **error);

/* Did they have this name, address or number before? 1, 0 or -1 with `error`. */
int      former_had  (Database *database, gint64 id, const char *text, GError **error);

/* (transfer full) the fields without values that were there before they were changed by hand; NULL with `error`. */
GByteArray *former_strip (Database *database, gint64 id, const void *fields, gsize len, GError **error);
