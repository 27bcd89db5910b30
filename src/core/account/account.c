#include "account.h"

#include "account-settings.h"
#include "clock.h"
#include "contract-keys.h"
#include "database.h"
#include "fault.h"
#include "preset.h"
#include "provider.h"
#include "sql-words.h"
#include "text.h"
#include "vault.h"
#include <string.h>

#define COLUMNS "id,name,address,kind,settings,keeps_password,needs_password,server_size,agreed_utc,trouble,trouble_text,worked_utc"
#define NAMES_SHOWN_MAX 10 /* chosen: in an error's sentence */
#define TROUBLE_MAX 512 /* octets */

Account *
account_new (const AccountKind *kind)
{
  Account *self = g_new0 (Account, 1);

  self->kind = kind;
  self->values = account_values_new ();
  return self;
}

void
account_free (Account *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_free (self->address);
  account_values_free (self->values);
  for (guint i = 0; i < self->n_limits; i++)
    g_free (self->limits[i].pool);
  g_free (self->trouble);
  g_free (self->trouble_text);
  g_free (self);
}

/* --- from the store --- */

/* Returns: (transfer full), or NULL with FAULT_CONFIG. */
static Account *
read_row (sqlite3_stmt *row, GError **error)
{
  const AccountKind *kind = kind_find (database_text (row, 3));
  Account *self;

  if (kind == NULL) {
    g_set_error (error, FAULT, FAULT_CONFIG, "account %s is of a kind (%s) that this Postrider does not have", database_text (row, 1), database_text (row, 3));
    return NULL;
  }
  self = g_new0 (Account, 1);
  self->id = database_int (row, 0);
  self->name = g_strdup (database_text (row, 1));
  self->address = g_strdup (database_text (row, 2));
  self->kind = kind;
  self->values = account_values_from_blob (sqlite3_column_blob (row, 4), (gsize) sqlite3_column_bytes (row, 4));
  self->keeps_password = database_int (row, 5) != 0;
  self->needs_password = database_int (row, 6) != 0;
  self->server_size = (guint64) database_int (row, 7);
  self->agreed_utc = database_int (row, 8);
  self->trouble = g_strdup (database_text (row, 9));
  self->trouble_text = g_strdup (database_text (row, 10));
  self->worked_utc = database_int (row, 11);
  return self;
}

/* Takes the statement's first row. Returns: (transfer full), or NULL: none, or an error. */
static Account *
load_first (Core *core, sqlite3_stmt *statement, GError **error)
{
  g_autoptr (Account) self = database_step (core->database, statement, error) == 1 ? read_row (statement, error) : NULL;

  sqlite3_reset (statement);
  return self != NULL && account_limits_load (core->database, self, error) ? g_steal_pointer (&self) : NULL;
}

static void
set_unknown (Core *core, const char *name, GError **error)
{
  g_autoptr (GPtrArray) accounts = account_load_all (core, NULL);
  g_autoptr (GString) names = g_string_new (NULL);

  for (guint i = 0; accounts != NULL && i < MIN (accounts->len, NAMES_SHOWN_MAX); i++)
    g_string_append_printf (names, "%s%s", i > 0 ? ", " : "", ((Account *) accounts->pdata[i])->name);
  if (names->len == 0)
    g_set_error (error, FAULT, FAULT_NO_USER, "there is no account \"%s\", and no other: postrider account add NAME ADDRESS makes one", name);
  else
    g_set_error (error, FAULT, FAULT_NO_USER, "there is no account \"%s\"; there is: %s%s", name, names->str,
                 accounts != NULL && accounts->len > NAMES_SHOWN_MAX ? ", ..." : "");
}

Account *
account_load (Core *core, const char *name, GError **error)
{
  g_autoptr (GError) problem = NULL;
  Account *self = load_first (core, database_query (core->database, "SELECT " COLUMNS " FROM account WHERE name=? AND removed_utc=0", "s", name), &problem);

  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  else if (self == NULL)
    set_unknown (core, name, error);
  return self;
}

Account *
account_load_id (Core *core, gint64 id, GError **error)
{
  g_autoptr (GError) problem = NULL;
  Account *self = load_first (core, database_query (core->database, "SELECT " COLUMNS " FROM account WHERE id=?", "i", id), &problem);

  if (problem != NULL)
    g_propagate_error (error, g_steal_pointer (&problem));
  else if (self == NULL)
    g_set_error (error, FAULT, FAULT_NO_USER, "account %" G_GINT64_FORMAT " is not there any more", id);
  return self;
}

GPtrArray *
account_load_all (Core *core, GError **error)
{
  g_autoptr (GPtrArray) accounts = g_ptr_array_new_with_free_func ((GDestroyNotify) account_free);
  sqlite3_stmt *statement = database_query (core->database, "SELECT " COLUMNS " FROM account WHERE removed_utc=0 ORDER BY name", "");
  int found;

  while ((found = database_step (core->database, statement, error)) == 1) {
    g_autoptr (GError) problem = NULL;
    Account *account = read_row (statement, &problem);

    if (account != NULL)
      g_ptr_array_add (accounts, account);
    else
      g_warning ("%s", problem->message);
  }
  for (guint i = 0; i < accounts->len && found == 0; i++)
    if (!account_limits_load (core->database, accounts->pdata[i], error))
      return NULL;
  return found == 0 ? g_steal_pointer (&accounts) : NULL;
}

/* --- secrets --- */

char *
account_format_secret_name (gint64 id, const char *what)
{
  return g_strdup_printf ("account/%" G_GINT64_FORMAT "%s%s", id, what != NULL ? "/" : "", what != NULL ? what : "");
}

SecretBytes *
account_get_secret (Core *core, const Account *self, GError **error)
{
  g_autofree char *name = account_format_secret_name (self->id, NULL);
  g_autoptr (GError) problem = NULL;
  g_autoptr (SecretBytes) secret = NULL;

  if (!self->needs_password)
    return secret_bytes_new ("", 0);
  secret = vault_recall (core->vault, name);
  if (secret == NULL && self->keeps_password)
    secret = vault_get (core->vault, name, &problem);
  if (secret != NULL)
    return g_steal_pointer (&secret);
  if (problem != NULL)
    g_propagate_prefixed_error (error, g_steal_pointer (&problem), "the password of account %s cannot be had: ", self->name);
  else if (self->keeps_password)
    g_set_error (error, FAULT, FAULT_NO_PERM, "the password of account %s is not in the vault: enter it again", self->name);
  else
    g_set_error (error, FAULT, FAULT_NO_PERM, "the password of account %s is not kept: enter it", self->name);
  return NULL;
}

static gboolean
keep_client_secret (Core *core, const Account *self, const SecretBytes *secret, GError **error)
{
  g_autofree char *name = account_format_secret_name (self->id, ACCOUNT_SECRET_CLIENT);

  return secret_bytes_get_length (secret) == 0 || vault_set (core->vault, name, secret, error);
}

gboolean
account_set_secret (Core *core, const Account *self, const SecretBytes *secret, GError **error)
{
  g_autofree char *name = account_format_secret_name (self->id, NULL);

  if (!self->needs_password && self->kind->secret != KIND_SECRET_OAUTH) {
    g_set_error (error, FAULT, FAULT_USAGE, "account %s logs in without a password", self->name);
    return FALSE;
  }
  if (secret_bytes_get_length (secret) == 0) {
    g_set_error_literal (error, FAULT, FAULT_USAGE, "the password is empty");
    return FALSE;
  }
  if (self->kind->secret == KIND_SECRET_OAUTH)
    return keep_client_secret (core, self, secret, error);
  if (self->keeps_password && !vault_set (core->vault, name, secret, error))
    return FALSE;
  if (!self->keeps_password)
    vault_remember (core->vault, name, secret);
  return database_run (core->database, error, "UPDATE account SET trouble='', trouble_text='', worked_utc=0 WHERE id=? AND trouble='login'", "i", self->id);
}

/* --- changes --- */

static gboolean
insert_row (Core *core, Account *self, GError **error)
{
  g_autoptr (GBytes) settings = account_values_to_blob (self->values);

  if (!database_run (core->database, error,
                     "INSERT INTO account(name,address,kind,settings,keeps_password,needs_password,created_utc,agreed_utc) VALUES(?,?,?,?,?,?,?7,?7)", "sssbiii",
                     self->name, self->address, self->kind->word, g_bytes_get_data (settings, NULL), g_bytes_get_size (settings), (gint64) self->keeps_password,
                     (gint64) self->needs_password, clock_now_utc ()))
    return FALSE;
  self->id = sqlite3_last_insert_rowid (database_get_sqlite (core->database));
  return account_limits_save (core->database, self, error) && database_audit (core->database, "account.add", self->name, error);
}

static gboolean
keep_new_secret (Core *core, const Account *self, const SecretBytes *secret, GError **error)
{
  if (self->kind->secret == KIND_SECRET_OAUTH)
    return keep_client_secret (core, self, secret, error);
  if (!self->needs_password || (!self->keeps_password && secret_bytes_get_length (secret) == 0))
    return TRUE;
  return account_set_secret (core, self, secret, error);
}

/* A secret that outlived a failed commit should not lie about. */
static void
forget_secret (Core *core, const Account *self)
{
  g_autofree char *name = account_format_secret_name (self->id, NULL);
  g_autoptr (GError) problem = NULL;

  vault_remember (core->vault, name, NULL);
  if (self->keeps_password && !vault_remove (core->vault, name, &problem))
    g_warning ("a password stays in the vault: %s", problem->message);
}

gboolean
account_is_new (Core *core, const Account *self, GError **error)
{
  gint64 id = 0;
  int found = database_get_int (core->database, &id, error, "SELECT id FROM account WHERE name=?", "s", self->name);

  if (found == 1)
    g_set_error (error, FAULT, FAULT_USAGE, "there is an account \"%s\" already: take another name, or remove it first", self->name);
  return found == 0;
}

gboolean
account_add (Core *core, Account *self, const SecretBytes *secret, GError **error)
{
  if (!account_is_new (core, self, error) || !database_begin (core->database, error))
    return FALSE;
  if (!insert_row (core, self, error) || !keep_new_secret (core, self, secret, error)) {
    database_rollback (core->database);
    return FALSE;
  }
  if (database_commit (core->database, error))
    return TRUE;
  forget_secret (core, self);
  return FALSE;
}

/* Does a setting with one of these marks differ? */
static gboolean
account_differs (const Account *before, const Account *self, guint marks)
{
  for (const KindSetting *row = self->kind->settings; row->key != NULL; row++)
    if ((row->marks & marks) != 0 && strcmp (account_get_text (before, row->key), account_get_text (self, row->key)) != 0)
      return TRUE;
  return FALSE;
}

/* A password was given for one server and one user; it goes nowhere else unasked, and not in the clear where it went by TLS. */
static gboolean
is_elsewhere (const Account *before, const Account *self)
{
  return account_differs (before, self, SETTING_PLACE) || (self->kind->is_less_safe != NULL && self->kind->is_less_safe (before, self)) ||
         before->keeps_password != self->keeps_password;
}

gboolean
account_is_asked (const Account *before, const Account *self)
{
  return self->kind->is_asked != NULL ? self->kind->is_asked (before, self) : account_differs (before, self, SETTING_PLACE);
}

static gboolean
forget_before (Core *core, const Account *before, GError **error)
{
  g_autofree char *name = account_format_secret_name (before->id, NULL);

  vault_remember (core->vault, name, NULL);
  return !before->keeps_password || vault_remove (core->vault, name, error);
}

/* What was known of the server was known of these settings. */
static gboolean
forget_health (Core *core, const Account *before, const Account *self, GError **error)
{
  if (!is_elsewhere (before, self) && !account_differs (before, self, SETTING_HEALTH))
    return TRUE;
  return database_run (core->database, error, "UPDATE account SET trouble='', trouble_text='', worked_utc=0 WHERE id=?", "i", self->id);
}

static gboolean
update_row (Core *core, const Account *self, GError **error)
{
  g_autoptr (GBytes) settings = account_values_to_blob (self->values);

  return database_run (core->database, error,
                       "UPDATE account SET address=?, settings=?, keeps_password=?, needs_password=? WHERE id=?", "sbiii",
                       self->address, g_bytes_get_data (settings, NULL), g_bytes_get_size (settings), (gint64) self->keeps_password, (gint64) self->needs_password,
                       self->id) &&
         account_limits_save (core->database, self, error) && database_audit (core->database, "account.set", self->name, error);
}

gboolean
account_save (Core *core, const Account *self, gboolean *out_is_forgotten, GError **error)
{
  g_autoptr (Account) before = account_load_id (core, self->id, error);

  *out_is_forgotten = before != NULL && (before->needs_password || before->kind->secret == KIND_SECRET_OAUTH) && is_elsewhere (before, self);
  /* the secret first: after a crash between the two it is asked for again, and never goes to the new server by itself */
  if (before == NULL || (*out_is_forgotten && !forget_before (core, before, error)) || !database_begin (core->database, error))
    return FALSE;
  if (update_row (core, self, error) && forget_health (core, before, self, error) && database_commit (core->database, error))
    return TRUE;
  database_rollback (core->database);
  return FALSE;
}

char *
account_format_sender (const Account *self)
{
  g_autoptr (GString) name = g_string_new (account_get_text (self, SETTING_DISPLAY_NAME));

  if (name->len == 0)
    return g_strdup (self->address);
  g_string_replace (name, "\\", "\\\\", 0); /* RFC 5322 §3.2.4 */
  g_string_replace (name, "\"", "\\\"", 0);
  return g_strdup_printf ("\"%s\" <%s>", name->str, self->address);
}

/* All but the password. */
static gboolean
remove_sign_in (Core *core, const Account *self, GError **error)
{
  g_autofree char *client = account_format_secret_name (self->id, ACCOUNT_SECRET_CLIENT), *refresh = account_format_secret_name (self->id, ACCOUNT_SECRET_REFRESH);

  if (self->kind->secret != KIND_SECRET_OAUTH)
    return TRUE;
  vault_remember (core->vault, refresh, NULL);
  return vault_remove (core->vault, refresh, error) && vault_remove (core->vault, client, error);
}

gboolean
account_may_remove (Core *core, const Account *self, GError **error)
{
  gint64 campaign = 0;
  int found = database_get_int (core->database, &campaign, error,
                                "SELECT id FROM campaign c WHERE (account=?1 OR EXISTS (SELECT 1 FROM part p WHERE p.campaign=c.id AND p.account=?1)) AND " SQL_CAMPAIGN_IS_OPEN ("c.")
                                " ORDER BY id LIMIT 1", "i", self->id);

  if (found == 1)
    g_set_error (error, FAULT, FAULT_USAGE, "account %s is in use by campaign %" G_GINT64_FORMAT ": let it end or cancel it first", self->name, campaign);
  return found == 0;
}

/* What a report of its campaigns may still name. */
static GBytes *
make_rest (const Account *self)
{
  g_autoptr (AccountValues) rest = account_values_copy (self->values);

  for (const KindSetting *row = self->kind->settings; row->key != NULL; row++)
    if ((row->marks & SETTING_PRIVATE) != 0)
      account_values_set (rest, row->key, "");
  return account_values_to_blob (rest);
}

/* The row stays, so that neither a report nor a journal points nowhere and no id is given out twice; what no campaign needs goes. */
static gboolean
retire_row (Core *core, const Account *self, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s (removed %" G_GINT64_FORMAT ")", self->name, self->id);
  g_autoptr (GBytes) rest = make_rest (self);

  return database_run (core->database, error,
                       "UPDATE account SET name=?, settings=?, keeps_password=0, needs_password=0, removed_utc=? WHERE id=?", "sbii", name,
                       g_bytes_get_data (rest, NULL), g_bytes_get_size (rest), clock_now_utc (), self->id) &&
         database_run (core->database, error,
                       "UPDATE account SET address='', settings=x'' WHERE id=? AND NOT EXISTS (SELECT 1 FROM campaign WHERE account=account.id)",
                       "i", self->id) &&
         database_run (core->database, error, "DELETE FROM account_record WHERE account=?", "i", self->id) &&
         database_run (core->database, error, "DELETE FROM sign_in WHERE account=?", "i", self->id) &&
         database_run (core->database, error, "DELETE FROM \"limit\" WHERE account=?1 AND NOT EXISTS (SELECT 1 FROM campaign WHERE account=?1)", "i", self->id) &&
         database_audit (core->database, "account.remove", self->name, error);
}

gboolean
account_remove (Core *core, const Account *self, GError **error)
{
  g_autofree char *secret_name = account_format_secret_name (self->id, NULL);

  if (!account_may_remove (core, self, error))
    return FALSE;
  /* the secret first: an account without its password can be removed again, a password without its account is never looked for */
  if ((self->keeps_password && !vault_remove (core->vault, secret_name, error)) || !remove_sign_in (core, self, error)) {
    g_prefix_error (error, "account %s was not removed: ", self->name);
    return FALSE;
  }
  vault_remember (core->vault, secret_name, NULL);
  if (!database_begin (core->database, error))
    return FALSE;
  if (retire_row (core, self, error))
    return database_commit (core->database, error);
  database_rollback (core->database);
  return FALSE;
}

gboolean
account_set_pin (Core *core, const Account *self, const char *pin, GError **error)
{
  g_autoptr (AccountValues) values = account_values_copy (self->values);
  g_autoptr (GBytes) settings = NULL;

  if (kind_find_setting (self->kind, SETTING_PIN) == NULL) {
    g_set_error (error, FAULT, FAULT_USAGE, "the server of account %s is known by its name alone", self->name);
    return FALSE;
  }
  account_values_set (values, SETTING_PIN, pin);
  settings = account_values_to_blob (values);
  return database_run (core->database, error, "UPDATE account SET settings=? WHERE id=?", "bi", g_bytes_get_data (settings, NULL), g_bytes_get_size (settings), self->id);
}

gboolean
account_set_agreed (Core *core, const Account *self, GError **error)
{
  if (!database_begin (core->database, error))
    return FALSE;
  if (database_run (core->database, error, "UPDATE account SET agreed_utc=? WHERE id=?", "ii", clock_now_utc (), self->id) &&
      database_audit (core->database, "account.agree", self->name, error))
    return database_commit (core->database, error);
  database_rollback (core->database);
  return FALSE;
}

gboolean
account_set_server_size (Core *core, gint64 id, guint64 size, GError **error)
{
  return database_run (core->database, error, "UPDATE account SET server_size=? WHERE id=?", "ii", (gint64) MIN (size, G_MAXINT64), id);
}

/* --- whether its server can be reached --- */

void
account_note_worked (Core *core, gint64 id)
{
  g_autoptr (GError) problem = NULL;

  if (!database_run (core->database, &problem, "UPDATE account SET trouble='', trouble_text='', worked_utc=? WHERE id=? AND (worked_utc=0 OR trouble<>'')", "ii",
                     clock_now_utc (), id))
    g_warning ("that an account works could not be stored: %s", problem->message);
}

void
account_note_trouble (Core *core, gint64 id, const char *reason, const char *text)
{
  static const char *const reasons[] = { "network", "protocol", "tls", "certificate", "login", "auth-disabled", "policy", "relay-denied", NULL };
  g_autofree char *shown = text_printable (text, -1, TROUBLE_MAX);
  g_autoptr (GError) problem = NULL;

  if (g_strv_contains (reasons, reason) &&
      !database_run (core->database, &problem, "UPDATE account SET trouble=?1, trouble_text=?2 WHERE id=?3 AND (trouble<>?1 OR trouble_text<>?2)", "ssi", reason, shown, id))
    g_warning ("that an account does not work could not be stored: %s", problem->message);
}

/* --- what is asked of it --- */

static const char *
get_domain (const char *address)
{
  const char *at = strrchr (address, '@');

  return at != NULL ? at + 1 : "";
}

/* news.example.org and example.org */
static gboolean
is_within (const char *domain, const char *other)
{
  gsize len = strlen (domain), other_len = strlen (other);

  return len > other_len && g_str_has_suffix (domain, other) && domain[len - other_len - 1] == '.';
}

char *
account_check_sender (const Account *self, const char *sender_address)
{
  g_autofree char *domain = g_ascii_strdown (get_domain (sender_address), -1);
  g_autofree char *own = g_ascii_strdown (get_domain (self->address), -1);
  const char *host = account_get_text (self, SETTING_HOST);
  const char *freemail = preset_find_freemail (domain);

  if (kind_find_setting (self->kind, SETTING_HOST) == NULL)
    return NULL;
  if (account_get_way (self).use == PROVIDER_USE_SEND)
    return g_ascii_strcasecmp (sender_address, self->address) == 0
             ? NULL
             : g_strdup_printf ("%s is not the address of account %s: Gmail puts %s in its place without a word, unless it is set up there as an alias, which this "
                                "sign-in cannot look up", sender_address, self->name, self->address);
  if (g_ascii_strcasecmp (sender_address, self->address) == 0)
    return freemail == NULL || preset_is_freemail_host (domain, host)
             ? NULL
             : g_strdup_printf ("mail from a %s address through %s will be refused by most receivers (5.7.26): %s lets only its own servers "
                                "send for %s; use an account at %s, or a From address of your own domain", freemail, host, freemail, domain, freemail);
  if (freemail != NULL && !preset_is_freemail_host (domain, host))
    return g_strdup_printf ("%s does not belong to account %s: mail from a %s address through %s will be refused by most receivers (5.7.26); "
                            "use an account at %s, or a From address of your own domain", sender_address, self->name, freemail, host, freemail);
  if (preset_find_freemail (own) != NULL && preset_is_freemail_host (own, host))
    return g_strdup_printf ("%s is not the address of account %s: %s sends only for %s and refuses or rewrites other From addresses, unless it is "
                            "set up there as an alias", sender_address, self->name, host, self->address);
  if (strcmp (domain, own) != 0 && !is_within (domain, own) && !is_within (own, domain))
    return g_strdup_printf ("%s is not of the account's domain (%s): unless SPF and DKIM of %s allow %s, receivers will treat it as forged",
                            sender_address, own, domain, host);
  return NULL;
}
