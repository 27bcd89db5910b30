#include "grant.h"

#include "clock.h"
#include "database.h"
#include "fault.h"
#include "vault.h"
#include <sodium.h>
#include <string.h>

#define TOKEN_MAX (SECRET_BYTES_MAX - ACCOUNT_PROVIDER_HASH_LEN)

/* --- what is known of it --- */

Grant *
grant_load (Core *core, gint64 account, GError **error)
{
  sqlite3_stmt *row = database_query (core->database, "SELECT scope,since_utc,until_utc,ended FROM sign_in WHERE account=?", "i", account);
  int found = database_step (core->database, row, error);
  Grant *self;

  if (found < 0)
    return NULL;
  self = g_new0 (Grant, 1);
  self->is_there = found == 1;
  self->scope = g_strdup (found == 1 ? database_text (row, 0) : "");
  self->since_utc = found == 1 ? database_int (row, 1) : 0;
  self->until_utc = found == 1 ? database_int (row, 2) : 0;
  self->ended = g_strdup (found == 1 ? database_text (row, 3) : "");
  if (found == 1)
    sqlite3_reset (row);
  return self;
}

void
grant_free (Grant *self)
{
  if (self == NULL)
    return;
  g_free (self->scope);
  g_free (self->ended);
  g_free (self);
}

/* --- its token: the hash of where it goes, and then itself --- */

static SecretBytes *
seal_token (const AccountProvider *provider, const SecretBytes *token, GError **error)
{
  guint8 raw[SECRET_BYTES_MAX];
  gsize len = secret_bytes_get_length (token);
  SecretBytes *sealed;

  if (len == 0 || len > TOKEN_MAX) {
    g_set_error (error, FAULT, FAULT_DATA, "the provider's refresh token has %" G_GSIZE_FORMAT " octets; from 1 to %d are kept", len, (int) TOKEN_MAX);
    return NULL;
  }
  account_provider_hash (provider, raw);
  memcpy (raw + ACCOUNT_PROVIDER_HASH_LEN, secret_bytes_peek (token), len);
  sealed = secret_bytes_new (raw, ACCOUNT_PROVIDER_HASH_LEN + len);
  sodium_memzero (raw, sizeof raw);
  return sealed;
}

/* Returns: (transfer full), or NULL: it was sealed for elsewhere. */
static SecretBytes *
open_sealed (const AccountProvider *provider, const SecretBytes *sealed)
{
  guint8 hash[ACCOUNT_PROVIDER_HASH_LEN];
  gsize len = secret_bytes_get_length (sealed);

  account_provider_hash (provider, hash);
  if (len <= sizeof hash || sodium_memcmp (secret_bytes_peek (sealed), hash, sizeof hash) != 0)
    return NULL;
  return secret_bytes_new (secret_bytes_peek (sealed) + sizeof hash, len - sizeof hash);
}

/* What could not be written before goes first, and is tried again. Returns: (transfer full); NULL without error: there is none. */
static SecretBytes *
read_sealed (Core *core, const Account *account, GError **error)
{
  g_autofree char *name = account_format_secret_name (account->id, ACCOUNT_SECRET_REFRESH);
  g_autoptr (SecretBytes) remembered = vault_recall (core->vault, name);

  if (remembered == NULL)
    return vault_get (core->vault, name, error);
  if (!vault_set (core->vault, name, remembered, error))
    return NULL;
  vault_remember (core->vault, name, NULL);
  return g_steal_pointer (&remembered);
}

static gboolean
is_same_token (const SecretBytes *a, const SecretBytes *b)
{
  return secret_bytes_get_length (a) == secret_bytes_get_length (b) && sodium_memcmp (secret_bytes_peek (a), secret_bytes_peek (b), secret_bytes_get_length (a)) == 0;
}

/* Is `used` still the one that is kept? FALSE also where nobody can tell. */
static gboolean
is_current (Core *core, const Account *account, const AccountProvider *provider, const SecretBytes *used)
{
  g_autoptr (SecretBytes) sealed = read_sealed (core, account, NULL);
  g_autoptr (SecretBytes) token = sealed != NULL ? open_sealed (provider, sealed) : NULL;

  return token != NULL && is_same_token (token, used);
}

static gboolean
set_sign_in (Core *core, const Account *account, const char *scope, gint64 until_utc, GError **error)
{
  if (!database_begin (core->database, error))
    return FALSE;
  if (database_run (core->database, error, "INSERT OR REPLACE INTO sign_in(account,scope,since_utc,until_utc) VALUES(?,?,?,?)", "isii", account->id, scope,
                    clock_now_utc (), until_utc) &&
      database_run (core->database, error, "UPDATE account SET trouble='', trouble_text='', worked_utc=0 WHERE id=? AND trouble='login'", "i", account->id) &&
      database_audit (core->database, "account.sign-in", account->name, error))
    return database_commit (core->database, error);
  database_rollback (core->database);
  return FALSE;
}

gboolean
grant_store (Core *core, const Account *account, const AccountProvider *provider, const SecretBytes *token, const char *scope, gint64 until_utc, GError **error)
{
  g_autofree char *name = account_format_secret_name (account->id, ACCOUNT_SECRET_REFRESH);
  g_autoptr (SecretBytes) sealed = seal_token (provider, token, error);

  if (sealed == NULL || !vault_set (core->vault, name, sealed, error))
    return FALSE;
  vault_remember (core->vault, name, NULL); /* of a sign-in before */
  return set_sign_in (core, account, scope, until_utc, error);
}

SecretBytes *
grant_read_token (Core *core, const Account *account, const AccountProvider *provider, GError **error)
{
  g_autoptr (Grant) grant = grant_load (core, account->id, error);
  g_autoptr (GError) problem = NULL;
  g_autoptr (SecretBytes) sealed = NULL, token = NULL;

  if (grant == NULL)
    return NULL;
  if (!grant->is_there || *grant->ended != '\0') {
    g_set_error (error, FAULT, FAULT_NO_PERM, "account %s is not signed in%s%s: postrider account sign-in %s", account->name, grant->is_there ? ": " : "", grant->ended, account->name);
    return NULL;
  }
  sealed = read_sealed (core, account, &problem);
  if (problem != NULL) {
    g_propagate_prefixed_error (error, g_steal_pointer (&problem), "the sign-in of account %s cannot be had: ", account->name);
    return NULL;
  }
  token = sealed != NULL ? open_sealed (provider, sealed) : NULL;
  if (token == NULL)
    g_set_error (error, FAULT, FAULT_NO_PERM, sealed == NULL ? "the sign-in of account %s is not in the vault: postrider account sign-in %s"
                                                             : "account %s goes elsewhere than where it was signed in: postrider account sign-in %s",
                 account->name, account->name);
  return g_steal_pointer (&token);
}

gboolean
grant_rotate (Core *core, const Account *account, const AccountProvider *provider, const SecretBytes *used, const SecretBytes *token, GError **error)
{
  g_autofree char *name = account_format_secret_name (account->id, ACCOUNT_SECRET_REFRESH);
  g_autoptr (SecretBytes) sealed = NULL;

  if (is_same_token (used, token) || !is_current (core, account, provider, used))
    return TRUE;
  sealed = seal_token (provider, token, error);
  if (sealed == NULL)
    return FALSE;
  if (vault_set (core->vault, name, sealed, error))
    return TRUE;
  vault_remember (core->vault, name, sealed);
  return FALSE;
}

static gboolean
set_ended (Core *core, const Account *account, const char *why, GError **error)
{
  if (!database_begin (core->database, error))
    return FALSE;
  if (database_run (core->database, error, "UPDATE sign_in SET ended=? WHERE account=?", "si", why, account->id) &&
      database_audit (core->database, "account.sign-in-ended", account->name, error))
    return database_commit (core->database, error);
  database_rollback (core->database);
  return FALSE;
}

gboolean
grant_end (Core *core, const Account *account, const AccountProvider *provider, const SecretBytes *used, const char *why, GError **error)
{
  g_autofree char *name = account_format_secret_name (account->id, ACCOUNT_SECRET_REFRESH);

  if (!is_current (core, account, provider, used))
    return TRUE;
  vault_remember (core->vault, name, NULL);
  return set_ended (core, account, why, error) && vault_remove (core->vault, name, error);
}

gboolean
grant_forget (Core *core, const Account *account, GError **error)
{
  g_autofree char *name = account_format_secret_name (account->id, ACCOUNT_SECRET_REFRESH);

  vault_remember (core->vault, name, NULL);
  return vault_remove (core->vault, name, error) && database_run (core->database, error, "DELETE FROM sign_in WHERE account=?", "i", account->id);
}
