/* App1.Vault*: what opens it, given and taken. */
#include "connectors.h"

#include "account.h"
#include "app-secret.h"
#include "contract-keys.h"
#include "database.h"
#include "fault.h"
#include "keyring-slot.h"
#include "lanes.h"
#include "vault.h"

/* With a secret that was read, or NULL. Returns: FALSE with `error`. */
typedef gboolean (*VaultRun) (Vault *vault, VaultSlotKind kind, const SecretBytes *passphrase, GError **error);

typedef struct { /* a call that is answered later; none of them answers anything but that it is done */
  AppClient             *client;     /* reference; core is held meanwhile */
  GDBusMethodInvocation *invocation; /* taken at the end */
  const char            *what;       /* static: for the audit log; NULL: it is written elsewhere */
  VaultSlotKind          kind;       /* of a slot that is changed; else VAULT_SLOT_NONE */
  VaultRun               run;
  gboolean               is_change;  /* of the keyring's slot: there is one */
} VaultCall;

static gboolean
handle_status (PrApp1 *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  AppClient *client = data;
  Vault *vault = client->core->vault;
  g_autofree char *text = vault_describe_tier (vault);
  g_auto (GStrv) slots = vault_list_slots (vault);
  const char *opened_by = vault_slot_to_word (vault_get_opener (vault));
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&builder, "{sv}", KEY_VAULT_STATE, g_variant_new_string (vault_get_state (vault) == VAULT_OPEN ? "open" : "locked"));
  g_variant_builder_add (&builder, "{sv}", KEY_VAULT_SLOTS, g_variant_new_strv ((const char *const *) slots, -1));
  g_variant_builder_add (&builder, "{sv}", KEY_VAULT_TIER, g_variant_new_string (vault_slot_to_word (vault_get_tier (vault))));
  g_variant_builder_add (&builder, "{sv}", KEY_VAULT_OPENED_BY, g_variant_new_string (opened_by != NULL ? opened_by : ""));
  g_variant_builder_add (&builder, "{sv}", KEY_VAULT_KEYRING, g_variant_new_string (keyring_slot_get_word (client->core->keyring_slot)));
  g_variant_builder_add (&builder, "{sv}", KEY_VAULT_TEXT, g_variant_new_string (text));
  pr_app1_complete_vault_status (skeleton, invocation, g_variant_builder_end (&builder));
  return TRUE;
}

static void
vault_audit (Core *core, const char *what)
{
  g_autoptr (GError) error = NULL;

  if (!database_audit (core->database, what, "", &error))
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

void
app_vault_note_opened (Core *core)
{
  vault_audit (core, "vault.unlock");
  tell_lanes (core);
}

/* --- a call from its beginning to its end --- */

static VaultCall *
vault_call_new (AppClient *client, GDBusMethodInvocation *invocation, const char *what, VaultSlotKind kind)
{
  VaultCall *self = g_new0 (VaultCall, 1);

  *self = (VaultCall){ .client = app_client_ref (client), .invocation = invocation, .what = what, .kind = kind };
  app_hold (client->core);
  return self;
}

/* Answers. Takes the call, and error; NULL: it is done. */
static void
vault_call_end (VaultCall *self, GError *error)
{
  Core *core = self->client->core;

  if (error != NULL) {
    app_return_error (self->invocation, error);
  } else {
    if (self->what != NULL)
      vault_audit (core, self->what);
    tell_lanes (core);
    g_dbus_method_invocation_return_value (self->invocation, NULL);
  }
  app_release (core);
  app_client_unref (self->client);
  g_free (self);
}

static void
keyring_done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GError *error = NULL;

  (void) keyring_slot_finish (result, &error);
  vault_call_end (data, error);
}

static void
passphrase_read_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  VaultCall *call = data;
  Core *core = call->client->core;
  GError *error = NULL;
  g_autoptr (SecretBytes) passphrase = app_secret_read_finish (result, &error);

  if (passphrase != NULL && call->kind == VAULT_SLOT_KEYRING) { /* it has a key of its own */
    keyring_slot_put_async (core->keyring_slot, call->is_change, NULL, keyring_done_cb, call);
    return;
  }
  if (passphrase != NULL)
    (void) call->run (core->vault, call->kind, passphrase, &error);
  vault_call_end (call, error);
}

static gboolean
vault_call_read (VaultCall *self, GUnixFDList *fds, GVariant *passphrase, VaultRun run)
{
  self->run = run;
  app_secret_read_async (fds, passphrase, SECRET_BYTES_MAX, self->client->gone, passphrase_read_cb, self);
  return TRUE;
}

/* --- unlocking --- */

static gboolean
run_unlock (Vault *vault, VaultSlotKind kind, const SecretBytes *passphrase, GError **error)
{
  return vault_unlock (vault, passphrase, error);
}

static gboolean
run_protect (Vault *vault, VaultSlotKind kind, const SecretBytes *passphrase, GError **error)
{
  return vault_protect (vault, passphrase, error);
}

static gboolean
handle_unlock (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *passphrase, gpointer data)
{
  return vault_call_read (vault_call_new (data, invocation, "vault.unlock", VAULT_SLOT_NONE), fds, passphrase, run_unlock);
}

static gboolean
handle_protect (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *passphrase, gpointer data)
{
  return vault_call_read (vault_call_new (data, invocation, "vault.protect", VAULT_SLOT_NONE), fds, passphrase, run_protect);
}

static gboolean
handle_unlock_keyring (PrApp1 *skeleton, GDBusMethodInvocation *invocation, gboolean asks, gpointer data)
{
  AppClient *client = data;

  keyring_slot_unlock_async (client->core->keyring_slot, asks, client->gone, keyring_done_cb, vault_call_new (client, invocation, NULL, VAULT_SLOT_NONE));
  return TRUE;
}

/* --- slots --- */

/* Returns: a call for the slot, or NULL: it is answered that there is no such kind. */
static VaultCall *
slot_call_new (AppClient *client, GDBusMethodInvocation *invocation, const char *what, const char *word)
{
  VaultSlotKind kind = vault_slot_parse_word (word);

  if (kind != VAULT_SLOT_NONE)
    return vault_call_new (client, invocation, what, kind);
  app_return_error (invocation, g_error_new (FAULT, FAULT_USAGE, "the vault has no slots of the kind “%s”: there are key-file, passphrase, keyring and credentials", word));
  return NULL;
}

static gboolean
handle_add (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *word, GVariant *passphrase, gpointer data)
{
  VaultCall *call = slot_call_new (data, invocation, "vault.add", word);

  return call == NULL || vault_call_read (call, fds, passphrase, vault_add_slot);
}

static gboolean
handle_change (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *word, GVariant *passphrase, gpointer data)
{
  VaultCall *call = slot_call_new (data, invocation, "vault.change", word);

  if (call != NULL)
    call->is_change = TRUE;
  return call == NULL || vault_call_read (call, fds, passphrase, vault_change_slot);
}

static gboolean
handle_keyring_add (PrApp1 *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  AppClient *client = data;

  keyring_slot_put_async (client->core->keyring_slot, FALSE, NULL, keyring_done_cb, vault_call_new (client, invocation, "vault.add", VAULT_SLOT_KEYRING));
  return TRUE;
}

/* The keyring would be all that is left: it must have the key now. */
static void
keyring_checked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  VaultCall *call = data;
  GError *error = NULL;

  if (keyring_slot_finish (result, &error))
    (void) vault_remove_slot (call->client->core->vault, call->kind, TRUE, &error);
  else
    g_prefix_error (&error, "the keyring would be all that opens the vault, and it does not; nothing was changed: ");
  vault_call_end (call, error);
}

static gboolean
handle_remove (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *word, gpointer data)
{
  AppClient *client = data;
  Core *core = client->core;
  VaultCall *call = slot_call_new (client, invocation, "vault.remove", word);
  GError *error = NULL;

  if (call == NULL)
    return TRUE;
  if (call->kind == VAULT_SLOT_KEYRING) {
    keyring_slot_remove_async (core->keyring_slot, NULL, keyring_done_cb, call);
  } else if (vault_check_slot (core->vault, call->kind, TRUE, NULL) && vault_has_slot (core->vault, VAULT_SLOT_KEYRING) &&
             !vault_opens_without (core->vault, call->kind)) {
    keyring_slot_check_async (core->keyring_slot, NULL, keyring_checked_cb, call);
  } else {
    (void) vault_remove_slot (core->vault, call->kind, FALSE, &error);
    vault_call_end (call, error);
  }
  return TRUE;
}

void
app_vault_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-vault-status", G_CALLBACK (handle_status), client);
  g_signal_connect (client->skeleton, "handle-vault-unlock", G_CALLBACK (handle_unlock), client);
  g_signal_connect (client->skeleton, "handle-vault-unlock-keyring", G_CALLBACK (handle_unlock_keyring), client);
  g_signal_connect (client->skeleton, "handle-vault-protect", G_CALLBACK (handle_protect), client);
  g_signal_connect (client->skeleton, "handle-vault-slot-add", G_CALLBACK (handle_add), client);
  g_signal_connect (client->skeleton, "handle-vault-slot-change", G_CALLBACK (handle_change), client);
  g_signal_connect (client->skeleton, "handle-vault-slot-remove", G_CALLBACK (handle_remove), client);
  g_signal_connect (client->skeleton, "handle-vault-keyring-add", G_CALLBACK (handle_keyring_add), client);
}
