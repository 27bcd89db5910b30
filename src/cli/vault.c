/* vault … - where passwords are kept, and what opens it. */
#include "commands.h"
#include "connect.h"
#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include "json-out.h"
#include "password.h"
#include "prompt.h"
#include "send-fd.h"
#include <stdio.h>

#define SLOT_KINDS "key-file, passphrase, keyring, credentials"
#define KEYRING "keyring" /* words of VaultStatus */
#define PASSPHRASE "passphrase"

typedef struct {
  PasswordSource source;
  gboolean       is_removed;
} VaultOptions;

static const Option passphrase_options[] = {
  { "password-file", 0, OPTION_TEXT, G_STRUCT_OFFSET (VaultOptions, source.file), "F",
    "read the passphrase from the first line of F (-: standard input)" },
  { "password-command", 0, OPTION_TEXT, G_STRUCT_OFFSET (VaultOptions, source.command), "CMD",
    "take the first line that CMD prints" },
  { 0 },
};

static const Option protect_options[] = {
  { "password-file", 0, OPTION_TEXT, G_STRUCT_OFFSET (VaultOptions, source.file), "F",
    "read the passphrase from the first line of F (-: standard input)" },
  { "password-command", 0, OPTION_TEXT, G_STRUCT_OFFSET (VaultOptions, source.command), "CMD",
    "take the first line that CMD prints" },
  { "remove", 0, OPTION_FLAG, G_STRUCT_OFFSET (VaultOptions, is_removed), NULL, "back to the key file: no passphrase" },
  { 0 },
};

/* Returns: (transfer full), or NULL with `error`. */
static GVariant *
vault_load_status (Session *session, GError **error)
{
  GVariant *status = NULL;

  if (session_core (session, error) != NULL && pr_app1_call_vault_status_sync (session->core, &status, NULL, error))
    return status;
  connect_explain (error);
  return NULL;
}

/* After a change: how it stands now, for programs. Returns: the exit status, or -1 with `error`. */
static int
vault_show (Session *session, GError **error)
{
  g_autoptr (GVariant) status = NULL;

  if (!session_is_for_programs (session))
    return 0;
  status = vault_load_status (session, error);
  if (status != NULL)
    json_out_document (status);
  return status != NULL ? 0 : -1;
}

static int
run_status (Session *session, const void *values, char **words, GError **error)
{
  g_autoptr (GVariant) status = vault_load_status (session, error);

  if (status == NULL)
    return -1;
  if (session_is_for_programs (session))
    json_out_document (status);
  else
    printf ("The vault is %s.\n", *dict_text (status, KEY_VAULT_TEXT) != '\0' ? dict_text (status, KEY_VAULT_TEXT) : dict_text (status, KEY_VAULT_STATE));
  return 0;
}

typedef gboolean (*VaultSend) (PrApp1 *core, GVariant *handle, GUnixFDList *list, GUnixFDList **out_list,
                               GCancellable *cancellable, GError **error);

static int
vault_give (Session *session, VaultSend call, const SecretBytes *passphrase, const char *done, GError **error)
{
  SendFd sent = { 0 };
  gboolean is_ok;

  if (session_core (session, error) == NULL)
    return -1;
  do {
    g_clear_error (error);
    send_fd_clear (&sent);
    is_ok = send_fd_secret (&sent, passphrase, error) && call (session->core, sent.handle, sent.list, NULL, NULL, error);
  } while (!is_ok && call != pr_app1_call_vault_unlock_sync && session_unlock (session, NULL, error));
  send_fd_clear (&sent);
  if (!is_ok)
    return session_end (FALSE, error);
  session_say (session, "%s", done);
  return vault_show (session, error);
}

/* A keyring that is locked may ask on the screen, whatever there is of a terminal. Returns: the exit status, or -1 with `error`. */
static int
unlock_by_keyring (Session *session, GVariant *status, GError **error)
{
  if (g_str_equal (dict_text (status, KEY_VAULT_STATE), "locked"))
    session_say (session, "Waiting for your keyring: it may ask for its password in a window of its own.");
  if (!pr_app1_call_vault_unlock_keyring_sync (session->core, TRUE, NULL, error))
    return session_end (FALSE, error);
  session_say (session, "The vault is open until core leaves.");
  return vault_show (session, error);
}

static int
run_unlock (Session *session, const void *values, char **words, GError **error)
{
  const VaultOptions *options = values;
  g_autoptr (GVariant) status = vault_load_status (session, error);
  g_autoptr (SecretBytes) passphrase = NULL;

  if (status == NULL)
    return -1;
  if (dict_has (status, KEY_VAULT_SLOTS, KEYRING) && !password_is_given (&options->source)) {
    int code = unlock_by_keyring (session, status, error);

    if (code >= 0 || !dict_has (status, KEY_VAULT_SLOTS, PASSPHRASE) || !session->has_terminal)
      return code;
    session_say (session, "%s", (*error)->message);
    g_clear_error (error);
  }
  passphrase = password_read (&options->source, "Passphrase of the vault", FALSE, error);
  return passphrase != NULL
             ? vault_give (session, pr_app1_call_vault_unlock_sync, passphrase, "The vault is open until core leaves.", error)
             : -1;
}

static int
run_protect (Session *session, const void *values, char **words, GError **error)
{
  const VaultOptions *options = values;
  g_autoptr (SecretBytes) passphrase = NULL;

  if (options->is_removed)
    return vault_give (session, pr_app1_call_vault_protect_sync, NULL, "The vault is opened by its key file again.", error);
  passphrase = password_read (&options->source, "New passphrase of the vault", TRUE, error);
  return passphrase != NULL ? vault_give (session, pr_app1_call_vault_protect_sync, passphrase,
                                          "From now on only this passphrase opens the vault. Nobody can get it back for you.", error)
                            : -1;
}

/* --- slots --- */

typedef gboolean (*SlotSend) (PrApp1 *core, const char *kind, GVariant *handle, GUnixFDList *list, GUnixFDList **out_list, GCancellable *cancellable, GError **error);

/* passphrase: NULL: the kind needs none. Returns: FALSE with `error`. */
static gboolean
slot_send (Session *session, SlotSend call, const char *kind, const SecretBytes *passphrase, GError **error)
{
  SendFd sent = { 0 };
  gboolean is_ok;

  do {
    g_clear_error (error);
    send_fd_clear (&sent);
    is_ok = send_fd_secret (&sent, passphrase, error) && call (session->core, kind, sent.handle, sent.list, NULL, NULL, error);
  } while (!is_ok && session_unlock (session, NULL, error));
  send_fd_clear (&sent);
  return session_end (is_ok, error) == 0;
}

/* The passphrase that opens the vault when the keyring is lost: offered to whoever can be asked. Returns: FALSE with `error`: the keyring's slot is made all the same. */
static gboolean
offer_recovery (Session *session, const PasswordSource *source, GError **error)
{
  g_autoptr (GVariant) status = vault_load_status (session, error);
  g_autoptr (SecretBytes) passphrase = NULL;

  if (status == NULL || dict_has (status, KEY_VAULT_SLOTS, PASSPHRASE))
    return status != NULL;
  if (!password_is_given (source)) {
    if (!session->has_terminal || session_is_for_programs (session) ||
        !prompt_yes ("If the keyring is lost, so are the passwords. Set a recovery passphrase that opens the vault too?")) {
      session_say (session, "There is no recovery passphrase: postrider vault add passphrase sets one.");
      return TRUE;
    }
  }
  passphrase = password_read (source, "Recovery passphrase of the vault", TRUE, error);
  return passphrase != NULL && slot_send (session, pr_app1_call_vault_slot_add_sync, PASSPHRASE, passphrase, error);
}

static const char *
describe_removed_key_file (GVariant *status)
{
  return dict_has (status, KEY_VAULT_SLOTS, "key-file") ? " Its key file still does, for who can read all your files: postrider vault remove key-file" : "";
}

/* What is to be known of a slot that has just been made. */
static int
vault_tell_made (Session *session, const char *kind, GError **error)
{
  g_autoptr (GVariant) status = vault_load_status (session, error);

  if (status == NULL)
    return -1;
  session_say (session, "From now on the slot %s opens the vault.%s", kind, g_str_equal (kind, "key-file") ? "" : describe_removed_key_file (status));
  if (session_is_for_programs (session))
    json_out_document (status);
  return 0;
}

static int
slot_put (Session *session, SlotSend call, const VaultOptions *options, const char *kind, GError **error)
{
  g_autoptr (SecretBytes) passphrase = NULL;

  if (session_core (session, error) == NULL)
    return -1;
  if (g_str_equal (kind, PASSPHRASE) && (passphrase = password_read (&options->source, "New passphrase of the vault", TRUE, error)) == NULL)
    return -1;
  if (g_str_equal (kind, KEYRING))
    session_say (session, "Waiting for your keyring: it may ask for its password in a window of its own.");
  if (!slot_send (session, call, kind, passphrase, error) || (g_str_equal (kind, KEYRING) && !offer_recovery (session, &options->source, error)))
    return -1;
  return vault_tell_made (session, kind, error);
}

static int
run_add (Session *session, const void *values, char **words, GError **error)
{
  return slot_put (session, pr_app1_call_vault_slot_add_sync, values, words[0], error);
}

static int
run_change (Session *session, const void *values, char **words, GError **error)
{
  return slot_put (session, pr_app1_call_vault_slot_change_sync, values, words[0], error);
}

static int
run_remove (Session *session, const void *values, char **words, GError **error)
{
  gboolean is_ok;

  if (session_core (session, error) == NULL)
    return -1;
  do {
    g_clear_error (error);
    is_ok = pr_app1_call_vault_slot_remove_sync (session->core, words[0], NULL, error);
  } while (!is_ok && session_unlock (session, NULL, error));
  if (!is_ok)
    return session_end (FALSE, error);
  session_say (session, "The slot %s opens the vault no more.", words[0]);
  return vault_show (session, error);
}

const Command vault_commands[] = {
  { "vault status", "", "Says how passwords are kept, honestly", 0, 0, NULL, 0, run_status, NULL },
  { "vault unlock", "", "Opens the vault for core, until core leaves", 0, 0, passphrase_options, sizeof (VaultOptions), run_unlock,
    "By the keyring, which may ask for its own password, where it has a slot; else, or with one of the options, by the passphrase.\n\n"
    "Example:\n  postrider vault unlock --password-command 'pass postrider'\n" },
  { "vault add", "KIND", "Lets something more open the vault", 1, 1, passphrase_options, sizeof (VaultOptions), run_add,
    "KIND: " SLOT_KINDS ".\n"
    "  passphrase   asked, or by one of the options\n"
    "  keyring      the keyring of your desktop (Secret Service); a recovery passphrase is offered, or set by one of the options\n"
    "  credentials  the file postrider-vault that systemd gives a service (LoadCredential=postrider-vault:PATH), 16 octets or more\n"
    "  key-file     a file of your own that nobody else can read\n\n"
    "Examples:\n  postrider vault add keyring\n  postrider vault add passphrase --password-command 'pass postrider'\n" },
  { "vault change", "SLOT", "Gives a slot a new key, or another passphrase", 1, 1, passphrase_options, sizeof (VaultOptions), run_change,
    "The vault's own key becomes another one too: who could open an older copy of it opens nothing that came after.\n\n"
    "Example:\n  postrider vault change passphrase\n" },
  { "vault remove", "SLOT", "Takes away one of the things that open the vault", 1, 1, NULL, 0, run_remove,
    "Never the last one, nor one behind which nothing is left that opens it now.\n\nExample:\n  postrider vault remove key-file\n" },
  { "vault protect", "", "Puts a passphrase on the vault in place of the key file", 0, 0, protect_options,
    sizeof (VaultOptions), run_protect, "Examples:\n  postrider vault protect\n  postrider vault protect --remove\n" },
  { 0 },
};
