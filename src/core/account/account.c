#include "account.h"

#include "account-settings.h"
#include "contract-keys.h"
#include "fault.h"
#include "preset.h"
#include "store.h"
#include "text.h"
#include "vault.h"
#include <string.h>

#define COLUMNS "id,name,address,host,port,tls,user,pin,insecure,keeps_password,needs_password,connections,per_minute,per_hour,per_day,server_size,helo," \
  "display_name,agreed_utc,trouble,trouble_text,worked_utc"
#define NAMES_SHOWN_MAX 10 /* chosen: in an error's sentence */
#define TROUBLE_MAX 512 /* octets */
#define OPEN_CAMPAIGN "state IN (1,2,3,4)" /* campaign.h: prepared, sending, (waiting), paused */

void
account_free (Account *self)
{
  if (self == NULL)
    return;
  g_free (self->name);
  g_free (self->address);
  g_free (self->host);
  g_free (self->tls);
  g_free (self->user);
  g_free (self->pin);
  g_free (self->trouble);
  g_free (self->trouble_text);
  g_free (self->helo);
  g_free (self->display_name);
  g_free (self);
}

static Account *
read_row (sqlite3_stmt *row)
{
  Account *self = g_new0 (Account, 1);

  self->id = store_int (row, 0);
  self->name = g_strdup (store_text (row, 1));
  self->address = g_strdup (store_text (row, 2));
  self->host = g_strdup (store_text (row, 3));
  self->port = (guint16) store_int (row, 4);
  self->tls = g_strdup (store_text (row, 5));
  self->user = g_strdup (store_text (row, 6));
  self->pin = g_strdup (store_text (row, 7));
  self->insecure = store_int (row, 8) != 0;
  self->keeps_password = store_int (row, 9) != 0;
  self->needs_password = store_int (row, 10) != 0;
  self->connections = (guint) store_int (row, 11);
  self->per_minute = (guint) store_int (row, 12);
  self->per_hour = (guint) store_int (row, 13);
  self->per_day = (guint) store_int (row, 14);
  self->server_size = (guint64) store_int (row, 15);
  self->helo = g_strdup (store_text (row, 16));
  self->display_name = g_strdup (store_text (row, 17));
  self->agreed_utc = store_int (row, 18);
  self->trouble = g_strdup (store_text (row, 19));
  self->trouble_text = g_strdup (store_text (row, 20));
  self->worked_utc = store_int (row, 21);
  return self;
}

/* Takes the statement's first row. Returns: (transfer full), or NULL: none, or an error. */
static Account *
load_first (Core *core, sqlite3_stmt *statement, GError **error)
{
  Account *self = store_step (core->store, statement, error) == 1 ? read_row (statement) : NULL;

  sqlite3_reset (statement);
  return self;
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
  Account *self = load_first (core, store_query (core->store, "SELECT " COLUMNS " FROM account WHERE name=? AND removed_utc=0", "s", name), &problem);

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
  Account *self = load_first (core, store_query (core->store, "SELECT " COLUMNS " FROM account WHERE id=?", "i", id), &problem);

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
  sqlite3_stmt *statement = store_query (core->store, "SELECT " COLUMNS " FROM account WHERE removed_utc=0 ORDER BY name", "");
  int found;

  while ((found = store_step (core->store, statement, error)) == 1)
    g_ptr_array_add (accounts, read_row (statement));
  return found == 0 ? g_steal_pointer (&accounts) : NULL;
}

/* --- secrets --- */

static char *
format_secret_name (gint64 id)
{
  return g_strdup_printf ("account/%" G_GINT64_FORMAT, id);
}

SecretBytes *
account_get_secret (Core *core, const Account *self, GError **error)
{
  g_autofree char *name = format_secret_name (self->id);
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

void
account_keep_in_memory (Core *core, gint64 id, const SecretBytes *secret)
{
  g_autofree char *name = format_secret_name (id);

  vault_remember (core->vault, name, secret);
}

gboolean
account_set_secret (Core *core, const Account *self, const SecretBytes *secret, GError **error)
{
  g_autofree char *name = format_secret_name (self->id);

  if (!self->needs_password) {
    g_set_error (error, FAULT, FAULT_USAGE, "account %s logs in without a password", self->name);
    return FALSE;
  }
  if (secret_bytes_get_length (secret) == 0) {
    g_set_error_literal (error, FAULT, FAULT_USAGE, "the password is empty");
    return FALSE;
  }
  if (self->keeps_password && !vault_set (core->vault, name, secret, error))
    return FALSE;
  if (!self->keeps_password)
    vault_remember (core->vault, name, secret);
  return store_run (core->store, error, "UPDATE account SET trouble='', trouble_text='', worked_utc=0 WHERE id=? AND trouble='login'", "i", self->id);
}

/* --- changes --- */

static gboolean
insert_row (Core *core, Account *self, GError **error)
{
  if (!store_run (core->store, error,
                  "INSERT INTO account(name,address,host,port,tls,user,pin,insecure,keeps_password,needs_password,connections,"
                  "per_minute,per_hour,per_day,helo,display_name,created_utc,agreed_utc) VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?17,?17)", "sssisssiiiiiiissi",
                  self->name, self->address, self->host, (gint64) self->port, self->tls, self->user, self->pin, (gint64) self->insecure,
                  (gint64) self->keeps_password, (gint64) self->needs_password, (gint64) self->connections, (gint64) self->per_minute,
                  (gint64) self->per_hour, (gint64) self->per_day, self->helo, self->display_name, store_now_utc ()))
    return FALSE;
  self->id = sqlite3_last_insert_rowid (store_get_db (core->store));
  return store_audit (core->store, "account.add", self->name, error);
}

static gboolean
keep_new_secret (Core *core, const Account *self, const SecretBytes *secret, GError **error)
{
  if (!self->needs_password || (!self->keeps_password && secret_bytes_get_length (secret) == 0))
    return TRUE;
  return account_set_secret (core, self, secret, error);
}

/* A secret that outlived a failed commit should not lie about. */
static void
forget_secret (Core *core, const Account *self)
{
  g_autofree char *name = format_secret_name (self->id);
  g_autoptr (GError) problem = NULL;

  vault_remember (core->vault, name, NULL);
  if (self->keeps_password && !vault_remove (core->vault, name, &problem))
    g_warning ("a password stays in the vault: %s", problem->message);
}

gboolean
account_is_new (Core *core, const Account *self, GError **error)
{
  gint64 id = 0;
  int found = store_get_int (core->store, &id, error, "SELECT id FROM account WHERE name=?", "s", self->name);

  if (found == 1)
    g_set_error (error, FAULT, FAULT_USAGE, "there is an account \"%s\" already: take another name, or remove it first", self->name);
  return found == 0;
}

gboolean
account_add (Core *core, Account *self, const SecretBytes *secret, GError **error)
{
  if (!account_is_new (core, self, error) || !store_begin (core->store, error))
    return FALSE;
  if (!insert_row (core, self, error) || !keep_new_secret (core, self, secret, error)) {
    store_rollback (core->store);
    return FALSE;
  }
  if (store_commit (core->store, error))
    return TRUE;
  forget_secret (core, self);
  return FALSE;
}

/* A password was given for one server and one user; it goes nowhere else unasked, and not in the clear where it went by TLS. */
static gboolean
is_elsewhere (const Account *before, const Account *self)
{
  return strcmp (before->host, self->host) != 0 || before->port != self->port || strcmp (before->user, self->user) != 0 ||
         (strcmp (self->tls, "none") == 0 && strcmp (before->tls, "none") != 0) || before->keeps_password != self->keeps_password;
}

static gboolean
forget_before (Core *core, const Account *before, GError **error)
{
  g_autofree char *name = format_secret_name (before->id);

  vault_remember (core->vault, name, NULL);
  return !before->keeps_password || vault_remove (core->vault, name, error);
}

/* What was known of the server was known of these settings. */
static gboolean
forget_health (Core *core, const Account *before, const Account *self, GError **error)
{
  if (!is_elsewhere (before, self) && strcmp (before->tls, self->tls) == 0 && strcmp (before->pin, self->pin) == 0)
    return TRUE;
  return store_run (core->store, error, "UPDATE account SET trouble='', trouble_text='', worked_utc=0 WHERE id=?", "i", self->id);
}

static gboolean
update_row (Core *core, const Account *self, GError **error)
{
  return store_run (core->store, error,
                    "UPDATE account SET address=?, host=?, port=?, tls=?, user=?, pin=?, insecure=?, keeps_password=?, needs_password=?, connections=?,"
                    " per_minute=?, per_hour=?, per_day=?, helo=?, display_name=? WHERE id=?", "ssisssiiiiiiissi",
                    self->address, self->host, (gint64) self->port, self->tls, self->user, self->pin, (gint64) self->insecure,
                    (gint64) self->keeps_password, (gint64) self->needs_password, (gint64) self->connections, (gint64) self->per_minute,
                    (gint64) self->per_hour, (gint64) self->per_day, self->helo, self->display_name, self->id) &&
         store_audit (core->store, "account.set", self->name, error);
}

gboolean
account_save (Core *core, const Account *self, gboolean *out_is_forgotten, GError **error)
{
  g_autoptr (Account) before = account_load_id (core, self->id, error);

  *out_is_forgotten = before != NULL && before->needs_password && is_elsewhere (before, self);
  /* the secret first: after a crash between the two it is asked for again, and never goes to the new server by itself */
  if (before == NULL || (*out_is_forgotten && !forget_before (core, before, error)) || !store_begin (core->store, error))
    return FALSE;
  if (update_row (core, self, error) && forget_health (core, before, self, error) && store_commit (core->store, error))
    return TRUE;
  store_rollback (core->store);
  return FALSE;
}

char *
account_format_sender (const Account *self)
{
  g_autoptr (GString) name = g_string_new (self->display_name);

  if (name->len == 0)
    return g_strdup (self->address);
  g_string_replace (name, "\\", "\\\\", 0); /* RFC 5322 §3.2.4 */
  g_string_replace (name, "\"", "\\\"", 0);
  return g_strdup_printf ("\"%s\" <%s>", name->str, self->address);
}

static gboolean
check_no_open_campaign (Core *core, const Account *self, GError **error)
{
  gint64 campaign = 0;
  int found = store_get_int (core->store, &campaign, error,
                             "SELECT id FROM campaign WHERE account=? AND " OPEN_CAMPAIGN " ORDER BY id LIMIT 1", "i", self->id);

  if (found == 1)
    g_set_error (error, FAULT, FAULT_USAGE, "account %s is in use by campaign %" G_GINT64_FORMAT ": let it end or cancel it first", self->name, campaign);
  return found == 0;
}

/* The row stays, so that neither a report nor a journal points nowhere and no id is given out twice; what no campaign needs goes. */
static gboolean
retire_row (Core *core, const Account *self, GError **error)
{
  g_autofree char *name = g_strdup_printf ("%s (removed %" G_GINT64_FORMAT ")", self->name, self->id);

  return store_run (core->store, error,
                    "UPDATE account SET name=?, user='', pin='', keeps_password=0, needs_password=0, removed_utc=? WHERE id=?", "sii", name,
                    store_now_utc (), self->id) &&
         store_run (core->store, error,
                    "UPDATE account SET address='', host='' WHERE id=? AND NOT EXISTS (SELECT 1 FROM campaign WHERE account=account.id)",
                    "i", self->id) &&
         store_audit (core->store, "account.remove", self->name, error);
}

gboolean
account_remove (Core *core, const Account *self, GError **error)
{
  g_autofree char *secret_name = format_secret_name (self->id);

  if (!check_no_open_campaign (core, self, error))
    return FALSE;
  /* the secret first: an account without its password can be removed again, a password without its account is never looked for */
  if (self->keeps_password && !vault_remove (core->vault, secret_name, error)) {
    g_prefix_error (error, "account %s was not removed: ", self->name);
    return FALSE;
  }
  vault_remember (core->vault, secret_name, NULL);
  if (!store_begin (core->store, error))
    return FALSE;
  if (retire_row (core, self, error))
    return store_commit (core->store, error);
  store_rollback (core->store);
  return FALSE;
}

gboolean
account_set_pin (Core *core, gint64 id, const char *pin, GError **error)
{
  return store_run (core->store, error, "UPDATE account SET pin=? WHERE id=?", "si", pin, id);
}

gboolean
account_set_agreed (Core *core, const Account *self, GError **error)
{
  if (!store_begin (core->store, error))
    return FALSE;
  if (store_run (core->store, error, "UPDATE account SET agreed_utc=? WHERE id=?", "ii", store_now_utc (), self->id) &&
      store_audit (core->store, "account.agree", self->name, error))
    return store_commit (core->store, error);
  store_rollback (core->store);
  return FALSE;
}

gboolean
account_set_server_size (Core *core, gint64 id, guint64 size, GError **error)
{
  return store_run (core->store, error, "UPDATE account SET server_size=? WHERE id=?", "ii", (gint64) MIN (size, G_MAXINT64), id);
}

/* --- whether its server can be reached --- */

void
account_note_worked (Core *core, gint64 id)
{
  g_autoptr (GError) problem = NULL;

  if (!store_run (core->store, &problem, "UPDATE account SET trouble='', trouble_text='', worked_utc=? WHERE id=? AND (worked_utc=0 OR trouble<>'')", "ii",
                  store_now_utc (), id))
    g_warning ("that an account works could not be stored: %s", problem->message);
}

void
account_note_trouble (Core *core, gint64 id, const char *reason, const char *text)
{
  static const char *const reasons[] = { "network", "protocol", "tls", "certificate", "login", "auth-disabled", "policy", "relay-denied", NULL };
  g_autofree char *shown = text_printable (text, -1, TROUBLE_MAX);
  g_autoptr (GError) problem = NULL;

  if (g_strv_contains (reasons, reason) &&
      !store_run (core->store, &problem, "UPDATE account SET trouble=?1, trouble_text=?2 WHERE id=?3 AND (trouble<>?1 OR trouble_text<>?2)", "ssi", reason, shown, id))
    g_warning ("that an account does not work could not be stored: %s", problem->message);
}

/* --- what is asked of it --- */

gboolean
account_load_usage (Core *core, gint64 id, gint64 now_utc, AccountUsage *out_usage, GError **error)
{
  sqlite3_stmt *row = store_query (core->store,
                                   "SELECT coalesce(sum(iif(second_utc>?1-60,count,0)),0), coalesce(sum(iif(second_utc>?1-3600,count,0)),0),"
                                   " coalesce(sum(count),0) FROM pace WHERE account=?2 AND second_utc>?1-86400", "ii", now_utc, id);

  if (store_step (core->store, row, error) != 1)
    return FALSE;
  *out_usage = (AccountUsage){ (guint64) store_int (row, 0), (guint64) store_int (row, 1), (guint64) store_int (row, 2) };
  sqlite3_reset (row);
  return TRUE;
}

GVariant *
account_to_transport_settings (const Account *self, const char *own_name)
{
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", KEY_TRANSPORT_HOST, g_variant_new_string (self->host));
  g_variant_builder_add (&builder, "{sv}", KEY_TRANSPORT_TLS, g_variant_new_string (self->tls));
  g_variant_builder_add (&builder, "{sv}", KEY_TRANSPORT_USER, g_variant_new_string (self->needs_password ? self->user : ""));
  g_variant_builder_add (&builder, "{sv}", KEY_TRANSPORT_PIN, g_variant_new_string (self->pin));
  g_variant_builder_add (&builder, "{sv}", KEY_TRANSPORT_HELO, g_variant_new_string (*self->helo != '\0' ? self->helo : own_name));
  g_variant_builder_add (&builder, "{sv}", KEY_TRANSPORT_INSECURE, g_variant_new_boolean (self->insecure));
  return g_variant_builder_end (&builder);
}

gboolean
account_wants_own_name (const Account *self)
{
  return *self->helo == '\0' && !account_settings_is_loopback_host (self->host);
}

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
  const char *freemail = preset_find_freemail (domain);

  if (g_ascii_strcasecmp (sender_address, self->address) == 0)
    return freemail == NULL || preset_is_freemail_host (domain, self->host)
             ? NULL
             : g_strdup_printf ("mail from a %s address through %s will be refused by most receivers (5.7.26): %s lets only its own servers "
                                "send for %s; use an account at %s, or a From address of your own domain", freemail, self->host, freemail, domain, freemail);
  if (freemail != NULL && !preset_is_freemail_host (domain, self->host))
    return g_strdup_printf ("%s does not belong to account %s: mail from a %s address through %s will be refused by most receivers (5.7.26); "
                            "use an account at %s, or a From address of your own domain", sender_address, self->name, freemail, self->host, freemail);
  if (preset_find_freemail (own) != NULL && preset_is_freemail_host (own, self->host))
    return g_strdup_printf ("%s is not the address of account %s: %s sends only for %s and refuses or rewrites other From addresses, unless it is "
                            "set up there as an alias", sender_address, self->name, self->host, self->address);
  if (strcmp (domain, own) != 0 && !is_within (domain, own) && !is_within (own, domain))
    return g_strdup_printf ("%s is not of the account's domain (%s): unless SPF and DKIM of %s allow %s, receivers will treat it as forged",
                            sender_address, own, domain, self->host);
  return NULL;
}
