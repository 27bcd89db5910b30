/* full-name.h - the full name of a machine, as EHLO wants it.
 * Used in: core (accounts, dispatch).
 * Source: RFC 5321 §2.3.5 (Domain), RFC 1035 §2.3.1, RFC 1123 §2.1; names that no public DNS has: RFC 6761, 6762, 7686, 8375, ICANN SAC113 (internal). */
#pragma once
#include <glib.h>

#define FULL_NAME_MAX 253 /* RFC 1035 §3.1: 255 octets on the wire */

/* Two labels at least, letters, digits and inner hyphens; not an address. */
gboolean full_name_is_valid (const char *text);

/* The same, and its last label is none of those that mean something within one house only: .local, .lan, .internal, .localdomain… */
gboolean full_name_is_public (const char *text);
