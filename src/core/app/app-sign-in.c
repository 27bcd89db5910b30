#include "access-tokens.h"
#include "app-pending.h"
#include "app-secret.h"
#include "authorization.h"
#include "browser.h"
#include "connectors.h"
#include "contract-keys.h"
#include "desk.h"
#include "fault.h"
#include "sign-ins.h"
#include "sign-out.h"
#include "window.h"

typedef struct { /* a call that waits for a browser, a person or a provider */
  AppPending *pending;
  Account    *account;     /* owned */
  GVariant   *environment; /* a{ss}; or NULL */
  gint64      until_utc;   /* of one that the window has begun */
  gulong      gone;        /* handler: whoever waits has left */
} SignInCall;

static SignInCall *
sign_in_call_new (AppClient *client, GDBusMethodInvocation *invocation, Account *account)
{
  SignInCall *self = g_new0 (SignInCall, 1);

  self->pending = app_pending_new (client, invocation);
  self->account = account;
  return self;
}

static void
sign_in_call_free (SignInCall *self)
{
  if (self->gone != 0)
    g_signal_handler_disconnect (self->pending->client->gone, self->gone);
  app_pending_free (self->pending);
  account_free (self->account);
  g_clear_pointer (&self->environment, g_variant_unref);
  g_free (self);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SignInCall, sign_in_call_free)

/* Of the account of that name. Returns: (transfer full), or NULL: it is answered already. */
static SignInCall *
sign_in_call_begin (AppClient *client, GDBusMethodInvocation *invocation, const char *name)
{
  GError *error = NULL;
  Account *account = account_load (client->core, name, &error);

  if (account != NULL)
    return sign_in_call_new (client, invocation, account);
  app_return_error (invocation, error);
  return NULL;
}

/* --- its beginning --- */

/* Where nobody is told its address, nobody waits. */
static void
sign_in_call_show (SignInCall *self, const SignInStart *start, GError **error)
{
  Core *core = self->pending->client->core;

  if (!browser_show (core, self->environment, start->url, error))
    sign_ins_cancel (core->sign_ins, self->account->id);
}

static void
started_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SignInCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SignInStart) start = sign_ins_start_finish (result, &error);
  AppClient *client = call->pending->client;

  if (start != NULL && g_variant_n_children (call->environment) > 0)
    sign_in_call_show (call, start, &error);
  if (error != NULL)
    app_return_error (call->pending->invocation, g_steal_pointer (&error));
  else
    pr_app1_complete_account_sign_in (client->skeleton, call->pending->invocation, start->url, start->redirect, start->until_utc);
}

static gboolean
handle_sign_in (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, GVariant *environment, gpointer data)
{
  AppClient *client = data;
  SignInCall *call = sign_in_call_begin (client, invocation, name);

  if (call == NULL)
    return TRUE;
  call->environment = g_variant_ref (environment);
  sign_ins_start_async (client->core->sign_ins, call->account, NULL, started_cb, call);
  return TRUE;
}

/* --- for the window: by its own desk, and without a word of the address --- */

/* Where no browser could be opened, nobody waits. */
static void
shown_cb (GVariant *answer, GUnixFDList *fds, const GError *error, gpointer data)
{
  g_autoptr (SignInCall) call = data;
  AppClient *client = call->pending->client;

  if (error == NULL) {
    pr_app1_complete_account_sign_in_open (client->skeleton, call->pending->invocation, call->until_utc);
    return;
  }
  sign_ins_cancel (client->core->sign_ins, call->account->id);
  app_return_error (call->pending->invocation, g_error_new (FAULT, FAULT_UNAVAILABLE, "your desktop opened no browser: set one in its settings, or sign in from a command line: "
                                                            "postrider account sign-in %s --no-browser", call->account->name));
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SignInCall) call = data;
  Core *core = call->pending->client->core;
  g_autoptr (GError) error = NULL, closed = NULL;
  g_autoptr (SignInStart) start = sign_ins_start_finish (result, &error);
  Desk *desk = core->window != NULL ? window_get_desk (core->window) : NULL;

  if (start == NULL) { /* the one before goes on, if there was one */
    app_return_error (call->pending->invocation, g_steal_pointer (&error));
    return;
  }
  call->until_utc = start->until_utc;
  if (desk != NULL) {
    desk_show (desk, start->url, shown_cb, g_steal_pointer (&call));
    return;
  }
  closed = g_error_new_literal (FAULT, FAULT_UNAVAILABLE, "the window was closed meanwhile");
  shown_cb (NULL, NULL, closed, g_steal_pointer (&call));
}

static gboolean
handle_open (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, gpointer data)
{
  AppClient *client = data;
  SignInCall *call;

  if (client->core->window == NULL || window_get_desk (client->core->window) == NULL)
    return app_return_error (invocation, g_error_new_literal (FAULT, FAULT_UNAVAILABLE, "no window is open that could open a browser: postrider account sign-in"));
  call = sign_in_call_begin (client, invocation, name);
  if (call == NULL)
    return TRUE;
  sign_ins_start_async (client->core->sign_ins, call->account, NULL, opened_cb, call);
  return TRUE;
}

static gboolean
handle_stop (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;
  g_autoptr (Account) account = account_load (client->core, name, &error);

  if (account == NULL)
    return app_return_error (invocation, error);
  sign_ins_cancel (client->core->sign_ins, account->id);
  pr_app1_complete_account_sign_in_stop (skeleton, invocation);
  return TRUE;
}

/* --- its end --- */

static GVariant *
describe_end (const Account *account, const SignInEnd *end)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, KEY_SIGN_IN_REASON, "s", sign_in_reason_to_word (end->reason));
  g_variant_dict_insert (&dict, KEY_SIGN_IN_TEXT, "s", end->text);
  g_variant_dict_insert (&dict, KEY_SIGN_IN_ADDRESS, "s", account->address);
  g_variant_dict_insert (&dict, KEY_SIGN_IN_SCOPE, "s", end->scope);
  g_variant_dict_insert (&dict, KEY_SIGN_IN_EXPIRES, "x", end->expires_utc);
  return g_variant_dict_end (&dict);
}

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SignInCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SignInEnd) end = sign_ins_wait_finish (result, &error);

  if (end == NULL)
    app_return_error (call->pending->invocation, g_steal_pointer (&error));
  else
    pr_app1_complete_account_sign_in_wait (call->pending->client->skeleton, call->pending->invocation, describe_end (call->account, end));
}

static void
gone_cb (GCancellable *gone, gpointer data)
{
  const SignInCall *call = data;

  sign_ins_cancel (call->pending->client->core->sign_ins, call->account->id);
}

static gboolean
handle_wait (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, gpointer data)
{
  AppClient *client = data;
  SignInCall *call = sign_in_call_begin (client, invocation, name);

  if (call == NULL)
    return TRUE;
  call->gone = g_signal_connect (client->gone, "cancelled", G_CALLBACK (gone_cb), call); /* nobody is left to be told: neither is the port left open */
  sign_ins_wait_async (client->core->sign_ins, call->account, client->gone, ended_cb, call);
  return TRUE;
}

static void
pasted_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SignInCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (SecretBytes) address = app_secret_read_finish (result, &error);
  AppClient *client = call->pending->client;

  if (address == NULL || !sign_ins_paste (client->core->sign_ins, call->account, secret_bytes_peek (address), &error))
    app_return_error (call->pending->invocation, g_steal_pointer (&error));
  else
    pr_app1_complete_account_sign_in_paste (client->skeleton, call->pending->invocation, NULL);
}

static gboolean
handle_paste (PrApp1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *name, GVariant *address, gpointer data)
{
  AppClient *client = data;
  SignInCall *call = sign_in_call_begin (client, invocation, name);

  if (call != NULL)
    app_secret_read_async (fds, address, AUTHORIZATION_QUERY_MAX, client->gone, pasted_cb, call);
  return TRUE;
}

/* --- taken back --- */

static void
signed_out_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SignInCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  SignOutEnd end = SIGN_OUT_NOTHING;

  if (!sign_out_finish (result, &end, &text, &error))
    app_return_error (call->pending->invocation, g_steal_pointer (&error));
  else
    pr_app1_complete_account_sign_out (call->pending->client->skeleton, call->pending->invocation, sign_out_end_to_word (end), text);
}

static gboolean
handle_sign_out (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;
  Account *account = account_load (client->core, name, &error);

  if (account != NULL && account->kind->secret != KIND_SECRET_OAUTH)
    g_set_error (&error, FAULT, FAULT_USAGE, "account %s has no sign-in: it logs in with a password", account->name);
  if (error != NULL) {
    account_free (account);
    return app_return_error (invocation, error);
  }
  sign_out_async (client->core, account, signed_out_cb, sign_in_call_new (client, invocation, account));
  return TRUE;
}

/* --- AccountRemove --- */

static void
remove_account (SignInCall *call, SignOutEnd end, const char *text)
{
  AppClient *client = call->pending->client;
  GError *error = NULL;

  if (!account_remove (client->core, call->account, &error)) {
    app_return_error (call->pending->invocation, error);
    return;
  }
  access_tokens_remove (client->core->access_tokens, call->account->id);
  pr_app1_complete_account_remove (client->skeleton, call->pending->invocation, sign_out_end_to_word (end), text);
}

static void
signed_out_for_good_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (SignInCall) call = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *text = NULL;
  SignOutEnd end = SIGN_OUT_NOTHING;

  if (sign_out_finish (result, &end, &text, &error))
    remove_account (call, end, text);
  else
    app_return_error (call->pending->invocation, g_steal_pointer (&error));
}

static gboolean
handle_remove (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;
  Account *account = account_load (client->core, name, &error);
  g_autoptr (SignInCall) call = NULL;

  if (account == NULL || !account_may_remove (client->core, account, &error)) {
    account_free (account);
    return app_return_error (invocation, error);
  }
  call = sign_in_call_new (client, invocation, account);
  if (account->kind->secret == KIND_SECRET_OAUTH)
    sign_out_async (client->core, account, signed_out_for_good_cb, g_steal_pointer (&call));
  else
    remove_account (call, SIGN_OUT_NOTHING, "");
  return TRUE;
}

void
app_sign_in_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-account-sign-in", G_CALLBACK (handle_sign_in), client);
  g_signal_connect (client->skeleton, "handle-account-sign-in-open", G_CALLBACK (handle_open), client);
  g_signal_connect (client->skeleton, "handle-account-sign-in-stop", G_CALLBACK (handle_stop), client);
  g_signal_connect (client->skeleton, "handle-account-sign-in-wait", G_CALLBACK (handle_wait), client);
  g_signal_connect (client->skeleton, "handle-account-sign-in-paste", G_CALLBACK (handle_paste), client);
  g_signal_connect (client->skeleton, "handle-account-sign-out", G_CALLBACK (handle_sign_out), client);
  g_signal_connect (client->skeleton, "handle-account-remove", G_CALLBACK (handle_remove), client);
}
