#include "suppression.h"

#include "address-idna.h"
#include "fault.h"
#include "list.h"
#include <string.h>

#define HASH_LEN 32
#define FORGOTTEN "forgotten" /* source of what suppression_forget() adds: suppression_return() takes nothing else */

/* A row by its key, and one of somebody forgotten; what stands there stays. */
#define ADD_KEY "INSERT OR IGNORE INTO suppression(kind,address,scope,reason,source,created_utc)"
#define ADD_HASH "INSERT OR IGNORE INTO suppression(kind,hash,scope,reason,source,created_utc)"

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

static const char *
get_kind (const char *key)
{
  const char *at = strchr (key, '@');

  return at == key || (at == NULL && key[0] == '*') ? "domain" : at != NULL ? "email" : "phone";
}

int
suppression_has_hashed (Store *store, GError **error)
{
  gint64 one = 0;

  return store_get_int (store, &one, error, "SELECT 1 FROM suppression WHERE hash<>x'' LIMIT 1", "");
}

static int
is_pattern_suppressed (Store *store, const char *pattern, const char *sender, const char *list, GError **error)
{
  return has_scope (store, store_query (store, "SELECT scope FROM suppression WHERE address=? AND kind='domain'", "s", pattern), sender, list, error);
}

/* Its own domain, then all below each domain above it. */
static int
is_domain_suppressed (Store *store, const char *key, const char *sender, const char *list, GError **error)
{
  const char *domain = strrchr (key, '@');
  gint64 one = 0;
  int result;

  if (domain == NULL)
    return 0;
  result = store_get_int (store, &one, error, "SELECT 1 FROM suppression WHERE kind='domain' LIMIT 1", "");
  if (result != 1)
    return result;
  result = is_pattern_suppressed (store, domain, sender, list, error);
  for (const char *dot = strchr (domain, '.'); result == 0 && dot != NULL; dot = strchr (dot + 1, '.')) {
    g_autofree char *pattern = g_strconcat ("*", dot, NULL);

    result = is_pattern_suppressed (store, pattern, sender, list, error);
  }
  return result;
}

static int
is_suppressed (Context *context, const char *key, const char *sender, const char *list, GError **error)
{
  int result = has_scope (context->store, store_query (context->store, "SELECT scope FROM suppression WHERE address=? AND address<>''", "s", key), sender,
                          list, error);
  guint8 hash[HASH_LEN];

  if (result == 0)
    result = is_domain_suppressed (context->store, key, sender, list, error);
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

/* "@example.org", "*@example.org": all at a domain; "*.example.org", "*@*.example.org": all below it. Returns: FALSE: it is no pattern. */
static gboolean
split_pattern (const char *text, gboolean *out_is_below, const char **out_domain)
{
  const char *rest = g_str_has_prefix (text, "*@") ? text + 2 : text[0] == '@' ? text + 1 : text;

  *out_is_below = g_str_has_prefix (rest, "*.");
  *out_domain = *out_is_below ? rest + 2 : rest;
  return (rest > text || *out_is_below) && strchr (*out_domain, '@') == NULL;
}

/* -> "@example.org" or "*.example.org", in A-labels. */
static char *
parse_pattern (const char *text, gboolean is_below, const char *domain, GError **error)
{
  g_autofree char *probe = g_strconcat ("x@", domain, NULL), *canonical = NULL;
  AddressFlaw flaw;

  canonical = address_canonical (probe, strlen (probe), &flaw);
  if (canonical != NULL)
    return is_below ? g_strconcat ("*.", canonical + 2, NULL) : g_strdup (canonical + 1);
  g_set_error (error, FAULT, FAULT_DATA, "“%s” is no domain: %s", text, address_flaw_to_sentence (flaw));
  return NULL;
}

static char *
parse_one (const char *text, GError **error)
{
  AddressFlaw flaw;
  g_autofree char *canonical = address_canonical (text, strlen (text), &flaw);

  if (canonical != NULL && strchr (canonical, '*') == NULL)
    return address_key (canonical);
  if (canonical != NULL) {
    g_set_error (error, FAULT, FAULT_DATA, "“%s”: a star stands for a whole domain alone: *@example.org (all at it) or *.example.org (all below it)", text);
    return NULL;
  }
  if (phone_is_e164 (text, strlen (text)))
    return g_strdup (text);
  g_set_error (error, FAULT, FAULT_DATA, "“%s” is neither an e-mail address nor a number such as +4930123456", text);
  return NULL;
}

char *
suppression_parse_address (const char *text, GError **error)
{
  g_autofree char *given = g_strstrip (g_strdup (text));
  const char *domain;
  gboolean is_below;

  return split_pattern (given, &is_below, &domain) ? parse_pattern (given, is_below, domain, error) : parse_one (given, error);
}

char *
suppression_parse_scope (Store *store, const char *text, GError **error)
{
  if (text[0] == '\0' || strcmp (text, "all") == 0)
    return g_strdup ("all");
  if (g_str_has_prefix (text, "from:")) {
    g_autofree char *key = parse_one (text + strlen ("from:"), error);

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
suppression_add_since (Store *store, const char *key, const char *scope, const char *reason, const char *source, gint64 since_utc, guint *out_count,
                       GError **error)
{
  return count_changes (store,
                        store_run (store, error, ADD_KEY " VALUES(?,?,?,?,?,?)", "sssssi", get_kind (key), key, scope, reason, source, since_utc),
                        out_count);
}

gboolean
suppression_add (Store *store, const char *key, const char *scope, const char *reason, const char *source, guint *out_count, GError **error)
{
  return suppression_add_since (store, key, scope, reason, source, store_now_utc (), out_count, error);
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
                    ADD_HASH " SELECT kind,?,scope,'forgotten',source,created_utc FROM suppression WHERE address=?", "bs", hash, (gsize) sizeof hash, key) &&
         store_run (store, error, ADD_HASH " VALUES(?,?,'all','forgotten','" FORGOTTEN "',?)",
                    "sbi", get_kind (key), hash, (gsize) sizeof hash, store_now_utc ()) &&
         store_run (store, error, "DELETE FROM suppression WHERE address=?", "s", key);
}

gboolean
suppression_return (Store *store, gint64 import, GBytes *hash, GError **error)
{
  gconstpointer data = g_bytes_get_data (hash, NULL);
  gsize len = g_bytes_get_size (hash);

  return store_run (store, error,
                    "INSERT INTO forgotten_back(import,hash,kind,created_utc) SELECT ?,hash,kind,created_utc FROM suppression"
                    " WHERE hash=? AND scope='all' AND source='" FORGOTTEN "'", "ib", import, data, len) &&
         store_run (store, error, "DELETE FROM suppression WHERE hash=? AND scope='all' AND source='" FORGOTTEN "'", "b", data, len);
}

gboolean
suppression_return_undo (Store *store, gint64 import, GError **error)
{
  return store_run (store, error,
                    ADD_HASH " SELECT kind,hash,'all','forgotten','" FORGOTTEN "',created_utc FROM forgotten_back WHERE import=? AND kind IS NOT NULL", "i", import);
}

#define KIND "iif(instr(?2,'@'),'email','phone')"

gboolean
suppression_copy (Store *store, const char *from, const char *to, GError **error)
{
  /* by its domain, or as a forgotten one: no row of its own says it */
  static const char *const copies[] = {
    ADD_KEY " SELECT " KIND ",?2,'all','merged','merge',?3 WHERE is_suppressed(?1,'','')",
    ADD_KEY " SELECT " KIND ",?2,'list:'||name,'merged','merge',?3 FROM list WHERE is_suppressed(?1,'',name) AND NOT is_suppressed(?1,'','')",
    ADD_KEY " SELECT DISTINCT " KIND ",?2,'from:'||address,'merged','merge',?3 FROM account WHERE is_suppressed(?1,address,'') AND NOT is_suppressed(?1,'','')",
  };
  gint64 now_utc = store_now_utc ();

  if (!store_run (store, error, ADD_KEY " SELECT kind,?2,scope,reason,source,created_utc FROM suppression WHERE address=?1", "ss", from, to))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (copies); i++)
    if (!store_run (store, error, copies[i], "ssi", from, to, now_utc))
      return FALSE;
  return TRUE;
}

gboolean
suppression_follow (Store *store, const char *from, const char *to, GError **error)
{
  return from[0] == '\0' || to[0] == '\0' || strcmp (from, to) == 0 ||
         store_run (store, error,
                    ADD_KEY " SELECT kind,?2,scope,reason,source,created_utc FROM suppression WHERE address=?1 AND source<>'server' AND reason<>'gone'", "ss", from, to);
}
