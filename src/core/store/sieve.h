/* sieve.h - was this hash seen before? "No" is certain, "perhaps" is not (a Bloom filter in blocks of one cache line; Putze, Sanders,
 * Singler 2007). Its size is fixed, whatever it is asked to hold: more entries make more "perhaps", which cost time and nothing else.
 * Used in: core/store/merge. Pure. */
#pragma once
#include <glib.h>

typedef struct Sieve Sieve;

Sieve   *sieve_new  (void); /* (transfer full) */
void     sieve_free (Sieve *self); /* NULL is a no-op */
void     sieve_add  (Sieve *self, gint64 hash);
gboolean sieve_has  (const Sieve *self, gint64 hash); /* FALSE: never added */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Sieve, sieve_free)
