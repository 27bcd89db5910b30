/* typed-address.h - an address as a person types it: bücher.example or xn--bcher-kva.example, upper case or not, white space around.
 * Used in: core/store, core/app, core/control. Pure. */
#pragma once
#include <glib.h>

/* Its key (address_key()); of a domain alone that one's. Returns: (transfer full). */
char *typed_address_key       (const char *typed);
/* The address itself, in the form that the store keeps; NULL: it is none. Returns: (transfer full). */
char *typed_address_canonical (const char *typed);
