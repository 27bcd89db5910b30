#include "token-worker.h"

#include "contract-oauth1.h"
#include "descriptor.h"
#include "dialer.h"
#include "endpoint.h"
#include "fault.h"
#include "kill-point.h"
#include "peer.h"
#include "provider-client.h"
#include "text.h"
#include "vault.h"
#include <errno.h>
#include <gio/gunixfdlist.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#define DIAL_TIMEOUT_MS 30000 /* chosen */
#define CALL_TIMEOUT_MS 60000 /* chosen: a token endpoint that is slower helps nobody */
#define CALL_GRACE_MS 10000   /* beyond the call's own; then the process is stalling, and is dropped */
#define TEXT_MAX 400          /* octets that are shown */

typedef struct {
  Core         *core;
  TokenWorkKind kind;
  char         *url, *client_id, *redirect;
  Endpoint     *endpoint;
  GUnixFDList  *fds;      /* all that goes along; grows */
  int           at_authorities, at_client_secret, at_secret, at_verifier, at_hold; /* in `fds`; -1: none */
  int           access_token, refresh_token; /* memory that is written to there; -1: none */
  Peer         *peer;
  PrOAuth1     *proxy;
} Ask;

void
grant_answer_free (GrantAnswer *self)
{
  if (self == NULL)
    return;
  g_free (self->text);
  secret_bytes_free (self->access_token);
  secret_bytes_free (self->refresh_token);
  g_free (self->scope);
  g_free (self->address);
  g_free (self);
}

static void
ask_free (gpointer data)
{
  Ask *self = data;

  peer_free (self->peer);
  g_clear_object (&self->proxy);
  g_clear_object (&self->fds);
  if (self->access_token >= 0)
    close (self->access_token);
  if (self->refresh_token >= 0)
    close (self->refresh_token);
  endpoint_free (self->endpoint);
  g_free (self->url);
  g_free (self->client_id);
  g_free (self->redirect);
  g_free (self);
}

/* --- how it ends --- */

/* Ends the task: nothing came back, or nothing that counts. */
static void
ask_conclude (GTask *task, GrantOutcome outcome, const char *text, gboolean is_begun)
{
  GrantAnswer *answer = g_new0 (GrantAnswer, 1);

  answer->outcome = outcome;
  answer->text = g_strdup (text);
  answer->scope = g_strdup ("");
  answer->address = g_strdup ("");
  answer->is_begun = is_begun;
  g_task_return_pointer (task, answer, (GDestroyNotify) grant_answer_free);
  g_object_unref (task);
}

static gboolean
parse_outcome (const char *word, GrantOutcome *out)
{
  static const char *const words[] = { "done", "invalid_grant", "invalid_client", "invalid_scope", "refused", "network", "certificate", "out_of_order" };

  for (guint i = 0; i < G_N_ELEMENTS (words); i++)
    if (strcmp (words[i], word) == 0) {
      *out = (GrantOutcome) i;
      return TRUE;
    }
  return FALSE;
}

/* Returns: (transfer full); NULL without error: there is none. */
static SecretBytes *
take_token (int fd, GError **error)
{
  g_autoptr (SecretBytes) token = NULL;

  if (fd < 0)
    return NULL;
  if (lseek (fd, 0, SEEK_SET) != 0 || (token = secret_bytes_read_fd (fd, FALSE, error)) == NULL)
    return NULL;
  return secret_bytes_get_length (token) > 0 ? g_steal_pointer (&token) : NULL;
}

static GrantAnswer *
make_answer (Ask *self, const char *word, const char *text, gboolean is_begun, guint expires_s, guint refresh_expires_s, const char *scope, const char *address, GError **error)
{
  g_autoptr (GrantAnswer) answer = g_new0 (GrantAnswer, 1);
  g_autoptr (GError) broken = NULL;

  answer->text = text_printable (text, -1, TEXT_MAX);
  answer->is_begun = is_begun;
  answer->expires_s = expires_s;
  answer->refresh_expires_s = refresh_expires_s;
  answer->scope = g_strdup (scope);
  answer->address = g_strdup (address);
  if (parse_outcome (word, &answer->outcome) && answer->outcome == GRANT_DONE && self->kind != TOKEN_WORK_REVOKE) {
    answer->access_token = take_token (self->access_token, &broken);
    if (broken == NULL)
      answer->refresh_token = take_token (self->refresh_token, &broken);
  }
  if (!parse_outcome (word, &answer->outcome) || broken != NULL ||
      (answer->outcome == GRANT_DONE && self->kind != TOKEN_WORK_REVOKE && answer->access_token == NULL)) {
    g_set_error_literal (error, FAULT, FAULT_PROTOCOL, "the process that speaks to the provider gave no answer that counts");
    return NULL;
  }
  return g_steal_pointer (&answer);
}

/* --- the call --- */

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Ask *self = g_task_get_task_data (task);
  PrOAuth1 *proxy = PR_OAUTH1 (source);
  g_autofree char *word = NULL, *text = NULL, *scope = NULL, *address = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_begun = FALSE, is_answered;
  guint expires_s = 0, refresh_expires_s = 0;
  GrantAnswer *answer = NULL;

  KILL_POINT ("core-token-answered");
  if (self->kind == TOKEN_WORK_EXCHANGE)
    is_answered = pr_oauth1_call_exchange_finish (proxy, &word, &text, &is_begun, &expires_s, &refresh_expires_s, &scope, &address, NULL, result, &error);
  else if (self->kind == TOKEN_WORK_REFRESH)
    is_answered = pr_oauth1_call_refresh_finish (proxy, &word, &text, &is_begun, &expires_s, &refresh_expires_s, &scope, &address, NULL, result, &error);
  else
    is_answered = pr_oauth1_call_revoke_finish (proxy, &word, &text, &is_begun, NULL, result, &error);
  if (is_answered)
    answer = make_answer (self, word, text, is_begun, expires_s, refresh_expires_s, scope != NULL ? scope : "", address != NULL ? address : "", &error);
  if (answer != NULL) {
    g_task_return_pointer (task, answer, (GDestroyNotify) grant_answer_free);
    g_object_unref (task);
  } else if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_task_return_error (task, g_steal_pointer (&error));
    g_object_unref (task);
  } else {
    g_message ("postrider-oauth: %s", error->message);
    ask_conclude (task, GRANT_NETWORK, "the process that speaks to the provider ended without an answer", TRUE);
  }
}

static GVariant *
ask_handle (int at)
{
  return g_variant_new_handle (at);
}

/* Takes fd; -1 stays one. Returns: its number in `fds`, or -1 with `error`. */
static int
give_descriptor (Ask *self, int fd, GError **error)
{
  int at = fd >= 0 ? g_unix_fd_list_append (self->fds, fd, error) : -1;

  if (fd >= 0)
    close (fd);
  return at;
}

/* Memory for a token that comes back. Returns: its number in `fds`, or -1. */
static int
give_room (Ask *self, int *out_fd, GError **error)
{
  *out_fd = memfd_create ("token", MFD_CLOEXEC);
  if (*out_fd < 0) {
    g_set_error (error, FAULT, FAULT_OS, "no memory for a token: %s", g_strerror (errno));
    return -1;
  }
  return g_unix_fd_list_append (self->fds, *out_fd, error);
}

static void
call_for_tokens (Ask *self, int at_socket, int at_access, int at_refresh, GTask *task)
{
  GCancellable *cancellable = g_task_get_cancellable (task);

  if (self->kind == TOKEN_WORK_EXCHANGE)
    pr_oauth1_call_exchange (self->proxy, self->url, CALL_TIMEOUT_MS, ask_handle (at_socket), ask_handle (self->at_authorities), self->client_id, ask_handle (self->at_client_secret),
                             ask_handle (self->at_secret), ask_handle (self->at_verifier), self->redirect, ask_handle (at_access), ask_handle (at_refresh), self->fds, cancellable,
                             answered_cb, task);
  else
    pr_oauth1_call_refresh (self->proxy, self->url, CALL_TIMEOUT_MS, ask_handle (at_socket), ask_handle (self->at_authorities), self->client_id, ask_handle (self->at_client_secret),
                            ask_handle (self->at_secret), ask_handle (self->at_hold), "", ask_handle (at_access), ask_handle (at_refresh), self->fds, cancellable, answered_cb, task);
}

/* Takes socket. */
static gboolean
ask_call (GTask *task, int socket, GError **error)
{
  Ask *self = g_task_get_task_data (task);
  int at_socket = give_descriptor (self, socket, error), at_access = -1, at_refresh = -1;

  if (at_socket < 0)
    return FALSE;
  if (self->kind == TOKEN_WORK_REVOKE) {
    pr_oauth1_call_revoke (self->proxy, self->url, CALL_TIMEOUT_MS, ask_handle (at_socket), ask_handle (self->at_authorities), self->client_id, ask_handle (self->at_client_secret),
                           ask_handle (self->at_secret), self->fds, g_task_get_cancellable (task), answered_cb, task);
    return TRUE;
  }
  at_access = give_room (self, &self->access_token, error);
  at_refresh = at_access >= 0 ? give_room (self, &self->refresh_token, error) : -1;
  if (at_refresh < 0)
    return FALSE;
  call_for_tokens (self, at_socket, at_access, at_refresh, task);
  KILL_POINT ("core-token-asked");
  return TRUE;
}

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GTask *task = data;
  Ask *self = g_task_get_task_data (task);
  g_autoptr (GError) error = NULL;
  int socket = dialer_connect_finish (self->core->dialer, result, NULL, &error);

  if (socket < 0 && !g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) {
    g_autofree char *text = g_strdup_printf ("the provider cannot be reached: %s", error->message);

    ask_conclude (task, GRANT_NETWORK, text, FALSE);
  } else if (socket < 0 || !ask_call (task, socket, &error)) {
    g_task_return_error (task, g_steal_pointer (&error));
    g_object_unref (task);
  }
}

/* The process first: a server need not wait on a connection until it has started. */
static void
ready_cb (Peer *peer, const GError *failed, gpointer data)
{
  GTask *task = data;
  Ask *self = g_task_get_task_data (task);
  g_autoptr (GError) error = failed != NULL ? g_error_copy (failed) : NULL;

  if (error == NULL)
    self->proxy = pr_oauth1_proxy_new_sync (peer_get_connection (peer), G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS, NULL, PEER_PATH,
                                            NULL, &error);
  if (error != NULL) {
    g_task_return_error (task, g_steal_pointer (&error));
    g_object_unref (task);
    return;
  }
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->proxy), CALL_TIMEOUT_MS + CALL_GRACE_MS);
  dialer_connect_async (self->core->dialer, self->endpoint->host, self->endpoint->port, DIAL_TIMEOUT_MS, g_task_get_cancellable (task), connected_cb, task);
}

/* --- what goes along --- */

/* The account's own, else the built-in client's. Returns: (transfer full), or NULL with `error`. */
static SecretBytes *
find_client_secret (Core *core, const Account *account, const AccountProvider *provider, GError **error)
{
  g_autofree char *name = account_format_secret_name (account->id, ACCOUNT_SECRET_CLIENT);
  g_autoptr (GError) problem = NULL;
  g_autoptr (SecretBytes) secret = vault_get (core->vault, name, &problem);
  const char *word = provider->provider->word != NULL ? provider->provider->word : "", *built_in = "";

  if (problem != NULL) {
    g_propagate_error (error, g_steal_pointer (&problem));
    return NULL;
  }
  if (secret != NULL)
    return g_steal_pointer (&secret);
  if (strcmp (provider->client_id, provider_client_get_id (word)) == 0)
    built_in = provider_client_get_secret (word);
  return secret_bytes_new (built_in, strlen (built_in));
}

static int
give_secret (Ask *self, const SecretBytes *secret, GError **error)
{
  return give_descriptor (self, secret_bytes_to_memfd (secret, error), error);
}

static gboolean
ask_pack (Ask *self, const Account *account, const AccountProvider *provider, const TokenWork *work, GError **error)
{
  g_autoptr (SecretBytes) client_secret = find_client_secret (self->core, account, provider, error), verifier = NULL;

  if (client_secret == NULL)
    return FALSE;
  self->at_authorities = give_descriptor (self, descriptor_seal ("authorities", provider->authorities, strlen (provider->authorities), error), error);
  self->at_client_secret = self->at_authorities >= 0 ? give_secret (self, client_secret, error) : -1;
  self->at_secret = self->at_client_secret >= 0 ? give_secret (self, work->secret, error) : -1;
  if (self->at_secret < 0)
    return FALSE;
  if (work->kind == TOKEN_WORK_REFRESH)
    return (self->at_hold = g_unix_fd_list_append (self->fds, work->hold, error)) >= 0;
  verifier = work->kind == TOKEN_WORK_EXCHANGE ? secret_bytes_new (work->verifier, strlen (work->verifier)) : NULL;
  return verifier == NULL || (self->at_verifier = give_secret (self, verifier, error)) >= 0;
}

static const char *
pick_url (const AccountProvider *provider, TokenWorkKind kind)
{
  return kind == TOKEN_WORK_REVOKE ? provider->revoke : provider->token;
}

void
token_worker_ask_async (Core *core, const Account *account, const AccountProvider *provider, const TokenWork *work, GCancellable *cancellable,
                        GAsyncReadyCallback callback, gpointer data)
{
  PeerSpec spec = { .program = "oauth", .interface = "org.postrider.OAuth1" };
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  Ask *self = g_new0 (Ask, 1);
  GError *error = NULL;

  g_task_set_source_tag (task, token_worker_ask_async);
  g_task_set_task_data (task, self, ask_free);
  self->core = core;
  self->kind = work->kind;
  self->url = g_strdup (pick_url (provider, work->kind));
  self->client_id = g_strdup (provider->client_id);
  self->redirect = g_strdup (work->redirect != NULL ? work->redirect : "");
  self->fds = g_unix_fd_list_new ();
  self->access_token = self->refresh_token = -1;
  self->endpoint = endpoint_parse (work->kind == TOKEN_WORK_REVOKE ? SETTING_REVOKE : SETTING_TOKEN, self->url, ENDPOINT_WHOLE, &error);
  if (self->endpoint == NULL || !ask_pack (self, account, provider, work, &error)) {
    g_task_return_error (task, error);
    g_object_unref (task);
    return;
  }
  self->peer = peer_start (&spec, ready_cb, NULL, task); /* its task data is freed, and it ends, when the task is done */
}

GrantAnswer *
token_worker_ask_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
