#include "session.h"

#include "connect.h"
#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include "prompt.h"
#include "send-fd.h"
#include <stdarg.h>
#include <stdio.h>

const Option session_options[] = {
  { "json", 0, OPTION_FLAG, G_STRUCT_OFFSET (Session, is_json), NULL, "the answer as one JSON document (docs/json.md)" },
  { "jsonl", 0, OPTION_FLAG, G_STRUCT_OFFSET (Session, is_jsonl), NULL, "the answer as a stream of JSON documents, one a line" },
  { "quiet", 'q', OPTION_FLAG, G_STRUCT_OFFSET (Session, is_quiet), NULL, "errors alone: no progress, no remarks, no report of what was done" },
  { "help", 'h', OPTION_FLAG, G_STRUCT_OFFSET (Session, wants_help), NULL, "this text" },
  { 0 },
};

PrApp1 *
session_core (Session *self, GError **error)
{
  if (self->core == NULL)
    self->core = connect_core (error);
  return self->core;
}

void
session_clear (Session *self)
{
  g_clear_object (&self->core);
  g_clear_pointer (&self->form, account_form_free);
}

int
session_end (gboolean is_ok, GError **error)
{
  if (is_ok)
    return 0;
  connect_explain (error);
  return -1;
}

gboolean
session_is_for_programs (const Session *self)
{
  return self->is_json || self->is_jsonl;
}

static gboolean
is_told (const Session *self)
{
  return !self->is_quiet && !session_is_for_programs (self);
}

void
session_say (const Session *self, const char *format, ...)
{
  va_list arguments;

  if (!is_told (self))
    return;
  va_start (arguments, format);
  vfprintf (stderr, format, arguments);
  va_end (arguments);
  fputc ('\n', stderr);
}

void
session_tell (const Session *self, const char *format, ...)
{
  va_list arguments;

  if (!is_told (self))
    return;
  va_start (arguments, format);
  vprintf (format, arguments);
  va_end (arguments);
  putchar ('\n');
}

/* Core may have been started just now: its keyring is waited for then, but asks nobody where no person is. */
static gboolean
unlock_by_keyring (Session *self, GError **error)
{
  if (self->has_terminal)
    session_say (self, "Waiting for your keyring: it may ask for its password in a window of its own.");
  return pr_app1_call_vault_unlock_keyring_sync (self->core, self->has_terminal, NULL, error);
}

static gboolean
unlock_by_passphrase (Session *self, GError **error)
{
  g_autoptr (SecretBytes) passphrase = prompt_secret ("Passphrase of the vault", error);
  SendFd sent = { 0 };
  gboolean is_ok = passphrase != NULL && send_fd_secret (&sent, passphrase, error) &&
                   pr_app1_call_vault_unlock_sync (self->core, sent.handle, sent.list, NULL, NULL, error);

  send_fd_clear (&sent);
  return is_ok;
}

/* Where nobody can be asked, the keyring alone. */
static gboolean
unlock_vault (Session *self, GVariant *vault, GError **error)
{
  gboolean has_keyring = dict_has (vault, KEY_VAULT_SLOTS, "keyring");

  if (has_keyring && unlock_by_keyring (self, error))
    return TRUE;
  if (!self->has_terminal || (has_keyring && !dict_has (vault, KEY_VAULT_SLOTS, "passphrase")))
    return FALSE;
  if (has_keyring) {
    session_say (self, "%s", (*error)->message);
    g_clear_error (error);
  }
  return unlock_by_passphrase (self, error);
}

gboolean
session_send_secret (Session *self, const char *account, const SecretBytes *secret, GError **error)
{
  SendFd sent = { 0 };
  gboolean is_ok = send_fd_secret (&sent, secret, error) && pr_app1_call_account_secret_sync (self->core, account, sent.handle, sent.list, NULL, NULL, error);

  send_fd_clear (&sent);
  return is_ok;
}

static gboolean
give_password (Session *self, const char *account, GError **error)
{
  g_autofree char *question = g_strdup_printf ("Password of %s", account);
  g_autoptr (SecretBytes) password = prompt_secret (question, error);

  return password != NULL && session_send_secret (self, account, password, error);
}

/* One that signs in at its provider needs none: its error says what to do. */
static gboolean
has_password (Session *self, const char *account)
{
  g_autoptr (GVariant) accounts = NULL, one = NULL;

  if (account == NULL || !pr_app1_call_account_list_sync (self->core, &accounts, NULL, NULL))
    return TRUE;
  one = dict_find_row (accounts, KEY_ACCOUNT_NAME, account);
  return one == NULL || dict_flag (one, KEY_ACCOUNT_NEEDS_PASSWORD);
}

gboolean
session_unlock (Session *self, const char *account, GError **error)
{
  g_autoptr (GVariant) vault = NULL;
  gboolean is_locked;

  connect_explain (error);
  if (!g_error_matches (*error, FAULT, FAULT_NO_PERM))
    return FALSE;
  if (!pr_app1_call_vault_status_sync (self->core, &vault, NULL, NULL))
    return FALSE;
  is_locked = g_str_equal (dict_text (vault, KEY_VAULT_STATE), "locked");
  if (!is_locked && !self->has_met_vault && g_str_equal (dict_text (vault, KEY_VAULT_OPENED_BY), "keyring")) { /* which answered just now */
    self->has_met_vault = TRUE;
    g_clear_error (error);
    return TRUE;
  }
  if (!self->has_terminal && !(is_locked && dict_has (vault, KEY_VAULT_SLOTS, "keyring")))
    return FALSE;
  if (!is_locked && (account == NULL || !has_password (self, account)))
    return FALSE;
  if (self->has_terminal)
    session_say (self, "%s", (*error)->message);
  g_clear_error (error);
  return session_end (is_locked ? unlock_vault (self, vault, error) : give_password (self, account, error), error) == 0;
}

gboolean
session_campaign (const char *word, guint64 *out_campaign, GError **error)
{
  if (g_ascii_string_to_unsigned (word, 10, 1, G_MAXINT64, out_campaign, NULL))
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "“%s” is no number of a campaign; postrider campaign list shows them", word);
  return FALSE;
}
