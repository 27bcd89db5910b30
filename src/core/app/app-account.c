#include "access-tokens.h"
#include "account-settings.h"
#include "account-test.h"
#include "app-secret.h"
#include "clock.h"
#include "connectors.h"
#include "contract-keys.h"
#include "database.h"
#include "fault.h"
#include "grant.h"
#include "lanes.h"
#include "vault.h"
#include <string.h>

typedef struct { /* a call that waits for a password or a test */
  AppClient             *client;     /* reference */
  GDBusMethodInvocation *invocation; /* taken */
  Account               *account;    /* owned */
  const Preset          *preset;     /* static */
} AccountCall;

static AccountCall *
account_call_new (AppClient *client, GDBusMethodInvocation *invocation, Account *account)
{
  AccountCall *self = g_new0 (AccountCall, 1);

  self->client = app_client_ref (client);
  self->invocation = invocation;
  self->account = account;
  return self;
}

static void
account_call_free (AccountCall *self)
{
  app_client_unref (self->client);
  account_free (self->account);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (AccountCall, account_call_free)

/* --- AccountAdd --- */

static void
secret_of_new_read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AccountCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SecretBytes) secret = app_secret_read_finish (result, &error);

  if (secret == NULL || !account_add (call->client->core, call->account, secret, &error))
    app_return_error (call->invocation, g_steal_pointer (&error));
  else
    pr_app1_complete_account_add (call->client->skeleton, call->invocation, NULL, account_settings_describe (call->account, call->preset));
}

/* Takes account (NULL: `error` says why) and error. AccountAddOwn is answered the same, and the invocation knows which of them it is. */
static gboolean
add_account (AppClient *client, GDBusMethodInvocation *invocation, Account *account, const Preset *preset, GUnixFDList *fds, GVariant *settings, GVariant *secret,
             GError *error)
{
  gboolean is_check = FALSE;
  AccountCall *call;

  g_variant_lookup (settings, KEY_ACCOUNT_CHECK, "b", &is_check);
  if (account == NULL || !account_is_new (client->core, account, &error)) {
    account_free (account);
    return app_return_error (invocation, error);
  }
  if (is_check) {
    pr_app1_complete_account_add (client->skeleton, invocation, NULL, account_settings_describe (account, preset));
    account_free (account);
    return TRUE;
  }
  call = account_call_new (client, invocation, account);
  call->preset = preset;
  app_secret_read_async (fds, secret, SECRET_BYTES_MAX, client->gone, secret_of_new_read_cb, call);
  return TRUE;
}

static gboolean
handle_add (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *name, GVariant *settings, GVariant *secret,
            gpointer data)
{
  const Preset *preset = NULL;
  GError *error = NULL;
  Account *account = account_settings_parse (name, settings, &preset, &error);

  return add_account (data, invocation, account, preset, fds, settings, secret, error);
}

static gboolean
handle_add_own (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *name, GVariant *settings, GVariant *own, GVariant *secret,
                gpointer data)
{
  const Preset *preset = NULL;
  GError *error = NULL;
  Account *account = account_settings_parse_own (name, settings, own, &preset, &error);

  return add_account (data, invocation, account, preset, fds, settings, secret, error);
}

/* --- AccountSet --- */

/* It was granted to another client, or goes elsewhere; and one client's secret is none of another's. */
static gboolean
forget_sign_in (Core *core, const Account *before, const Account *account, GError **error)
{
  g_autofree char *client = account_format_secret_name (account->id, ACCOUNT_SECRET_CLIENT);

  if (account->kind->secret != KIND_SECRET_OAUTH)
    return TRUE;
  if (strcmp (account_get_text (before, SETTING_CLIENT_ID), account_get_text (account, SETTING_CLIENT_ID)) != 0 && !vault_remove (core->vault, client, error))
    return FALSE;
  access_tokens_forget (core->access_tokens, account->id);
  return grant_forget (core, account, error);
}

static gboolean
handle_set (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, GVariant *changes, gpointer data)
{
  AppClient *client = data;
  const Preset *preset = NULL;
  gboolean is_forgotten = FALSE;
  GError *error = NULL;
  g_autoptr (Account) before = account_load (client->core, name, &error);
  g_autoptr (Account) account = before != NULL ? account_settings_change (before, changes, &preset, &error) : NULL;

  if (account == NULL || !account_save (client->core, account, &is_forgotten, &error) || (is_forgotten && !forget_sign_in (client->core, before, account, &error)))
    return app_return_error (invocation, error);
  pr_app1_complete_account_set (skeleton, invocation, account_settings_describe (account, preset), is_forgotten);
  return TRUE;
}

/* --- AccountKinds, AccountPreset --- */

static gboolean
handle_kinds (PrApp1 *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  pr_app1_complete_account_kinds (skeleton, invocation, kinds_describe ());
  return TRUE;
}

static gboolean
handle_preset (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *address, gpointer data)
{
  const char *at = strrchr (address, '@');
  g_autofree char *domain = at != NULL ? g_ascii_strdown (at + 1, -1) : NULL;
  const Preset *preset = domain != NULL ? preset_find (domain, NULL) : NULL;
  GVariantDict settings;

  g_variant_dict_init (&settings, NULL);
  g_variant_dict_insert (&settings, KEY_ACCOUNT_PRESET, "s", preset != NULL ? preset->name : "");
  g_variant_dict_insert (&settings, KEY_ACCOUNT_TITLE, "s", preset != NULL ? preset->title : "");
  g_variant_dict_insert (&settings, KEY_ACCOUNT_HOST, "s", preset != NULL ? preset->hosts[0] : "");
  g_variant_dict_insert (&settings, KEY_ACCOUNT_PORT, "q", preset != NULL ? preset->port : 587);
  g_variant_dict_insert (&settings, KEY_ACCOUNT_TLS, "s", preset != NULL ? preset->tls : "starttls");
  g_variant_dict_insert (&settings, KEY_ACCOUNT_PER_MINUTE, "u", preset != NULL ? preset->per_minute : 0);
  g_variant_dict_insert (&settings, KEY_ACCOUNT_PER_HOUR, "u", preset != NULL ? preset->per_hour : 0);
  g_variant_dict_insert (&settings, KEY_ACCOUNT_PER_DAY, "u", preset != NULL ? preset->per_day : 0);
  g_variant_dict_insert (&settings, KEY_ACCOUNT_SURE, "s", preset != NULL ? preset->sure : "");
  g_variant_dict_insert (&settings, KEY_ACCOUNT_NOTE, "s", preset != NULL ? preset->note : "");
  pr_app1_complete_account_preset (skeleton, invocation, g_variant_dict_end (&settings));
  return TRUE;
}

/* --- AccountList --- */

/* The first thing in its way: a password that is not there, then a server that did not answer. */
static const char *
judge_state (Core *core, const Account *account, gboolean has_secret)
{
  if (!has_secret)
    return account->keeps_password && vault_get_state (core->vault) == VAULT_LOCKED ? "locked" : "password";
  return *account->trouble != '\0' ? "failing" : account->worked_utc == 0 ? "untried" : "ready";
}

static void
add_state (GVariantBuilder *builder, const char *state, const char *text)
{
  g_variant_builder_add (builder, "{sv}", KEY_ACCOUNT_STATE, g_variant_new_string (state));
  g_variant_builder_add (builder, "{sv}", KEY_ACCOUNT_TEXT, g_variant_new_string (text));
}

static void
describe_state (Core *core, const Account *account, GVariantBuilder *builder)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (SecretBytes) secret = account_get_secret (core, account, &error);
  const char *missing = account->keeps_password && error != NULL ? error->message : "its password is asked for when it is needed";

  add_state (builder, judge_state (core, account, secret != NULL), secret == NULL ? missing : account->trouble_text);
}

static void
describe_endpoints (const Account *account, GVariantBuilder *builder)
{
  GVariantBuilder endpoints;

  g_variant_builder_init (&endpoints, G_VARIANT_TYPE ("a{ss}"));
  for (const KindSetting *row = account->kind->settings; row->key != NULL; row++)
    if ((row->marks & SETTING_OWN) != 0 && (row->marks & SETTING_FILE) == 0 && *account_get_text (account, row->key) != '\0')
      g_variant_builder_add (&endpoints, "{ss}", row->key, account_get_text (account, row->key));
  g_variant_builder_add (builder, "{sv}", KEY_ACCOUNT_ENDPOINTS, g_variant_builder_end (&endpoints));
}

static gboolean
is_signed_in (const Grant *grant)
{
  return grant->is_there && *grant->ended == '\0';
}

/* In place of a password. */
static void
describe_grant_state (Core *core, const Account *account, const Grant *grant, GVariantBuilder *builder)
{
  if (is_signed_in (grant))
    add_state (builder, vault_get_state (core->vault) == VAULT_LOCKED ? "locked" : judge_state (core, account, TRUE), account->trouble_text);
  else
    add_state (builder, "signed-out", *grant->ended != '\0' ? grant->ended : "nobody has signed in yet");
}

/* Of any account: others have none. */
static gboolean
describe_sign_in (Core *core, const Account *account, GVariantBuilder *builder, GError **error)
{
  g_autoptr (Grant) grant = grant_load (core, account->id, error);

  if (grant == NULL)
    return FALSE;
  describe_endpoints (account, builder);
  if (kind_find_setting (account->kind, SETTING_VIA) == NULL)
    g_variant_builder_add (builder, "{sv}", KEY_ACCOUNT_VIA, g_variant_new_string (account_get_way (account).program));
  g_variant_builder_add (builder, "{sv}", KEY_ACCOUNT_SIGNED_IN, g_variant_new_boolean (is_signed_in (grant)));
  g_variant_builder_add (builder, "{sv}", KEY_ACCOUNT_SCOPE, g_variant_new_string (grant->scope));
  g_variant_builder_add (builder, "{sv}", KEY_ACCOUNT_EXPIRES, g_variant_new_int64 (access_tokens_get_expiry (core->access_tokens, account->id)));
  if (account->kind->secret == KIND_SECRET_OAUTH)
    describe_grant_state (core, account, grant, builder);
  else
    describe_state (core, account, builder);
  return TRUE;
}

/* used_minute beside per_minute, and so on; of a limit that is not set, what the account alone sent. */
static gboolean
describe_used (Core *core, const Account *account, gint64 now_utc, GVariantBuilder *builder, GError **error)
{
  for (const KindSetting *row = account->kind->settings; row->key != NULL; row++) {
    AccountLimit unset = { row->seconds, 0, row->unit, (char *) ACCOUNT_POOL_OWN };
    const AccountLimit *limit = &unset;
    g_autofree char *key = row->seconds > 0 ? g_strconcat ("used_", row->key + strlen ("per_"), NULL) : NULL;
    gint64 used = 0;

    for (guint i = 0; i < account->n_limits; i++)
      if (account->limits[i].seconds == row->seconds)
        limit = &account->limits[i];
    if (key == NULL)
      continue;
    if (!account_limit_count (core->database, account->id, limit, now_utc, &used, NULL, error))
      return FALSE;
    g_variant_builder_add (builder, "{sv}", key, g_variant_new_uint64 ((guint64) used));
    if (row->seconds == 60)
      g_variant_builder_add (builder, "{sv}", KEY_ACCOUNT_UNITS_USED, g_variant_new_uint64 ((guint64) used * account_get_units (account)));
  }
  return TRUE;
}

static gboolean
describe_account (Core *core, const Account *account, gint64 now_utc, GVariantBuilder *builder, GError **error)
{
  g_variant_builder_open (builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (builder, "{sv}", KEY_ACCOUNT_NAME, g_variant_new_string (account->name));
  account_describe_settings (account, builder);
  g_variant_builder_add (builder, "{sv}", KEY_ACCOUNT_KEEPS_PASSWORD, g_variant_new_boolean (account->keeps_password));
  g_variant_builder_add (builder, "{sv}", KEY_ACCOUNT_NEEDS_PASSWORD, g_variant_new_boolean (account->needs_password));
  if (!describe_used (core, account, now_utc, builder, error))
    return FALSE;
  if (!describe_sign_in (core, account, builder, error))
    return FALSE;
  g_variant_builder_close (builder);
  return TRUE;
}

static gboolean
handle_list (PrApp1 *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;
  g_autoptr (GPtrArray) accounts = account_load_all (client->core, &error);
  g_autoptr (GVariantBuilder) builder = g_variant_builder_new (G_VARIANT_TYPE ("aa{sv}"));
  gint64 now_utc = clock_now_utc ();

  if (accounts == NULL)
    return app_return_error (invocation, error);
  for (guint i = 0; i < accounts->len; i++)
    if (!describe_account (client->core, accounts->pdata[i], now_utc, builder, &error))
      return app_return_error (invocation, error);
  pr_app1_complete_account_list (skeleton, invocation, g_variant_builder_end (builder));
  return TRUE;
}

/* --- AccountTest --- */

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AccountCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) report = account_test_finish (result, &error);

  app_release (call->client->core);
  if (report == NULL)
    app_return_error (call->invocation, g_steal_pointer (&error));
  else
    pr_app1_complete_account_test (call->client->skeleton, call->invocation, report);
}

static gboolean
handle_test (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;
  Account *account = account_load (client->core, name, &error);
  AccountCall *call;

  if (account == NULL)
    return app_return_error (invocation, error);
  call = account_call_new (client, invocation, account);
  app_hold (client->core);
  account_test_async (client->core, account, client->gone, tested_cb, call);
  return TRUE;
}

/* --- AccountSecret, AccountPin --- */

static void
secret_read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (AccountCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SecretBytes) secret = app_secret_read_finish (result, &error);

  if (secret == NULL || !account_set_secret (call->client->core, call->account, secret, &error)) {
    app_return_error (call->invocation, g_steal_pointer (&error));
    return;
  }
  lane_password_given (lanes_get (call->client->core->lanes, call->account->id)); /* a campaign may be waiting for it */
  pr_app1_complete_account_secret (call->client->skeleton, call->invocation, NULL);
}

static gboolean
handle_secret (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *name, GVariant *secret, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;
  Account *account = account_load (client->core, name, &error);

  if (account == NULL)
    return app_return_error (invocation, error);
  app_secret_read_async (fds, secret, SECRET_BYTES_MAX, client->gone, secret_read_cb, account_call_new (client, invocation, account));
  return TRUE;
}

static gboolean
handle_pin (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, const char *raw_pin, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;
  g_autoptr (Account) account = account_load (client->core, name, &error);
  g_autofree char *pin = account != NULL ? account_settings_parse_pin (raw_pin, &error) : NULL;

  if (pin == NULL || !account_set_pin (client->core, account, pin, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_account_pin (skeleton, invocation);
  return TRUE;
}

void
app_account_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-account-kinds", G_CALLBACK (handle_kinds), client);
  g_signal_connect (client->skeleton, "handle-account-add", G_CALLBACK (handle_add), client);
  g_signal_connect (client->skeleton, "handle-account-add-own", G_CALLBACK (handle_add_own), client);
  g_signal_connect (client->skeleton, "handle-account-set", G_CALLBACK (handle_set), client);
  g_signal_connect (client->skeleton, "handle-account-preset", G_CALLBACK (handle_preset), client);
  g_signal_connect (client->skeleton, "handle-account-list", G_CALLBACK (handle_list), client);
  g_signal_connect (client->skeleton, "handle-account-test", G_CALLBACK (handle_test), client);
  g_signal_connect (client->skeleton, "handle-account-secret", G_CALLBACK (handle_secret), client);
  g_signal_connect (client->skeleton, "handle-account-pin", G_CALLBACK (handle_pin), client);
}
