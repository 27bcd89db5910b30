#include "access-tokens.h"

#include "clock.h"
#include "fault.h"
#include "grant.h"
#include "kill-point.h"
#include "token-worker.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#define MARGIN_S 300          /* a token is renewed so long before its end, or a tenth of its life if that is less */
#define AGAIN_S 30            /* chosen: while the provider does not answer */
#define HOLD_EVERY_MS 500     /* chosen */
#define HOLD_PATIENCE_US (90 * (gint64) G_USEC_PER_SEC) /* chosen: longer than a worker's own patience */
#define TESTING_ENDS_S (7 * 24 * 3600) /* docs/providers.md: a Google project in Testing */

typedef struct { /* of one account */
  AccessTokens *tokens;
  gint64        account_id;
  SecretBytes  *token;      /* NULL: none */
  guint64       number;     /* of it; never given again */
  guint64       number_before; /* at the beginning of the renewal: another one means that somebody has signed in meanwhile */
  gint64        expires_utc, renew_utc; /* 0: not known */
  gboolean      is_refused; /* a server did not take it */
  GQueue        waiting;    /* of GTask */
  Account      *account;    /* of the renewal that is under way, as its row was then; NULL: none is */
  AccountProvider *provider;
  SecretBytes  *used;       /* the refresh token that it uses */
  int           hold;       /* the locked file; -1 */
  gint64        hold_since_us;
  guint         hold_source;
} AccountTokens;

struct AccessTokens {
  Core         *core;
  GHashTable   *accounts; /* id (gint64) -> AccountTokens */
  GCancellable *gone;
  guint64       last_number;
};

typedef struct { /* what a task returns */
  SecretBytes *token;
  gint64       renew_utc;
  guint64      number;
} Given;

static void
given_free (gpointer data)
{
  Given *self = data;

  secret_bytes_free (self->token);
  g_free (self);
}

static void
clear_renewal (AccountTokens *self)
{
  g_clear_handle_id (&self->hold_source, g_source_remove);
  if (self->hold >= 0)
    close (self->hold);
  self->hold = -1;
  g_clear_pointer (&self->account, account_free);
  g_clear_pointer (&self->provider, account_provider_free);
  g_clear_pointer (&self->used, secret_bytes_free);
}

/* Whoever is answered may ask again at once, and waits for the next one then. */
static GQueue
steal_waiting (AccountTokens *self)
{
  GQueue waiting = self->waiting;

  g_queue_init (&self->waiting);
  return waiting;
}

static void
account_tokens_fail (AccountTokens *self, const GError *error)
{
  GQueue waiting = steal_waiting (self);
  GTask *task;

  clear_renewal (self);
  while ((task = g_queue_pop_head (&waiting)) != NULL) {
    g_task_return_error (task, g_error_copy (error));
    g_object_unref (task);
  }
}

static void
account_tokens_free (gpointer data)
{
  AccountTokens *self = data;
  g_autoptr (GError) leaving = g_error_new_literal (FAULT, FAULT_TEMP, "Postrider is leaving");

  account_tokens_fail (self, leaving);
  secret_bytes_free (self->token);
  g_free (self);
}

AccessTokens *
access_tokens_new (Core *core)
{
  AccessTokens *self = g_new0 (AccessTokens, 1);

  self->core = core;
  self->accounts = g_hash_table_new_full (g_int64_hash, g_int64_equal, NULL, account_tokens_free);
  self->gone = g_cancellable_new ();
  return self;
}

void
access_tokens_free (AccessTokens *self)
{
  if (self == NULL)
    return;
  g_cancellable_cancel (self->gone);
  g_hash_table_unref (self->accounts);
  g_object_unref (self->gone);
  g_free (self);
}

static AccountTokens *
find_account (AccessTokens *self, gint64 account)
{
  AccountTokens *found = g_hash_table_lookup (self->accounts, &account);

  if (found != NULL)
    return found;
  found = g_new0 (AccountTokens, 1);
  found->tokens = self;
  found->account_id = account;
  found->hold = -1;
  g_queue_init (&found->waiting);
  g_hash_table_insert (self->accounts, &found->account_id, found);
  return found;
}

/* --- what is there --- */

static void
account_tokens_take (AccountTokens *self, const SecretBytes *token, guint expires_s)
{
  g_clear_pointer (&self->token, secret_bytes_free);
  self->token = secret_bytes_new (secret_bytes_peek (token), secret_bytes_get_length (token));
  self->number = ++self->tokens->last_number;
  self->is_refused = FALSE;
  self->expires_utc = expires_s > 0 ? clock_now_utc () + expires_s : 0;
  self->renew_utc = expires_s > 0 ? self->expires_utc - MIN (MARGIN_S, (gint64) expires_s / 10) : 0;
}

static gboolean
is_fresh (const AccountTokens *self)
{
  return self->token != NULL && !self->is_refused && (self->renew_utc == 0 || clock_now_utc () < self->renew_utc);
}

/* Takes the task. */
static void
give_token (const AccountTokens *self, GTask *task)
{
  Given *given = g_new0 (Given, 1);

  given->token = secret_bytes_new (secret_bytes_peek (self->token), secret_bytes_get_length (self->token));
  given->renew_utc = self->renew_utc;
  given->number = self->number;
  g_task_return_pointer (task, given, given_free);
  g_object_unref (task);
}

static void
account_tokens_give (AccountTokens *self)
{
  GQueue waiting = steal_waiting (self);
  GTask *task;

  while ((task = g_queue_pop_head (&waiting)) != NULL)
    give_token (self, task);
}

/* The provider is out of order for now, and the token that is there has not ended and nobody refused it. */
static gboolean
is_usable (const AccountTokens *self, const GError *error)
{
  return self->token != NULL && self->expires_utc > clock_now_utc () && !self->is_refused && g_error_matches (error, FAULT, FAULT_TEMP);
}

/* --- a renewal --- */

/* Why a provider says that a sign-in does not hold any more, as far as anybody can tell. */
static char *
explain_end (AccountTokens *self, const char *text)
{
  g_autoptr (Grant) grant = grant_load (self->tokens->core, self->account_id, NULL);
  gint64 age_s = grant != NULL ? clock_now_utc () - grant->since_utc : 0;

  if (self->account->kind->provider != NULL && strcmp (self->account->kind->provider, "google") == 0 && age_s >= TESTING_ENDS_S && age_s < TESTING_ENDS_S + 86400)
    return g_strdup_printf ("the sign-in has ended after seven days: the project is in “Testing” at the provider; publish it, and sign in again (%s)", text);
  return g_strdup_printf ("the provider says that the sign-in does not hold any more: the password was changed, access was withdrawn, or it was not used for long (%s)", text);
}

static GError *
end_grant (AccountTokens *self, const char *text)
{
  g_autofree char *why = explain_end (self, text);
  g_autoptr (GError) problem = NULL;

  if (!grant_end (self->tokens->core, self->account, self->provider, self->used, why, &problem))
    g_warning ("that a sign-in has ended could not be stored: %s", problem->message);
  return g_error_new (FAULT, FAULT_NO_PERM, "account %s is not signed in: %s: postrider account sign-in %s", self->account->name, why, self->account->name);
}

/* Returns: (transfer full), or NULL: it is a token. */
static GError *
judge_answer (AccountTokens *self, const GrantAnswer *answer)
{
  switch (answer->outcome) {
  case GRANT_DONE:
    return NULL;
  case GRANT_INVALID_GRANT:
    return end_grant (self, answer->text);
  case GRANT_INVALID_CLIENT:
    return g_error_new (FAULT, FAULT_CONFIG, "the provider does not take the client of account %s (its id, or its secret): %s", self->account->name, answer->text);
  case GRANT_INVALID_SCOPE:
  case GRANT_REFUSED:
    return g_error_new (FAULT, FAULT_NO_PERM, "the provider gives no token for account %s: %s", self->account->name, answer->text);
  default:
    return g_error_new (FAULT, FAULT_TEMP, "no token for account %s: %s", self->account->name, answer->text);
  }
}

/* Somebody may have signed out while the provider was asked: what it gave is used by nobody then. */
static gboolean
is_signed_in (AccountTokens *self, GError **error)
{
  g_autoptr (SecretBytes) token = grant_read_token (self->tokens->core, self->account, self->provider, error);

  return token != NULL;
}

/* A rotated refresh token is on the disk before what it came with is used: after a crash there would be none that works. */
static gboolean
keep_answer (AccountTokens *self, const GrantAnswer *answer, GError **error)
{
  if (answer->refresh_token != NULL && !grant_rotate (self->tokens->core, self->account, self->provider, self->used, answer->refresh_token, error)) {
    g_prefix_error (error, "the renewed sign-in of account %s could not be kept: ", self->account->name);
    return FALSE;
  }
  KILL_POINT ("core-token-kept");
  if (!is_signed_in (self, error))
    return FALSE;
  return provider_check_granted (self->provider->provider, self->provider->use, *answer->scope != '\0' ? answer->scope : NULL, error);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GrantAnswer) answer = token_worker_ask_finish (result, &error);
  AccountTokens *self = data;

  if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return; /* and `self` is gone */
  if (answer != NULL)
    error = judge_answer (self, answer);
  if (answer != NULL && error == NULL)
    (void) keep_answer (self, answer, &error);
  if (error != NULL && is_usable (self, error)) { /* it was asked for early: the old one does meanwhile */
    self->renew_utc = MIN (clock_now_utc () + AGAIN_S, self->expires_utc);
    clear_renewal (self);
    account_tokens_give (self);
    return;
  }
  if (error != NULL) {
    account_tokens_fail (self, error);
    return;
  }
  if (self->number == self->number_before)
    account_tokens_take (self, answer->access_token, answer->expires_s);
  clear_renewal (self);
  account_tokens_give (self);
}

static void
ask_provider (AccountTokens *self)
{
  g_autoptr (GError) error = NULL;
  TokenWork work = { .kind = TOKEN_WORK_REFRESH, .hold = self->hold };

  /* only now: a worker before may have rotated it */
  self->used = grant_read_token (self->tokens->core, self->account, self->provider, &error);
  if (self->used == NULL) {
    account_tokens_fail (self, error);
    return;
  }
  work.secret = self->used;
  token_worker_ask_async (self->tokens->core, self->account, self->provider, &work, self->tokens->gone, answered_cb, self);
}

static char *
format_hold_path (Core *core, gint64 account)
{
  g_autofree char *name = g_strdup_printf ("sign-in-%" G_GINT64_FORMAT ".lock", account);

  return g_build_filename (core->home, name, NULL);
}

/* The lock goes with the file to the worker, and lasts as long as either of us. Returns: FALSE: somebody else has it. */
static gboolean
take_hold (AccountTokens *self, GError **error)
{
  g_autofree char *path = format_hold_path (self->tokens->core, self->account_id);

  if (self->hold < 0)
    self->hold = open (path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0600);
  if (self->hold < 0) {
    g_set_error (error, FAULT, FAULT_CANT_CREATE, "%s: %s", path, g_strerror (errno));
    return FALSE;
  }
  if (flock (self->hold, LOCK_EX | LOCK_NB) == 0)
    return TRUE;
  if (errno != EWOULDBLOCK && errno != EINTR)
    g_set_error (error, FAULT, FAULT_OS, "%s cannot be locked: %s", path, g_strerror (errno));
  return FALSE;
}

static gboolean
try_hold_cb (gpointer data)
{
  AccountTokens *self = data;
  g_autoptr (GError) error = NULL;
  gboolean is_held = take_hold (self, &error);

  if (!is_held && error == NULL && g_get_monotonic_time () - self->hold_since_us < HOLD_PATIENCE_US)
    return G_SOURCE_CONTINUE;
  self->hold_source = 0;
  if (!is_held && error == NULL)
    error = g_error_new (FAULT, FAULT_TEMP, "an earlier renewal of the sign-in of account %s has not ended yet", self->account->name);
  if (is_held)
    ask_provider (self);
  else
    account_tokens_fail (self, error);
  return G_SOURCE_REMOVE;
}

static void
start_renewal (AccountTokens *self)
{
  g_autoptr (GError) error = NULL;

  self->account = account_load_id (self->tokens->core, self->account_id, &error);
  self->provider = self->account != NULL ? account_provider_new (self->account, &error) : NULL;
  if (self->provider == NULL) {
    account_tokens_fail (self, error);
    return;
  }
  self->number_before = self->number;
  self->hold_since_us = g_get_monotonic_time ();
  if (try_hold_cb (self) == G_SOURCE_CONTINUE)
    self->hold_source = g_timeout_add (HOLD_EVERY_MS, try_hold_cb, self);
}

/* --- the public side --- */

void
access_tokens_get_async (AccessTokens *self, const Account *account, guint64 refused, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  AccountTokens *found = find_account (self, account->id);
  GTask *task = g_task_new (NULL, cancellable, callback, data);

  g_task_set_source_tag (task, access_tokens_get_async);
  found->is_refused = found->is_refused || (found->token != NULL && found->number == refused);
  if (is_fresh (found)) {
    give_token (found, task);
    return;
  }
  g_queue_push_tail (&found->waiting, task);
  if (found->account == NULL)
    start_renewal (found);
}

SecretBytes *
access_tokens_get_finish (GAsyncResult *result, gint64 *out_renew_utc, guint64 *out_number, GError **error)
{
  Given *given = g_task_propagate_pointer (G_TASK (result), error);
  SecretBytes *token;

  if (given == NULL)
    return NULL;
  *out_renew_utc = given->renew_utc;
  *out_number = given->number;
  token = g_steal_pointer (&given->token);
  given_free (given);
  return token;
}

void
access_tokens_put (AccessTokens *self, gint64 account, const SecretBytes *token, guint expires_s)
{
  account_tokens_take (find_account (self, account), token, expires_s);
}

void
access_tokens_forget (AccessTokens *self, gint64 account)
{
  AccountTokens *found = g_hash_table_lookup (self->accounts, &account);

  if (found != NULL)
    g_clear_pointer (&found->token, secret_bytes_free);
}

void
access_tokens_remove (AccessTokens *self, gint64 account)
{
  g_autofree char *path = format_hold_path (self->core, account);

  access_tokens_forget (self, account);
  if (unlink (path) != 0 && errno != ENOENT)
    g_message ("%s stays: %s", path, g_strerror (errno));
}

gint64
access_tokens_get_expiry (AccessTokens *self, gint64 account)
{
  const AccountTokens *found = g_hash_table_lookup (self->accounts, &account);

  return found != NULL && found->token != NULL ? found->expires_utc : 0;
}
