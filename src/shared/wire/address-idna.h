/* address-idna.h - an address as people write it to the form that the store keeps: domain in lower-case A-labels.
 * Trust:  input is hostile. Used in: confined/import; core/app for the sender. Links libidn2. Does no I/O.
 * Source: RFC 5891, UTS #46 (non-transitional), RFC 6531. */
#pragma once
#include "address.h"

/* text: `len` octets without white space around. Returns: (transfer full) the canonical address, or NULL with out_flaw set. */
char *address_canonical (const char *text, gsize len, AddressFlaw *out_flaw);
