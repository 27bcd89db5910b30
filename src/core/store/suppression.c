#include "suppression.h"

#include "address.h"
#include "fault.h"
#include "fold.h"
#include "list.h"
#include <string.h>

#define HASH_LEN 32

typedef struct {
  Store *store;
  Vault *vault;
} Context;

/* sender: bare, or as a campaign has it: "Ann <ann@example.org>". */
static gboolean
is_sender (const char *address, const char *sender)
{
  const char *open = strrchr (sender, '<');
  gsize len = strlen (address);

  if (open == NULL)
    return g_ascii_strcasecmp (address, sender) == 0;
  return g_ascii_strncasecmp (open + 1, address, len) == 0 && strcmp (open + 1 + len, ">") == 0;
}

static gboolean
is_in_scope (const char *scope, const char *sender, const char *list)
{
  if (g_str_has_prefix (scope, "from:"))
    return sender != NULL && is_sender (scope + strlen ("from:"), sender);
  if (g_str_has_prefix (scope, "list:"))
    return list != NULL && g_ascii_strcasecmp (scope + strlen ("list:"), list) == 0;
  return TRUE; /* all, and anything that this version does not know */
}

/* Any row of the statement whose scope fits? */
static int
has_scope (Store *store, sqlite3_stmt *rows, const char *sender, const char *list, GError **error)
{
  int result;

  while ((result = store_step (store, rows, error)) == 1)
    if (is_in_scope (store_text (rows, 0), sender, list)) {
      sqlite3_reset (rows);
      return 1;
    }
  return result;
}

int
suppression_has_hashed (Store *store, GError **error)
{
  gint64 one = 0;

  return store_get_int (store, &one, error, "SELECT 1 FROM suppression WHERE hash<>x'' LIMIT 1", "");
}

static int
is_suppressed (Context *context, const char *key, const char *sender, const char *list, GError **error)
{
  int result = has_scope (context->store, store_query (context->store, "SELECT scope FROM suppression WHERE address=? AND address<>''", "s", key), sender,
                          list, error);
  guint8 hash[HASH_LEN];

  if (result != 0)
    return result;
  result = suppression_has_hashed (context->store, error);
  if (result != 1)
    return result;
  if (!vault_hash_address (context->vault, key, hash, error))
    return -1;
  return has_scope (context->store,
                    store_query (context->store, "SELECT scope FROM suppression WHERE hash=? AND hash<>x''", "b", hash, (gsize) sizeof hash), sender, list,
                    error);
}

static void
is_suppressed_cb (sqlite3_context *sql, int n, sqlite3_value **values)
{
  const char *key = (const char *) sqlite3_value_text (values[0]);
  const char *sender = (const char *) sqlite3_value_text (values[1]);
  const char *list = (const char *) sqlite3_value_text (values[2]);
  g_autoptr (GError) error = NULL;
  int result = key != NULL && key[0] != '\0' ? is_suppressed (sqlite3_user_data (sql), key, sender, list, &error) : 0;

  if (result < 0)
    sqlite3_result_error (sql, error->message, -1);
  if (result < 0 && error->code == FAULT_NO_PERM)
    sqlite3_result_error_code (sql, SQLITE_AUTH); /* keeps the words: the store makes FAULT_NO_PERM of it again */
  if (result >= 0)
    sqlite3_result_int (sql, result);
}

gboolean
suppression_register_functions (Store *store, Vault *vault)
{
  Context *context = g_new (Context, 1);

  *context = (Context){ store, vault };
  return sqlite3_create_function_v2 (store_get_db (store), "is_suppressed", 3, SQLITE_UTF8, context, is_suppressed_cb, NULL, NULL, g_free) == SQLITE_OK;
}

char *
suppression_parse_address (const char *text, GError **error)
{
  g_autofree char *given = g_strstrip (g_strdup (text));
  g_autofree char *canonical = NULL;

  if (given[0] == '+' && phone_is_e164 (given, strlen (given)))
    return g_steal_pointer (&given);
  canonical = fold_canonical_address (given);
  if (canonical != NULL)
    return address_key (canonical);
  g_set_error (error, FAULT, FAULT_DATA, "“%s” is neither an e-mail address nor a number such as +4930123456", text);
  return NULL;
}

char *
suppression_parse_scope (Store *store, const char *text, GError **error)
{
  if (text[0] == '\0' || strcmp (text, "all") == 0)
    return g_strdup ("all");
  if (g_str_has_prefix (text, "from:")) {
    g_autofree char *key = suppression_parse_address (text + strlen ("from:"), error);

    return key != NULL ? g_strconcat ("from:", key, NULL) : NULL;
  }
  if (g_str_has_prefix (text, "list:")) {
    gint64 list;

    return list_find (store, text + strlen ("list:"), &list, error) ? g_strdup (text) : NULL;
  }
  g_set_error (error, FAULT, FAULT_USAGE, "“%s” is no scope: give all, from:ADDRESS or list:NAME", text);
  return NULL;
}

static gboolean
count_changes (Store *store, gboolean is_fine, guint *out_count)
{
  if (is_fine)
    *out_count += (guint) sqlite3_changes (store_get_db (store));
  return is_fine;
}

gboolean
suppression_add (Store *store, const char *key, const char *scope, const char *reason, const char *source, guint *out_count, GError **error)
{
  return count_changes (store,
                        store_run (store, error, "INSERT OR IGNORE INTO suppression(address,scope,reason,source,created_utc) VALUES(?,?,?,?,?)", "ssssi", key,
                                   scope, reason, source, store_now_utc ()),
                        out_count);
}

gboolean
suppression_remove (Store *store, Vault *vault, const char *key, const char *scope, guint *out_count, GError **error)
{
  guint8 hash[HASH_LEN];
  int hashed;

  if (!count_changes (store, store_run (store, error, "DELETE FROM suppression WHERE address=? AND scope=? COLLATE NOCASE", "ss", key, scope), out_count))
    return FALSE;
  hashed = suppression_has_hashed (store, error);
  if (hashed <= 0)
    return hashed == 0;
  return vault_hash_address (vault, key, hash, error) &&
         count_changes (store, store_run (store, error, "DELETE FROM suppression WHERE hash=? AND scope=? COLLATE NOCASE", "bs", hash, (gsize) sizeof hash, scope),
                        out_count);
}

gboolean
suppression_forget (Store *store, Vault *vault, const char *key, GError **error)
{
  guint8 hash[HASH_LEN];

  return vault_hash_address (vault, key, hash, error) &&
         store_run (store, error,
                    "INSERT OR IGNORE INTO suppression(hash,scope,reason,source,created_utc)"
                    " SELECT ?,scope,'forgotten','forget',created_utc FROM suppression WHERE address=?", "bs", hash, (gsize) sizeof hash, key) &&
         store_run (store, error, "INSERT OR IGNORE INTO suppression(hash,scope,reason,source,created_utc) VALUES(?,'all','forgotten','forget',?)", "bi",
                    hash, (gsize) sizeof hash, store_now_utc ()) &&
         store_run (store, error, "DELETE FROM suppression WHERE address=?", "s", key);
}
