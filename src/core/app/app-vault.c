/* App1.Vault*: its passphrase, given and taken. */
#include "connectors.h"

#include "account.h"
#include "app-secret.h"
#include "contract-keys.h"
#include "database.h"
#include "lanes.h"
#include "vault.h"

typedef struct {
  AppClient             *client;     /* reference */
  GDBusMethodInvocation *invocation; /* taken */
  gboolean               is_unlock;  /* FALSE: protect */
} AppVaultCall;

static gboolean
handle_status (PrApp1 *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  AppClient *client = data;
  Vault *vault = client->core->vault;
  g_autofree char *text = vault_describe_tier (vault);
  g_auto (GStrv) slots = vault_list_slots (vault);
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", KEY_VAULT_STATE, g_variant_new_string (vault_get_state (vault) == VAULT_OPEN ? "open" : "locked"));
  g_variant_builder_add (&builder, "{sv}", KEY_VAULT_SLOTS, g_variant_new_strv ((const char *const *) slots, -1));
  g_variant_builder_add (&builder, "{sv}", KEY_VAULT_TEXT, g_variant_new_string (text));
  pr_app1_complete_vault_status (skeleton, invocation, g_variant_builder_end (&builder));
  return TRUE;
}

static void
app_vault_audit (AppClient *client, const char *what)
{
  g_autoptr (GError) error = NULL;

  if (!database_audit (client->core->database, what, "", &error))
    g_warning ("the audit log lacks %s: %s", what, error->message);
}

/* Campaigns may be waiting for what has just become readable. */
static void
tell_lanes (Core *core)
{
  g_autoptr (GPtrArray) accounts = account_load_all (core, NULL);

  for (guint i = 0; accounts != NULL && i < accounts->len; i++) {
    const Account *account = accounts->pdata[i];

    if (account->keeps_password)
      lane_password_given (lanes_get (core->lanes, account->id));
  }
}

static void
passphrase_read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree AppVaultCall *call = data;
  g_autoptr (AppClient) client = call->client;
  g_autoptr (GError) error = NULL;
  g_autoptr (SecretBytes) passphrase = app_secret_read_finish (result, &error);
  Vault *vault = client->core->vault;

  if (passphrase == NULL ||
      !(call->is_unlock ? vault_unlock (vault, passphrase, &error) : vault_protect (vault, passphrase, &error))) {
    app_return_error (call->invocation, g_steal_pointer (&error));
    return;
  }
  app_vault_audit (client, call->is_unlock ? "vault.unlock" : "vault.protect");
  tell_lanes (client->core);
  if (call->is_unlock)
    pr_app1_complete_vault_unlock (client->skeleton, call->invocation, NULL);
  else
    pr_app1_complete_vault_protect (client->skeleton, call->invocation, NULL);
}

static void
read_passphrase (AppClient *client, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *handle, gboolean is_unlock)
{
  AppVaultCall *call = g_new0 (AppVaultCall, 1);

  *call = (AppVaultCall){ app_client_ref (client), invocation, is_unlock };
  app_secret_read_async (fds, handle, SECRET_BYTES_MAX, client->gone, passphrase_read_cb, call);
}

static gboolean
handle_unlock (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *passphrase, gpointer data)
{
  read_passphrase (data, invocation, fds, passphrase, TRUE);
  return TRUE;
}

static gboolean
handle_protect (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *passphrase, gpointer data)
{
  read_passphrase (data, invocation, fds, passphrase, FALSE);
  return TRUE;
}

void
app_vault_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-vault-status", G_CALLBACK (handle_status), client);
  g_signal_connect (client->skeleton, "handle-vault-unlock", G_CALLBACK (handle_unlock), client);
  g_signal_connect (client->skeleton, "handle-vault-protect", G_CALLBACK (handle_protect), client);
}
