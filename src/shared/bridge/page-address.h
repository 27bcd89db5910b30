/* page-address.h - the addresses that exist in the window. There are two kinds: the page's document, exactly; a mail that is shown, by its token.
 * Used in: shell (what may be gone to), confined/page (who gets the bridge). Pure. */
#pragma once
#include <glib.h>

#define PAGE_ADDRESS "app://postrider/"
#define PAGE_ADDRESS_MAIL "app://mail/"
#define PAGE_ADDRESS_TOKEN_LEN 32 /* hex digits: 128 bits */

gboolean page_address_is_page (const char *address); /* a fragment does not matter: it never leaves the document; NULL is FALSE */
gboolean page_address_is_mail (const char *address); /* well formed; whether the shell still has it, it knows */
