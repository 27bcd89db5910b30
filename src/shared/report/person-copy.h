/* person-copy.h - what is kept about a person, as it is given to them: no number of a row of this store, which says something here alone, and nobody else.
 * Used in: cli, shell. Pure. */
#pragma once
#include <glib.h>

/* person: App1.ContactShow's. (transfer full) */
GVariant *person_copy_new (GVariant *person);
