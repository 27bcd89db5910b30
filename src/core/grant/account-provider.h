/* account-provider.h - the provider at which an account signs in: its row, with the account's own endpoints, tenant and client in their places.
 * Used in: core/grant. Source: RFC 6749 §3. */
#pragma once
#include "account.h"
#include "provider.h"

typedef struct AccountProvider AccountProvider;
struct AccountProvider {
  const Provider *provider;    /* borrowed from here */
  ProviderUse     use;
  char           *authorize, *token;
  char           *revoke, *issuer; /* NULL: none */
  char           *client_id, *tenant; /* tenant: NULL: none */
  char           *authorities; /* PEM; "": the system's */
  gpointer        own;         /* ProviderOwn, owned; or NULL */
};

/* account: of a kind with KIND_SECRET_OAUTH. Returns: (transfer full), or NULL with FAULT_CONFIG: what was kept of it is none any more. */
AccountProvider *account_provider_new  (const Account *account, GError **error);
void             account_provider_free (AccountProvider *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AccountProvider, account_provider_free)

#define ACCOUNT_PROVIDER_HASH_LEN 32
/* Of all that says where a token goes and by whose certificate: what a token is sealed with. */
void account_provider_hash (const AccountProvider *self, guint8 out[ACCOUNT_PROVIDER_HASH_LEN]);
