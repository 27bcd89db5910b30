/* forgotten.h - people who were forgotten and whom a file brings again: known by a keyed hash of address (or number) and name, so that whoever shares the
 * address still comes.
 * Rules:  docs/decisions/one-person-stays-one.md. Trust: values were checked by core/intake. Used in: core/store, core/intake, core/app.
 * Errors: FAULT_NO_PERM (somebody was forgotten, and the vault with the hash's key is locked), FAULT_IO. */
#pragma once
#include "contact.h"
#include "vault.h"

/* Inside the caller's transaction. is_email_alone, is_phone_alone: nobody else has it, so that a row without a name means the one who goes. */
gboolean forgotten_remember (Database *database, Vault *vault, const Contact *contact, gboolean is_email_alone, gboolean is_phone_alone, GError **error);

typedef struct Forgotten Forgotten;

/* (transfer full). again: people who were forgotten have agreed anew: they come back. */
Forgotten *forgotten_new  (Database *database, Vault *vault, gboolean again, GError **error);
void       forgotten_free (Forgotten *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Forgotten, forgotten_free)

/* Was this person forgotten, and stays so? Returns: 1, 0 or -1 with `error`. Who does not is noted for forgotten_settle(). */
int        forgotten_check (Forgotten *self, Slice name, Slice email, Slice phone, GError **error);

/* People who were let through are known again, and their address is written to again unless it was suppressed for another reason. Inside the caller's
 * transaction; *out_returned: how many of them had been forgotten themselves. import: that can be undone. */
gboolean   forgotten_settle (Forgotten *self, gint64 import, guint *out_returned, GError **error);

/* People who came back by this import are forgotten again, and not written to, as before it. Inside the caller's transaction. */
gboolean   forgotten_undo (Database *database, gint64 import, GError **error);
