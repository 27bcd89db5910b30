#include "suppression.h"

#include "address-idna.h"
#include "clock.h"
#include "fault.h"
#include "list.h"
#include "sql-words.h"
#include <string.h>

#define VAULT_HASH_LEN 32
#define HASH_LEN 16 /* of these, the first */
#define FORGOTTEN "forgotten" /* source of what suppression_forget() adds: suppression_return() takes nothing else */

/* A row by its key, and one of somebody forgotten; what stands there stays. */
#define ADD_KEY "INSERT OR IGNORE INTO suppression(kind,address,scope,reason,source,words,created_utc)"
#define ADD_HASH "INSERT OR IGNORE INTO suppression(kind,hash,scope,reason,source,words,created_utc)"
#define PERSON_FORGOTTEN SQL_SUPPRESSION_REASON (PERSON) ",'" FORGOTTEN "','" FORGOTTEN "'"

/* Of the kind that is asked for, or of one that this version does not know. */
#define OF_KIND "(kind=?2 OR kind NOT IN (" SQL_SUPPRESSION_KIND (EMAIL) "," SQL_SUPPRESSION_KIND (PHONE) "," SQL_SUPPRESSION_KIND (WA_USER) "," SQL_SUPPRESSION_KIND (DOMAIN) "))"

typedef struct {
  Database *database;
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

/* Does the campaign go to this list? One of which nobody knows to which it goes may. Returns: 1, 0, -1 */
static int
goes_to (Database *database, gint64 campaign, gint64 list, GError **error)
{
  gint64 answer = 0;
  int result = database_get_int (database, &answer, error,
                                 "SELECT EXISTS (SELECT 1 FROM campaign_list WHERE campaign=?1 AND list=?2) OR NOT EXISTS (SELECT 1 FROM campaign_list WHERE campaign=?1)", "ii",
                                 campaign, list);

  return result < 0 ? -1 : answer != 0;
}

typedef struct {
  const char *kind, *key, *sender; /* borrowed */
  gint64      campaign;
} SuppressionQuestion;

/* Returns: 1, 0, -1. What this version does not know, fits. */
static int
is_in_scope (Database *database, const char *scope, const SuppressionQuestion *question, GError **error)
{
  guint64 list;

  if (g_str_has_prefix (scope, "from:"))
    return question->sender != NULL && is_sender (scope + strlen ("from:"), question->sender);
  if (g_str_has_prefix (scope, "list:") && g_ascii_string_to_unsigned (scope + strlen ("list:"), 10, 1, G_MAXINT64, &list, NULL))
    return goes_to (database, question->campaign, (gint64) list, error);
  return 1;
}

/* Any row of the statement whose scope fits? */
static int
has_scope (Database *database, sqlite3_stmt *rows, const SuppressionQuestion *question, GError **error)
{
  int result;

  while ((result = database_step (database, rows, error)) == 1) {
    int fits = is_in_scope (database, database_text (rows, 0), question, error);

    if (fits != 0) {
      sqlite3_reset (rows);
      return fits;
    }
  }
  return result;
}

static const char *
get_kind (const char *key)
{
  const char *at = strchr (key, '@');

  return at == key || (at == NULL && key[0] == '*') ? SUPPRESSION_KIND_WORD_DOMAIN : at != NULL ? SUPPRESSION_KIND_WORD_EMAIL : SUPPRESSION_KIND_WORD_PHONE;
}

int
suppression_has_hashed (Database *database, GError **error)
{
  gint64 one = 0;

  return database_get_int (database, &one, error, "SELECT 1 FROM suppression WHERE hash<>x'' LIMIT 1", "");
}

static int
is_pattern_suppressed (Database *database, const char *pattern, const SuppressionQuestion *question, GError **error)
{
  return has_scope (database, database_query (database, "SELECT scope FROM suppression WHERE address=? AND kind=" SQL_SUPPRESSION_KIND (DOMAIN), "s", pattern), question, error);
}

/* Its own domain, then all below each domain above it. */
static int
is_domain_suppressed (Database *database, const SuppressionQuestion *question, GError **error)
{
  const char *domain = strrchr (question->key, '@');
  gint64 one = 0;
  int result;

  if (domain == NULL)
    return 0;
  result = database_get_int (database, &one, error, "SELECT 1 FROM suppression WHERE kind=" SQL_SUPPRESSION_KIND (DOMAIN) " LIMIT 1", "");
  if (result != 1)
    return result;
  result = is_pattern_suppressed (database, domain, question, error);
  for (const char *dot = strchr (domain, '.'); result == 0 && dot != NULL; dot = strchr (dot + 1, '.')) {
    g_autofree char *pattern = g_strconcat ("*", dot, NULL);

    result = is_pattern_suppressed (database, pattern, question, error);
  }
  return result;
}

/* out: HASH_LEN octets. */
static gboolean
hash_key (Vault *vault, const char *key, guint8 out[HASH_LEN], GError **error)
{
  guint8 whole[VAULT_HASH_LEN];

  if (!vault_hash_address (vault, key, whole, error))
    return FALSE;
  memcpy (out, whole, HASH_LEN);
  return TRUE;
}

static int
is_suppressed (Context *context, const SuppressionQuestion *question, GError **error)
{
  int result = has_scope (context->database,
                          database_query (context->database, "SELECT scope FROM suppression WHERE address=?1 AND address<>'' AND " OF_KIND, "ss", question->key, question->kind),
                          question, error);
  guint8 hash[HASH_LEN];

  if (result == 0)
    result = is_domain_suppressed (context->database, question, error);
  if (result != 0)
    return result;
  result = suppression_has_hashed (context->database, error);
  if (result != 1)
    return result;
  if (!hash_key (context->vault, question->key, hash, error))
    return -1;
  return has_scope (context->database,
                    database_query (context->database, "SELECT scope FROM suppression WHERE hash=?1 AND hash<>x'' AND " OF_KIND, "bs", hash, (gsize) sizeof hash, question->kind),
                    question, error);
}

static void
fail_sql (sqlite3_context *sql, const GError *error)
{
  sqlite3_result_error (sql, error->message, -1);
  if (error->code == FAULT_NO_PERM)
    sqlite3_result_error_code (sql, SQLITE_AUTH); /* keeps the words: the store makes FAULT_NO_PERM of it again */
}

static void
is_suppressed_cb (sqlite3_context *sql, int n, sqlite3_value **values)
{
  SuppressionQuestion question = { (const char *) sqlite3_value_text (values[0]), (const char *) sqlite3_value_text (values[1]), (const char *) sqlite3_value_text (values[2]),
                        sqlite3_value_int64 (values[3]) };
  g_autoptr (GError) error = NULL;
  int result = question.key != NULL && question.key[0] != '\0' ? is_suppressed (sqlite3_user_data (sql), &question, &error) : 0;

  if (result < 0)
    fail_sql (sql, error);
  else
    sqlite3_result_int (sql, result);
}

static void
hash_cb (sqlite3_context *sql, int n, sqlite3_value **values)
{
  Context *context = sqlite3_user_data (sql);
  const char *key = (const char *) sqlite3_value_text (values[0]);
  g_autoptr (GError) error = NULL;
  guint8 hash[HASH_LEN];
  int hashed = key != NULL ? suppression_has_hashed (context->database, &error) : 0;

  if (hashed == 1 && hash_key (context->vault, key, hash, &error))
    sqlite3_result_blob (sql, hash, sizeof hash, SQLITE_TRANSIENT);
  else if (error != NULL)
    fail_sql (sql, error);
}

gboolean
suppression_register_functions (Database *database, Vault *vault)
{
  Context *context = g_new (Context, 1), *other = g_new (Context, 1);

  *context = *other = (Context){ database, vault };
  return sqlite3_create_function_v2 (database_get_sqlite (database), "is_suppressed", 4, SQLITE_UTF8, context, is_suppressed_cb, NULL, NULL, g_free) == SQLITE_OK &&
         sqlite3_create_function_v2 (database_get_sqlite (database), "suppression_hash", 1, SQLITE_UTF8, other, hash_cb, NULL, NULL, g_free) == SQLITE_OK;
}

/* "@example.org", "*@example.org": all at a domain; "*.example.org", "*@*.example.org": all below it. Returns: FALSE: it is no pattern. */
static gboolean
split_pattern (const char *text, gboolean *out_is_below, const char **out_domain)
{
  const char *rest = g_str_has_prefix (text, "*@") ? text + 2 : text[0] == '@' ? text + 1 : text;

  *out_is_below = strncmp (rest, "*.", 2) == 0;
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

/* Also one that is gone, as long as it has suppressions: they can be taken off. */
static char *
parse_list (Database *database, const char *name, GError **error)
{
  gint64 list = 0;
  int former = database_get_int (database, &list, error, "SELECT id FROM list_former WHERE name=?", "s", name);

  return former < 0 || (former == 0 && !list_find (database, name, &list, error)) ? NULL : g_strdup_printf ("list:%" G_GINT64_FORMAT, list);
}

char *
suppression_parse_scope (Database *database, const char *text, GError **error)
{
  if (text[0] == '\0' || strcmp (text, "all") == 0)
    return g_strdup ("all");
  if (g_str_has_prefix (text, "from:")) {
    g_autofree char *key = parse_one (text + strlen ("from:"), error);

    return key != NULL ? g_strconcat ("from:", key, NULL) : NULL;
  }
  if (g_str_has_prefix (text, "list:"))
    return parse_list (database, text + strlen ("list:"), error);
  g_set_error (error, FAULT, FAULT_USAGE, "“%s” is no scope: give all, from:ADDRESS or list:NAME", text);
  return NULL;
}

static const char *const reasons[] = {
  [SUPPRESSION_REASON_GONE] = SUPPRESSION_REASON_WORD_GONE, [SUPPRESSION_REASON_COMPLAINT] = SUPPRESSION_REASON_WORD_COMPLAINT,
  [SUPPRESSION_REASON_LEFT] = SUPPRESSION_REASON_WORD_LEFT, [SUPPRESSION_REASON_STOP] = SUPPRESSION_REASON_WORD_STOP,
  [SUPPRESSION_REASON_PERSON] = SUPPRESSION_REASON_WORD_PERSON, [SUPPRESSION_REASON_IMPORT] = SUPPRESSION_REASON_WORD_IMPORT,
};

gboolean
suppression_reason_from_word (const char *word, SuppressionReason *out_reason)
{
  for (gsize i = 0; i < G_N_ELEMENTS (reasons); i++)
    if (strcmp (reasons[i], word) == 0) {
      *out_reason = (SuppressionReason) i;
      return TRUE;
    }
  return FALSE;
}

int
suppression_find (Database *database, const char *key, const char *scope, GError **error)
{
  gint64 one = 0;

  return database_get_int (database, &one, error, "SELECT 1 FROM suppression WHERE address=? AND kind=? AND scope=? LIMIT 1", "sss", key, get_kind (key), scope);
}

/* Causes stand side by side, so that one can be lifted and the others hold. What may be lifted need not stand where another one is for good. */
gboolean
suppression_add (Database *database, const Suppression *what, guint *out_count, GError **error)
{
  int before = suppression_find (database, what->key, what->scope, error);

  if (before < 0 || !database_run (database, error,
                                   ADD_KEY " SELECT ?1,?2,?3,?4,?5,?6,?7 WHERE instr(?5,':')=0 OR NOT " SUPPRESSION_STANDS_SQL ("?1", "?2", "?3"), "ssssssi", get_kind (what->key),
                                   what->key, what->scope, reasons[what->reason], what->source, what->words, what->since_utc != 0 ? what->since_utc : clock_now_utc ()))
    return FALSE;
  *out_count += before == 0;
  return TRUE;
}

static gboolean
run_and_count (Database *database, gboolean is_fine, guint *inout_changes)
{
  *inout_changes += is_fine ? (guint) sqlite3_changes (database_get_sqlite (database)) : 0;
  return is_fine;
}

gboolean
suppression_remove (Database *database, Vault *vault, const char *key, const char *scope, guint *out_count, GError **error)
{
  guint8 hash[HASH_LEN];
  guint rows = 0;
  int hashed = suppression_has_hashed (database, error);

  if (hashed < 0 || (hashed == 1 && !hash_key (vault, key, hash, error)) ||
      !run_and_count (database, database_run (database, error, "DELETE FROM suppression WHERE address=? AND kind=? AND scope=? COLLATE NOCASE", "sss", key, get_kind (key), scope), &rows) ||
      (hashed == 1 && !run_and_count (database, database_run (database, error, "DELETE FROM suppression WHERE hash=? AND kind=? AND scope=? COLLATE NOCASE", "bss", hash,
                                                              (gsize) sizeof hash, get_kind (key), scope), &rows)))
    return FALSE;
  *out_count += rows > 0;
  return TRUE;
}

#define OF_IMPORT "source='" SUPPRESSION_SOURCE_IMPORT ":'||? AND instr(source,':')>0"

gboolean
suppression_lift_import (Database *database, gint64 import, GError **error)
{
  return database_run (database, error, "DELETE FROM suppression WHERE " OF_IMPORT, "i", import);
}

gboolean
suppression_count_import (Database *database, gint64 import, guint64 *out_count, GError **error)
{
  gint64 count = 0;

  if (database_get_int (database, &count, error, "SELECT count(*) FROM suppression WHERE " OF_IMPORT, "i", import) < 0)
    return FALSE;
  *out_count = (guint64) count;
  return TRUE;
}

gboolean
suppression_forget (Database *database, Vault *vault, const char *key, GError **error)
{
  guint8 hash[HASH_LEN];

  return hash_key (vault, key, hash, error) &&
         database_run (database, error,
                       ADD_HASH " SELECT kind,?,scope,reason,source,'" FORGOTTEN "',created_utc FROM suppression WHERE address=?", "bs", hash, (gsize) sizeof hash, key) &&
         database_run (database, error, ADD_HASH " VALUES(?,?,'all'," PERSON_FORGOTTEN ",?)",
                       "sbi", get_kind (key), hash, (gsize) sizeof hash, clock_now_utc ()) &&
         database_run (database, error, "DELETE FROM suppression WHERE address=?", "s", key);
}

gboolean
suppression_return (Database *database, gint64 import, GBytes *hash, GError **error)
{
  gsize len;
  gconstpointer data = g_bytes_get_data (hash, &len);

  len = MIN (len, HASH_LEN);
  return database_run (database, error,
                       "INSERT INTO forgotten_back(import,hash,kind,created_utc) SELECT ?,hash,kind,created_utc FROM suppression"
                       " WHERE hash=? AND scope='all' AND source='" FORGOTTEN "'", "ib", import, data, len) &&
         database_run (database, error, "DELETE FROM suppression WHERE hash=? AND scope='all' AND source='" FORGOTTEN "'", "b", data, len);
}

gboolean
suppression_return_undo (Database *database, gint64 import, GError **error)
{
  return database_run (database, error,
                       ADD_HASH " SELECT kind,hash,'all'," PERSON_FORGOTTEN ",created_utc FROM forgotten_back WHERE import=? AND kind IS NOT NULL", "i", import);
}

#define KIND "iif(instr(?2,'@')," SQL_SUPPRESSION_KIND (EMAIL) "," SQL_SUPPRESSION_KIND (PHONE) ")"
#define MERGED SQL_SUPPRESSION_REASON (PERSON) ",'merge','merged',?3"

gboolean
suppression_copy (Database *database, const char *from, const char *to, GError **error)
{
  /* by its domain, or as a forgotten one: no row of its own says it */
  static const char *const copies[] = {
    ADD_KEY " SELECT " KIND ",?2,scope," MERGED " FROM suppression WHERE kind=" SQL_SUPPRESSION_KIND (DOMAIN) " AND ?1 LIKE '%'||ltrim(address,'*')",
    ADD_KEY " SELECT " KIND ",?2,scope," MERGED " FROM suppression WHERE hash=suppression_hash(?1) AND hash<>x''",
  };
  gint64 now_utc = clock_now_utc ();

  if (!database_run (database, error, ADD_KEY " SELECT kind,?2,scope,reason,source,words,created_utc FROM suppression WHERE address=?1", "ss", from, to))
    return FALSE;
  for (gsize i = 0; i < G_N_ELEMENTS (copies); i++)
    if (!database_run (database, error, copies[i], "ssi", from, to, now_utc))
      return FALSE;
  return TRUE;
}

gboolean
suppression_follow (Database *database, const char *from, const char *to, GError **error)
{
  return from[0] == '\0' || to[0] == '\0' || strcmp (from, to) == 0 ||
         database_run (database, error,
                       ADD_KEY " SELECT kind,?2,scope,reason,source,words,created_utc FROM suppression WHERE address=?1 AND reason<>" SQL_SUPPRESSION_REASON (GONE), "ss", from,
                       to);
}
