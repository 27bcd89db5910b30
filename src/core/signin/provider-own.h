/* provider-own.h - a provider that a person's file describes: a key file with one group.
 *   [provider] name authorize token revoke issuer scopes redirect=127.0.0.1|localhost extra pkce secret=yes|no embedded hosts rotates consent_page smtp
 * Trust:  a person's file; each value is checked as if a stranger had written it.
 * Used in: core/signin. Source: Desktop Entry Specification §3 (form), provider.h (meaning). */
#pragma once
#include "provider.h"

typedef struct ProviderOwn ProviderOwn;

#define PROVIDER_OWN_MAX_BYTES (16 * 1024) /* chosen */

/* Returns: (transfer full), or NULL with FAULT_DATA: names the key, and what it is to be. */
ProviderOwn *provider_own_new  (const char *text, GError **error);
void         provider_own_free (ProviderOwn *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ProviderOwn, provider_own_free)

const Provider *provider_own_get      (const ProviderOwn *self); /* borrowed: its row */
const char     *provider_own_get_smtp (const ProviderOwn *self); /* borrowed: where it takes mail (ENDPOINT_SMTP); NULL: nowhere */
