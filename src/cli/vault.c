/* vault … - where passwords are kept, and what opens it. */
#include "commands.h"
#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include "json-out.h"
#include "password.h"
#include "send-fd.h"
#include <stdio.h>

typedef struct {
  PasswordSource source;
  gboolean       is_removed;
} VaultOptions;

static const Option unlock_options[] = {
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

static int
run_status (Session *session, const void *values, char **words, GError **error)
{
  g_autoptr (GVariant) status = NULL;

  if (session_core (session, error) == NULL || !pr_app1_call_vault_status_sync (session->core, &status, NULL, error))
    return session_end (FALSE, error);
  if (session_is_for_programs (session)) {
    json_out_document (status);
    return 0;
  }
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
  if (is_ok)
    session_say (session, "%s", done);
  return session_end (is_ok, error);
}

static int
run_unlock (Session *session, const void *values, char **words, GError **error)
{
  const VaultOptions *options = values;
  g_autoptr (SecretBytes) passphrase = password_read (&options->source, "Passphrase of the vault", FALSE, error);

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

const Command vault_commands[] = {
  { "vault status", "", "Says how passwords are kept, honestly", 0, 0, NULL, 0, run_status, NULL },
  { "vault unlock", "", "Opens the vault for core, until core leaves", 0, 0, unlock_options, sizeof (VaultOptions),
    run_unlock, "Example:\n  postrider vault unlock --password-command 'pass postrider'\n" },
  { "vault protect", "", "Puts a passphrase on the vault in place of the key file", 0, 0, protect_options,
    sizeof (VaultOptions), run_protect, "Examples:\n  postrider vault protect\n  postrider vault protect --remove\n" },
  { 0 },
};
