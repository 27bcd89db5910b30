#include "sign-ins.h"

#include "access-tokens.h"
#include "authorization.h"
#include "clock.h"
#include "fault.h"
#include "grant.h"
#include "redirect-listener.h"
#include "text.h"
#include "token-worker.h"
#include "vault.h"
#include <sodium.h>
#include <string.h>

#define WAIT_S 300           /* RFC 8252 names none; chosen: to read a page, and to find a telephone */
#define FOREIGN_MAX 1000     /* chosen: somebody floods the port */
#define ADDRESS_SHOWN_MAX 320 /* contract (OAuth1) */
#define ANSWER_WITHIN_MS 1500 /* the browser gets a page by then, whatever the provider does */

typedef struct { /* of one account */
  SignIns          *owner;
  gint64            account_id;
  Account          *account; /* as its row was at the start */
  AccountProvider  *provider;
  Authorization    *authorization;
  RedirectListener *listener;
  GCancellable     *over;
  gint64            until_utc;
  guint             timeout, answer_timeout; /* sources */
  guint             foreign;  /* requests that were none of ours */
  guint32           serial;   /* of the browser's request that waits for its page */
  gboolean          has_serial, is_exchanging;
  SignInEnd        *end;      /* NULL: it is under way */
  GQueue            waiting;  /* of GTask */
} SignIn;

struct SignIns {
  Core           *core;
  SignInsDoneFunc done;
  gpointer        data;
  GHashTable     *accounts; /* id (gint64) -> SignIn */
};

/* --- what is told --- */

void
sign_in_start_free (SignInStart *self)
{
  if (self == NULL)
    return;
  sodium_memzero (self->url, strlen (self->url));
  g_free (self->url);
  g_free (self->redirect);
  g_free (self);
}

void
sign_in_end_free (SignInEnd *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  g_free (self->scope);
  g_free (self);
}

static SignInEnd *
sign_in_end_new (SignInReason reason, const char *text, const char *scope, gint64 expires_utc)
{
  SignInEnd *self = g_new0 (SignInEnd, 1);

  self->reason = reason;
  self->text = g_strdup (text);
  self->scope = g_strdup (scope);
  self->expires_utc = expires_utc;
  return self;
}

static SignInEnd *
sign_in_end_copy (const SignInEnd *self)
{
  return sign_in_end_new (self->reason, self->text, self->scope, self->expires_utc);
}

/* --- its end --- */

/* For the page that the browser is shown: nothing of what came by its address stands on it. */
static const char *
describe_for_page (SignInReason reason)
{
  switch (reason) {
  case SIGN_IN_DENIED:
    return "The sign-in was cancelled, or refused by the provider.";
  case SIGN_IN_SCOPE:
    return "The sign-in grants too little to send with.";
  case SIGN_IN_STATE:
  case SIGN_IN_ISSUER:
    return "The answer that came does not fit this sign-in.";
  case SIGN_IN_CLIENT:
    return "The provider does not know this program by the client ID that it was given.";
  default:
    return "The provider gave no token.";
  }
}

static void
answer_browser (SignIn *self)
{
  const SignInEnd *end = self->end;

  g_clear_handle_id (&self->answer_timeout, g_source_remove);
  if (!self->has_serial)
    return;
  self->has_serial = FALSE;
  if (end == NULL)
    redirect_listener_answer (self->listener, self->serial, 200, "received", NULL);
  else if (end->reason == SIGN_IN_NONE)
    redirect_listener_answer (self->listener, self->serial, 200, "signed-in", self->account->address);
  else
    redirect_listener_answer (self->listener, self->serial, 400, "not-signed-in", describe_for_page (end->reason));
}

/* Takes end; only the first one counts. Whoever waits is told. */
static void
sign_in_conclude (SignIn *self, SignInEnd *end)
{
  GTask *task;

  if (self->end != NULL) {
    sign_in_end_free (end);
    return;
  }
  self->end = end;
  g_clear_handle_id (&self->timeout, g_source_remove);
  answer_browser (self);
  redirect_listener_leave (g_steal_pointer (&self->listener));
  g_clear_pointer (&self->authorization, authorization_free); /* state and verifier are of no use any more */
  g_cancellable_cancel (self->over);
  while ((task = g_queue_pop_head (&self->waiting)) != NULL) {
    g_task_return_pointer (task, sign_in_end_copy (end), (GDestroyNotify) sign_in_end_free);
    g_object_unref (task);
  }
}

static void
sign_in_fail (SignIn *self, SignInReason reason, const char *text)
{
  sign_in_conclude (self, sign_in_end_new (reason, text, "", 0));
}

static void
sign_in_free (gpointer data)
{
  SignIn *self = data;

  sign_in_fail (self, SIGN_IN_DENIED, "the sign-in was given up");
  g_object_unref (self->over);
  authorization_free (self->authorization);
  account_provider_free (self->provider);
  account_free (self->account);
  sign_in_end_free (self->end);
  g_free (self);
}

static gboolean
timed_out_cb (gpointer data)
{
  SignIn *self = data;

  self->timeout = 0;
  sign_in_fail (self, SIGN_IN_TIMEOUT, "nobody came back from the browser within five minutes");
  return G_SOURCE_REMOVE;
}

/* --- the exchange --- */

static SignInReason
reason_of_outcome (GrantOutcome outcome)
{
  switch (outcome) {
  case GRANT_INVALID_CLIENT:
    return SIGN_IN_CLIENT;
  case GRANT_INVALID_SCOPE:
    return SIGN_IN_SCOPE;
  case GRANT_INVALID_GRANT:
  case GRANT_REFUSED:
    return SIGN_IN_TOKEN;
  default:
    return SIGN_IN_NETWORK;
  }
}

static gint64
add_seconds (guint seconds)
{
  return seconds > 0 ? clock_now_utc () + seconds : 0;
}

/* Returns: FALSE with `error` and a reason. */
static gboolean
keep_grant (SignIn *self, const GrantAnswer *answer, const char *scope, SignInReason *out_reason, GError **error)
{
  Core *core = self->owner->core;

  *out_reason = SIGN_IN_SCOPE;
  if (!provider_check_granted (self->provider->provider, self->provider->use, *answer->scope != '\0' ? answer->scope : NULL, error))
    return FALSE;
  *out_reason = SIGN_IN_TOKEN;
  if (*answer->address != '\0' && g_ascii_strcasecmp (answer->address, self->account->address) != 0) {
    g_autofree char *shown = text_quote (answer->address, ADDRESS_SHOWN_MAX);

    g_set_error (error, FAULT, FAULT_NO_PERM, "%s signed in, and this account is %s's: sign in as that one, or add an account for the other", shown, self->account->address);
    return FALSE;
  }
  if (answer->refresh_token == NULL) {
    g_set_error_literal (error, FAULT, FAULT_NO_PERM, "the provider gave nothing by which the sign-in could go on: it would end within the hour. Withdraw its access on the provider's "
                                                      "page and sign in again");
    return FALSE;
  }
  return grant_store (core, self->account, self->provider, answer->refresh_token, scope, add_seconds (answer->refresh_expires_s), error);
}

static void
exchanged_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GrantAnswer) answer = token_worker_ask_finish (result, &error);
  SignIn *self = data;
  SignInReason reason = SIGN_IN_NETWORK;
  const char *scope;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* it is over, or gone */
  if (error != NULL || answer->outcome != GRANT_DONE) {
    sign_in_fail (self, error != NULL ? SIGN_IN_TOKEN : reason_of_outcome (answer->outcome), error != NULL ? error->message : answer->text);
    return;
  }
  scope = *answer->scope != '\0' ? answer->scope : self->provider->provider->scopes[self->provider->use].scope;
  if (!keep_grant (self, answer, scope, &reason, &error)) {
    sign_in_fail (self, reason, error->message);
    return;
  }
  access_tokens_put (self->owner->core->access_tokens, self->account_id, answer->access_token, answer->expires_s);
  sign_in_conclude (self, sign_in_end_new (SIGN_IN_NONE, "", scope, add_seconds (answer->expires_s)));
  if (self->owner->done != NULL)
    self->owner->done (self->account_id, self->owner->data);
}

static void
sign_in_exchange (SignIn *self, const SecretBytes *code)
{
  TokenWork work = { .kind = TOKEN_WORK_EXCHANGE, .secret = code, .verifier = authorization_get_verifier (self->authorization),
                     .redirect = authorization_get_redirect (self->authorization), .hold = -1 };

  self->is_exchanging = TRUE;
  token_worker_ask_async (self->owner->core, self->account, self->provider, &work, self->over, exchanged_cb, self);
}

/* --- what comes back --- */

static gboolean
answer_anyway_cb (gpointer data)
{
  SignIn *self = data;

  self->answer_timeout = 0;
  answer_browser (self);
  return G_SOURCE_REMOVE;
}

/* Returns: FALSE: it was none of ours. */
static gboolean
sign_in_take (SignIn *self, AuthorizationAnswer answer, const SecretBytes *code, SignInReason reason, const GError *error)
{
  if (answer == AUTHORIZATION_GRANTED)
    sign_in_exchange (self, code);
  else if (answer == AUTHORIZATION_FAILED)
    sign_in_fail (self, reason, error->message);
  return answer != AUTHORIZATION_FOREIGN;
}

static void
asked_cb (guint32 serial, const char *path, const char *host, const char *query, gpointer data)
{
  SignIn *self = data;
  g_autoptr (SecretBytes) code = NULL;
  g_autoptr (GError) error = NULL;
  SignInReason reason = SIGN_IN_NONE;
  AuthorizationAnswer answer = authorization_take (self->authorization, path, host, query, &code, &reason, &error);

  if (answer == AUTHORIZATION_FOREIGN) {
    redirect_listener_answer (self->listener, serial, 404, "not-found", NULL);
    if (++self->foreign >= FOREIGN_MAX)
      sign_in_fail (self, SIGN_IN_NETWORK, "something on this machine floods the port on which the browser is waited for; sign in again");
    return;
  }
  self->serial = serial;
  self->has_serial = TRUE;
  self->answer_timeout = g_timeout_add (ANSWER_WITHIN_MS, answer_anyway_cb, self);
  sign_in_take (self, answer, code, reason, error);
}

static void
listener_closed_cb (const char *why, gpointer data)
{
  SignIn *self = data;
  g_autofree char *text = NULL;

  if (self->is_exchanging) /* it has done its work */
    return;
  text = g_strdup_printf ("the program that waits for the browser ended: %s", why);
  sign_in_fail (self, SIGN_IN_NETWORK, text);
}

gboolean
sign_ins_paste (SignIns *self, const Account *account, const char *address, GError **error)
{
  SignIn *found = g_hash_table_lookup (self->accounts, &account->id);
  g_autoptr (SecretBytes) code = NULL;
  g_autoptr (GError) failed = NULL;
  SignInReason reason = SIGN_IN_NONE;
  AuthorizationAnswer answer;

  if (found == NULL || found->end != NULL || found->authorization == NULL || found->is_exchanging) {
    g_set_error (error, FAULT, FAULT_USAGE, "nobody is signing in to account %s just now", account->name);
    return FALSE;
  }
  answer = authorization_take_pasted (found->authorization, address, &code, &reason, &failed);
  if (sign_in_take (found, answer, code, reason, failed))
    return TRUE;
  g_set_error_literal (error, FAULT, FAULT_DATA, "that is not the address to which this sign-in leads back: copy all of it, from http:// to its end");
  return FALSE;
}

/* --- its beginning --- */

static SignInStart *
make_start (const SignIn *self)
{
  SignInStart *start = g_new0 (SignInStart, 1);

  start->url = g_strdup (authorization_get_url (self->authorization));
  start->redirect = g_strdup (authorization_get_redirect (self->authorization));
  start->until_utc = self->until_utc;
  return start;
}

static Authorization *
make_authorization (const SignIn *self, GError **error)
{
  const AccountProvider *provider = self->provider;
  const AuthorizationSpec spec = { .provider = provider->provider, .use = provider->use, .authorize = provider->authorize, .issuer = provider->issuer, .tenant = provider->tenant,
                                   .client_id = provider->client_id, .address = self->account->address, .port = redirect_listener_get_port (self->listener) };

  return authorization_new (&spec, error);
}

static void
opened_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  static const RedirectListenerFuncs funcs = { asked_cb, listener_closed_cb };
  g_autoptr (GTask) task = data;
  GError *error = NULL;
  RedirectListener *listener = redirect_listener_open_finish (result, &error);
  SignIn *self = g_task_get_task_data (task);

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) { /* it is over, or gone */
    g_task_return_error (task, error);
    return;
  }
  if (listener != NULL) {
    self->listener = listener;
    self->authorization = make_authorization (self, &error);
  }
  if (self->authorization == NULL) {
    sign_in_fail (self, SIGN_IN_NETWORK, error->message);
    g_task_return_error (task, error);
    return;
  }
  redirect_listener_serve (self->listener, authorization_get_path (self->authorization), &funcs, self);
  g_task_return_pointer (task, make_start (self), (GDestroyNotify) sign_in_start_free);
}

/* Returns: (transfer full), or NULL with `error`. */
static SignIn *
sign_in_new (SignIns *owner, const Account *account, GError **error)
{
  g_autoptr (Account) own = NULL;
  g_autoptr (AccountProvider) provider = NULL;
  SignIn *self;

  if (account->kind->secret != KIND_SECRET_OAUTH) {
    g_set_error (error, FAULT, FAULT_USAGE, "account %s has no sign-in: it logs in with a password", account->name);
    return NULL;
  }
  if (vault_get_state (owner->core->vault) == VAULT_LOCKED) {
    g_set_error_literal (error, FAULT, FAULT_NO_PERM, "the vault is locked, so that nothing of a sign-in could be kept");
    return NULL;
  }
  own = account_load_id (owner->core, account->id, error);
  provider = own != NULL ? account_provider_new (own, error) : NULL;
  if (provider == NULL)
    return NULL;
  self = g_new0 (SignIn, 1);
  self->owner = owner;
  self->account_id = account->id;
  self->account = g_steal_pointer (&own);
  self->provider = g_steal_pointer (&provider);
  self->over = g_cancellable_new ();
  self->until_utc = clock_now_utc () + WAIT_S;
  self->timeout = g_timeout_add_seconds (WAIT_S, timed_out_cb, self);
  g_queue_init (&self->waiting);
  return self;
}

void
sign_ins_start_async (SignIns *self, const Account *account, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  GError *error = NULL;
  SignIn *started = sign_in_new (self, account, &error);

  g_task_set_source_tag (task, sign_ins_start_async);
  if (started == NULL) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  g_hash_table_replace (self->accounts, &started->account_id, started);
  g_task_set_task_data (task, started, NULL);
  redirect_listener_open_async (started->provider->provider->is_localhost, started->over, opened_cb, task);
}

SignInStart *
sign_ins_start_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- the wait --- */

void
sign_ins_wait_async (SignIns *self, const Account *account, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  SignIn *found = g_hash_table_lookup (self->accounts, &account->id);

  g_task_set_source_tag (task, sign_ins_wait_async);
  if (found != NULL && found->end == NULL) {
    g_queue_push_tail (&found->waiting, task);
    return;
  }
  if (found != NULL)
    g_task_return_pointer (task, sign_in_end_copy (found->end), (GDestroyNotify) sign_in_end_free);
  else
    g_task_return_new_error (task, FAULT, FAULT_USAGE, "nobody is signing in to account %s", account->name);
  g_object_unref (task);
}

SignInEnd *
sign_ins_wait_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

void
sign_ins_cancel (SignIns *self, gint64 account)
{
  SignIn *found = g_hash_table_lookup (self->accounts, &account);

  if (found != NULL)
    sign_in_fail (found, SIGN_IN_DENIED, "the sign-in was cancelled");
}

void
sign_ins_fail (SignIns *self, gint64 account, const char *why)
{
  SignIn *found = g_hash_table_lookup (self->accounts, &account);

  if (found != NULL && !found->is_exchanging)
    sign_in_fail (found, SIGN_IN_NETWORK, why);
}

/* --- all of them --- */

SignIns *
sign_ins_new (Core *core, SignInsDoneFunc done, gpointer data)
{
  SignIns *self = g_new0 (SignIns, 1);

  self->core = core;
  self->done = done;
  self->data = data;
  self->accounts = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, sign_in_free);
  return self;
}

void
sign_ins_free (SignIns *self)
{
  if (self == NULL)
    return;
  g_hash_table_unref (self->accounts);
  g_free (self);
}
