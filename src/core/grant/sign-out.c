#include "sign-out.h"

#include "access-tokens.h"
#include "fault.h"
#include "grant.h"
#include "sign-ins.h"
#include "token-worker.h"
#include "vault.h"

typedef struct {
  Core       *core;
  Account    *account;
  SignOutEnd  end;
  char       *text;
} SignOut;

static void
sign_out_free (gpointer data)
{
  SignOut *self = data;

  account_free (self->account);
  g_free (self->text);
  g_free (self);
}

const char *
sign_out_end_to_word (SignOutEnd end)
{
  static const char *const words[] = { "yes", "no", "none" };

  return words[end];
}

/* Takes the task and text. */
static void
sign_out_conclude (GTask *task, SignOutEnd end, char *text)
{
  SignOut *self = g_task_get_task_data (task);
  GError *error = NULL;

  self->end = end;
  self->text = text;
  access_tokens_forget (self->core->access_tokens, self->account->id);
  if (grant_forget (self->core, self->account, &error))
    g_task_return_boolean (task, TRUE);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

static void
revoked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  SignOut *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  g_autoptr (GrantAnswer) answer = token_worker_ask_finish (result, &error);

  if (answer != NULL && answer->outcome == GRANT_DONE)
    sign_out_conclude (task, SIGN_OUT_REVOKED, g_strdup (""));
  else
    sign_out_conclude (task, SIGN_OUT_NOT_REVOKED, g_strdup_printf ("the sign-in of account %s is forgotten here, but the provider did not take it back: %s", self->account->name,
                                                                   answer != NULL ? answer->text : error->message));
}

static char *
describe_no_revocation (const AccountProvider *provider)
{
  return g_strdup_printf ("%s has no way to take a sign-in back from here%s%s", provider->provider->title,
                          provider->provider->consent_page != NULL ? ": withdraw its access at " : "", provider->provider->consent_page != NULL ? provider->provider->consent_page : "");
}

void
sign_out_async (Core *core, const Account *account, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, NULL, callback, data);
  SignOut *self = g_new0 (SignOut, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (AccountProvider) provider = account_provider_new (account, &error);
  g_autoptr (SecretBytes) token = NULL;
  TokenWork work = { .kind = TOKEN_WORK_REVOKE, .hold = -1 };

  g_task_set_source_tag (task, sign_out_async);
  g_task_set_task_data (task, self, sign_out_free);
  self->core = core;
  self->account = account_load_id (core, account->id, &error);
  sign_ins_cancel (core->sign_ins, account->id);
  if (provider == NULL || self->account == NULL || vault_get_state (core->vault) == VAULT_LOCKED) {
    g_task_return_error (task, error != NULL ? g_steal_pointer (&error) : g_error_new_literal (FAULT, FAULT_NO_PERM, "the vault is locked, and with it the sign-in"));
    g_object_unref (task);
    return;
  }
  token = grant_read_token (core, account, provider, NULL);
  if (token == NULL) {
    sign_out_conclude (task, SIGN_OUT_NOTHING, g_strdup (""));
  } else if (provider->revoke == NULL) {
    sign_out_conclude (task, SIGN_OUT_NOTHING, describe_no_revocation (provider));
  } else {
    work.secret = token;
    token_worker_ask_async (core, account, provider, &work, NULL, revoked_cb, task);
  }
}

gboolean
sign_out_finish (GAsyncResult *result, SignOutEnd *out_end, char **out_text, GError **error)
{
  SignOut *self = g_task_get_task_data (G_TASK (result));

  if (!g_task_propagate_boolean (G_TASK (result), error))
    return FALSE;
  *out_end = self->end;
  *out_text = g_strdup (self->text);
  return TRUE;
}
