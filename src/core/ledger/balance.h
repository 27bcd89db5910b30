/* balance.h - whether a campaign's counts are those of its rows, and whether each handed row has a journal that can still speak for it.
 * They are, after any crash; they are not where parts of two copies of the data folder were put together (an old store.db beside a newer -wal,
 * which SQLite takes without a word: sqlite.org/howtocorrupt.html §1.4).
 * Used in: core (parts), after an end that was not clean. Cost: a pass over the open campaigns' snapshot and recipient, no memory. */
#pragma once
#include "database.h"

/* Compares each open campaign. What differs is set right by the rows: counts anew, and who was handed over to a journal that nobody knows is unknown.
 * One transaction of its own. Returns: FALSE with FAULT_*, FAULT_DATA where SQLite finds the store damaged, or rows are of a campaign that
 * is not there; else *out_found: (transfer full) what differed, for people, or NULL: nothing. */
gboolean balance_check (Database *database, char **out_found, GError **error);
