/* name-key.h - the keys by which the store compares names: no case, composed, one space between words.
 * (Addresses: address_key() of shared/wire/address; numbers are stored as E.164 and compare as they are.)
 * Trust:  values are valid UTF-8. Used in: core/store, core/app, core/campaign. Pure. */
#pragma once
#include <glib.h>

/* Appends the key of `len` octets at `name` and a NUL to `out`. No allocation for ASCII names once `out` has grown. */
void  name_key_append     (GByteArray *out, const char *name, gsize len);
char *name_key_build      (const char *name); /* (transfer full) */

/* A key's words in one order, without what is no letter or digit: "lind, dora" is "dora lind". (transfer full) */
char *name_key_sort_words (const char *name_key);

/* Levenshtein over octets of two keys; of `b` the first 128. */
guint name_key_distance   (const char *a, const char *b);
