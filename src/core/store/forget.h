/* forget.h - a person is removed for good: name, address, fields and answers, wherever they are. What is left: states and times.
 * Used in: core/app. Source: docs/design.md §6. Own transaction; the log is emptied behind it.
 * Errors: FAULT_NO_USER, FAULT_NO_PERM (the vault is locked), FAULT_TEMP (a message is on the wire), FAULT_IO. */
#pragma once
#include "database.h"
#include "vault.h"

/* Gives SQL the function empty_fields(values): as many values, all empty. */
void     forget_register_functions (Database *database);

gboolean forget_contact (Database *database, Vault *vault, gint64 id, GError **error);
