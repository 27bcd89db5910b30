#include "access-tokens.h"
#include "app-pending.h"
#include "app-secret.h"
#include "authorization.h"
#include "browser.h"
#include "connectors.h"
#include "contract-keys.h"
#include "desk.h"
#include "fault.h"
#include "isolated-sign-in.h"
#include "sign-out.h"
#include "window.h"
#include <string.h>

typedef struct SignInCall SignInCall;

typedef struct { /* what differs by who called */
  void (*show_browser) (SignInCall *self); /* takes it */
  void (*answer)       (SignInCall *self); /* it is shown */
} SignInCaller;

struct SignInCall { /* a call that waits for a browser, a person or a provider */
  AppPending         *pending;
  Account            *account;     /* owned */
  const SignInCaller *caller;      /* of one that begins; else NULL */
  GVariant           *environment; /* a{ss} of the caller's desktop; NULL: it is the main window */
  gboolean            is_for_window; /* one of its own is wanted */
  SignInStart        *start;       /* owned; or NULL */
  char               *why;         /* it is the browser, though a window was wanted; else NULL */
  gulong              gone;        /* handler: whoever waits has left */
};

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
  sign_in_start_free (self->start);
  g_clear_pointer (&self->environment, g_variant_unref);
  g_free (self->why);
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

/* Takes both. Where nobody is told its address, nobody waits. */
static void
sign_in_call_fail (SignInCall *self, GError *error)
{
  if (self->start != NULL) /* else the one before goes on, if there was one */
    sign_ins_cancel (self->pending->client->core->sign_ins, self->account->id);
  app_return_error (self->pending->invocation, error);
  sign_in_call_free (self);
}

/* Takes it. */
static void
sign_in_call_answer (SignInCall *self)
{
  self->caller->answer (self);
  sign_in_call_free (self);
}

static void
window_shown_cb (const GError *error, gpointer data)
{
  SignInCall *self = data;

  if (error == NULL) {
    sign_in_call_answer (self);
  } else if (g_error_matches (error, FAULT, FAULT_TEMP)) { /* it is over, and another may be under way */
    app_return_error (self->pending->invocation, g_error_copy (error));
    sign_in_call_free (self);
  } else {
    self->why = g_strdup (error->message);
    self->caller->show_browser (self);
  }
}

/* On the main window's desktop where the caller is that window. */
static void
sign_in_call_show_window (SignInCall *self)
{
  Core *core = self->pending->client->core;
  g_autoptr (GError) error = NULL;
  g_autoptr (Environment) own = self->environment != NULL ? environment_parse (self->environment, &error) : NULL;
  Environment *theirs = self->environment == NULL && core->window != NULL ? window_get_environment (core->window) : NULL;

  if (error != NULL)
    sign_in_call_fail (self, g_steal_pointer (&error));
  else
    isolated_sign_in_show (core, self->account, self->start, own != NULL ? own : theirs, window_shown_cb, self);
}

static void
started_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  SignInCall *self = data;
  GError *error = NULL;

  self->start = sign_ins_start_finish (result, &error);
  if (self->start == NULL)
    sign_in_call_fail (self, error);
  else if (self->is_for_window)
    sign_in_call_show_window (self);
  else
    self->caller->show_browser (self);
}

static gboolean
sign_in_begin (AppClient *client, GDBusMethodInvocation *invocation, const char *name, GVariant *environment, const char *place, const SignInCaller *caller)
{
  SignInCall *call;

  if (strcmp (place, "browser") != 0 && strcmp (place, "window") != 0)
    return app_return_error (invocation, g_error_new_literal (FAULT, FAULT_USAGE, "a sign-in is shown in the browser or in a window"));
  call = sign_in_call_begin (client, invocation, name);
  if (call == NULL)
    return TRUE;
  call->caller = caller;
  call->environment = environment != NULL ? g_variant_ref (environment) : NULL;
  call->is_for_window = strcmp (place, "window") == 0;
  sign_ins_start_async (client->core->sign_ins, call->account, NULL, started_cb, call);
  return TRUE;
}

static const char *
sign_in_call_get_why (const SignInCall *self)
{
  return self->why != NULL ? self->why : "";
}

/* --- for the command line --- */

static void
show_by_environment (SignInCall *self)
{
  GError *error = NULL;

  if (g_variant_n_children (self->environment) > 0 && !browser_show (self->pending->client->core, self->environment, self->start->url, &error))
    sign_in_call_fail (self, error);
  else
    sign_in_call_answer (self);
}

/* Whom a window shows it need not know the state. */
static void
answer_sign_in (SignInCall *self)
{
  gboolean is_in_window = self->is_for_window && self->why == NULL;

  pr_app1_complete_account_sign_in (self->pending->client->skeleton, self->pending->invocation, is_in_window ? "" : self->start->url, self->start->redirect, self->start->until_utc,
                                    sign_in_call_get_why (self));
}

static gboolean
handle_sign_in (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, GVariant *environment, const char *place, gpointer data)
{
  static const SignInCaller caller = { show_by_environment, answer_sign_in };

  return sign_in_begin (data, invocation, name, environment, place, &caller);
}

/* --- for the main window: by its own desk, and without a word of the address --- */

/* Where no browser could be opened, nobody waits. */
static void
shown_cb (GVariant *answer, GUnixFDList *fds, const GError *error, gpointer data)
{
  SignInCall *self = data;

  if (error == NULL)
    sign_in_call_answer (self);
  else
    sign_in_call_fail (self, g_error_new (FAULT, FAULT_UNAVAILABLE, "your desktop opened no browser: set one in its settings, or sign in from a command line: "
                                                                    "postrider account sign-in %s --no-browser", self->account->name));
}

static void
show_by_desk (SignInCall *self)
{
  Core *core = self->pending->client->core;
  Desk *desk = core->window != NULL ? window_get_desk (core->window) : NULL;

  if (desk != NULL)
    desk_show (desk, self->start->url, shown_cb, self);
  else
    sign_in_call_fail (self, g_error_new_literal (FAULT, FAULT_UNAVAILABLE, "the window was closed meanwhile"));
}

static void
answer_open (SignInCall *self)
{
  pr_app1_complete_account_sign_in_open (self->pending->client->skeleton, self->pending->invocation, self->start->until_utc, sign_in_call_get_why (self));
}

static gboolean
handle_open (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *name, const char *place, gpointer data)
{
  static const SignInCaller caller = { show_by_desk, answer_open };
  AppClient *client = data;

  if (client->core->window == NULL || window_get_desk (client->core->window) == NULL)
    return app_return_error (invocation, g_error_new_literal (FAULT, FAULT_UNAVAILABLE, "no window is open that could open a browser: postrider account sign-in"));
  return sign_in_begin (client, invocation, name, NULL, place, &caller);
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
