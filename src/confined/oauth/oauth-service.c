#include "oauth-service.h"

#include "contract-oauth1.h"
#include "fault.h"
#include "token-call.h"

struct OauthService {
  HttpClient            *http;
  PrOAuth1              *skeleton;
  GDBusMethodInvocation *invocation; /* of the call that is under way, or NULL */
};

/* --- answers --- */

static void
service_fail (OauthService *self, const GError *error)
{
  g_dbus_method_invocation_return_gerror (g_steal_pointer (&self->invocation), error);
}

static void
granted_cb (const TokenAnswer *answer, gboolean is_begun, const GError *error, gpointer data)
{
  OauthService *self = data;

  if (error != NULL) {
    service_fail (self, error);
    return;
  }
  /* Exchange and Refresh answer the same, and the invocation knows which of them it is */
  pr_oauth1_complete_exchange (self->skeleton, g_steal_pointer (&self->invocation), NULL, token_outcome_to_word (answer->outcome), answer->text,
                               is_begun, answer->expires_s, answer->refresh_expires_s, answer->scope, answer->address);
}

static void
revoked_cb (const TokenAnswer *answer, gboolean is_begun, const GError *error, gpointer data)
{
  OauthService *self = data;

  pr_oauth1_complete_revoke (self->skeleton, g_steal_pointer (&self->invocation), NULL, token_outcome_to_word (answer->outcome), answer->text, is_begun);
}

/* --- calls --- */

/* Takes invocation. */
static gboolean
service_start (OauthService *self, GDBusMethodInvocation *invocation, const TokenOrder *order, TokenCallFunc done)
{
  g_autoptr (GError) error = NULL;

  if (self->invocation != NULL) {
    g_dbus_method_invocation_return_error (invocation, FAULT, FAULT_TEMP, "another call is under way; one at a time");
    return TRUE;
  }
  self->invocation = invocation;
  if (!token_call_start (self->http, order, done, self, &error))
    service_fail (self, error);
  return TRUE;
}

static gboolean
handle_exchange (PrOAuth1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *url, guint timeout_ms, GVariant *socket,
                 GVariant *authorities, const char *client_id, GVariant *client_secret, GVariant *code, GVariant *verifier, const char *redirect,
                 GVariant *access_token, GVariant *refresh_token, gpointer data)
{
  const TokenOrder order = { .url = url, .timeout_ms = timeout_ms, .fds = fds, .socket = socket, .authorities = authorities, .client_id = client_id,
                             .client_secret = client_secret, .code = code, .verifier = verifier, .redirect = redirect,
                             .access_token = access_token, .refresh_token = refresh_token, .build = token_request_build_exchange };

  return service_start (data, invocation, &order, granted_cb);
}

static gboolean
handle_refresh (PrOAuth1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *url, guint timeout_ms, GVariant *socket,
                GVariant *authorities, const char *client_id, GVariant *client_secret, GVariant *token, GVariant *hold, const char *requested_scope,
                GVariant *access_token, GVariant *refresh_token, gpointer data)
{
  const TokenOrder order = { .url = url, .timeout_ms = timeout_ms, .fds = fds, .socket = socket, .authorities = authorities, .client_id = client_id,
                             .client_secret = client_secret, .token = token, .hold = hold, .scope = requested_scope,
                             .access_token = access_token, .refresh_token = refresh_token, .build = token_request_build_refresh };

  return service_start (data, invocation, &order, granted_cb);
}

static gboolean
handle_revoke (PrOAuth1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *url, guint timeout_ms, GVariant *socket,
               GVariant *authorities, const char *client_id, GVariant *client_secret, GVariant *token, gpointer data)
{
  const TokenOrder order = { .url = url, .timeout_ms = timeout_ms, .fds = fds, .socket = socket, .authorities = authorities, .client_id = client_id,
                             .client_secret = client_secret, .token = token, .build = token_request_build_revoke };

  return service_start (data, invocation, &order, revoked_cb);
}

/* --- its life --- */

OauthService *
oauth_service_new (HttpClient *http)
{
  OauthService *self = g_new0 (OauthService, 1);

  fault_quark ();
  self->http = http;
  self->skeleton = pr_oauth1_skeleton_new ();
  g_signal_connect (self->skeleton, "handle-exchange", G_CALLBACK (handle_exchange), self);
  g_signal_connect (self->skeleton, "handle-refresh", G_CALLBACK (handle_refresh), self);
  g_signal_connect (self->skeleton, "handle-revoke", G_CALLBACK (handle_revoke), self);
  return self;
}

void
oauth_service_free (OauthService *self)
{
  if (self == NULL)
    return;
  g_clear_object (&self->invocation);
  g_clear_object (&self->skeleton);
  g_free (self);
}

GDBusInterfaceSkeleton *
oauth_service_get_skeleton (OauthService *self)
{
  return G_DBUS_INTERFACE_SKELETON (self->skeleton);
}
