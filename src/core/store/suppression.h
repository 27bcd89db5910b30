/* suppression.h - who is never written to: by address, number or domain; everywhere, from one sender, or through one list.
 * A forgotten person is here by a keyed hash alone; while the vault that holds the key is locked nobody can be cleared.
 * Trust:  addresses and scopes are checked here. Used in: core/ledger, core/campaign, core/app. Source: docs/design.md §6.
 * Errors: FAULT_DATA (no address, no number), FAULT_USAGE (scope), FAULT_NO_INPUT (no such list), FAULT_NO_PERM (vault locked), FAULT_IO. */
#pragma once
#include "store.h"
#include "vault.h"

/* Gives SQL the function is_suppressed(address_key, sender_address, list_name): 0 or 1; an SQL error while hashes cannot be checked.
 * address_key: folded address or E.164; sender_address: bare, or with a name and < >; '' or NULL where there is none. */
gboolean suppression_register_functions (Store *store, Vault *vault);

/* SQL for the same, of texts that name columns or parameters: the function is asked only for addresses that stand in the table, or when
 * domains or hashes stand there. Nearly nobody is suppressed, and this is asked twice for each recipient. */
#define SUPPRESSED_SQL(key, sender, list) \
  "(CASE WHEN NOT EXISTS (SELECT 1 FROM suppression) THEN 0 WHEN EXISTS (SELECT 1 FROM suppression u WHERE u.address=" key " AND u.address<>'') OR EXISTS (SELECT 1 FROM suppression WHERE hash<>x'')" \
  " OR EXISTS (SELECT 1 FROM suppression WHERE kind='domain')" \
  " THEN is_suppressed(" key "," sender "," list ") ELSE 0 END)"

/* Are there forgotten people? Then the vault must be open before anything is sent. Returns: 1, 0 or -1 with `error`. */
int      suppression_has_hashed (Store *store, GError **error);

/* An address, number or domain as people type it -> its key (transfer full), or NULL with FAULT_DATA. "*@Example.org" and "@example.org" (all at
 * a domain) become "@example.org", "*.example.org" (all below it, not itself) stays so. */
char    *suppression_parse_address (const char *text, GError **error);
/* all | from:ADDR | list:NAME -> as stored (transfer full). */
char    *suppression_parse_scope   (Store *store, const char *text, GError **error);

/* key and scope: as parsed. *out_count is raised by what was new, or went. Inside the caller's transaction. */
gboolean suppression_add    (Store *store, const char *key, const char *scope, const char *reason, const char *source, guint *out_count, GError **error);
gboolean suppression_add_since (Store *store, const char *key, const char *scope, const char *reason, const char *source, gint64 since_utc, guint *out_count,
                                GError **error);
gboolean suppression_remove (Store *store, Vault *vault, const char *key, const char *scope, guint *out_count, GError **error);

/* The rows of this key become keyed hashes; and there is one for everything from now on. Inside the caller's transaction. */
gboolean suppression_forget (Store *store, Vault *vault, const char *key, GError **error);

/* Two addresses (or numbers) are one person's: who is not written to under the one is not under the other. Inside the caller's transaction. */
gboolean suppression_copy   (Store *store, const char *from, const char *to, GError **error);

/* A person has another address (or number): what they did not want they do not want there either. What a server said of the old one (gone) does
 * not follow. Inside the caller's transaction. */
gboolean suppression_follow (Store *store, const char *from, const char *to, GError **error);

/* What suppression_forget() made by itself for the address with this hash goes, by this import; what stood there before stays. Inside the caller's
 * transaction, as is suppression_return_undo(). */
gboolean suppression_return      (Store *store, gint64 import, GBytes *hash, GError **error);
gboolean suppression_return_undo (Store *store, gint64 import, GError **error);
