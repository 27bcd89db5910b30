/* fold.h - the keys by which the store compares names: no case, composed, one space between words.
 * (Addresses: address_key() of shared/wire/address; numbers are stored as E.164 and compare as they are.)
 * Trust:  values are valid UTF-8. Used in: core/store, core/app. Pure. */
#pragma once
#include <glib.h>

/* Appends the key of `len` octets at `name` and a NUL to `out`. No allocation for ASCII names once `out` has grown. */
void  fold_name_append (GByteArray *out, const char *name, gsize len);
char *fold_name        (const char *name); /* (transfer full) */

/* A key's words in one order, without what is no letter or digit: "lind, dora" is "dora lind". (transfer full) */
char *fold_sort_words  (const char *name_key);

/* Levenshtein over octets of folded names; of `b` the first 128. */
guint fold_distance    (const char *a, const char *b);

/* As fold_name_append() for an address in canonical form (octets, no NUL needed); what address_key() gives. */
void  fold_address_append (GByteArray *out, const char *address, gsize len);

/* The key of an address as a person types it: bücher.example or xn--bcher-kva.example, upper case or not; of a domain alone that one's. Returns: (transfer full). */
char *fold_typed_address (const char *typed);
/* The address itself, in the form that the store keeps; NULL: it is none. Returns: (transfer full). */
char *fold_canonical_address (const char *typed);
