/* slot-key.h - the key of the vault's slot as it stands in a keyring: 64 hex digits, since not every keyring keeps octets.
 * Trust:  what a keyring gives back is foreign: another program may have written over it. Does no I/O.
 * Used in: confined/keyring. */
#pragma once
#include "secret-bytes.h"

#define SLOT_KEY_LEN 32 /* octets */
#define SLOT_KEY_TEXT_LEN (2 * SLOT_KEY_LEN)

/* key: SLOT_KEY_LEN octets. Returns: (transfer full) its digits, in lower case; NULL: another length. */
SecretBytes *slot_key_format (const SecretBytes *key);
/* text: len octets, borrowed; no NUL needed. Either case of digits; nothing before and nothing behind. Returns: (transfer full), or NULL: it is no key. */
SecretBytes *slot_key_parse  (const char *text, gsize len);
