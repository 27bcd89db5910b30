#include "endpoint.h"

#include "fault.h"
#include "loopback.h"
#include "text.h"
#include <arpa/inet.h>
#include <string.h>

#define HOST_MAX 253 /* RFC 1035 §2.3.4 */
#define SHOWN_MAX 200

static const struct { const char *scheme; gboolean is_smtp, is_tls; guint16 port; /* 0: it must be said */ } schemes[] = {
  { "https", FALSE, TRUE, 443 },
  { "http", FALSE, FALSE, 80 },
  { "smtps", TRUE, TRUE, 0 },
  { "smtp", TRUE, FALSE, 0 },
};

static const char *const forms[] = {
  [ENDPOINT_WHOLE] = "a whole address, https://HOST[:PORT]/PATH",
  [ENDPOINT_ORIGIN] = "an address without a path, https://HOST[:PORT]",
  [ENDPOINT_SMTP] = "smtp://HOST:PORT or smtps://HOST:PORT",
};

static void
endpoint_refuse (const char *key, const char *text, EndpointForm form, const char *why, GError **error)
{
  g_autofree char *shown = text_quote (text, SHOWN_MAX);

  g_set_error (error, FAULT, FAULT_USAGE, "%s=%s: %s; it is %s", key, shown, why, forms[form]);
}

/* Returns: (transfer full), or NULL. */
static char *
make_host (const char *host)
{
  g_autofree char *ascii = g_hostname_to_ascii (host);
  g_autofree char *lower = ascii != NULL ? g_ascii_strdown (ascii, -1) : NULL;
  struct in6_addr in6;

  if (lower == NULL || *lower == '\0' || strlen (lower) > HOST_MAX || *lower == '-' || *lower == '.')
    return NULL;
  return strspn (lower, "abcdefghijklmnopqrstuvwxyz0123456789-_.") == strlen (lower) || inet_pton (AF_INET6, lower, &in6) == 1 ? g_steal_pointer (&lower) : NULL;
}

static gboolean
has_parts_of (GUri *uri, EndpointForm form)
{
  const char *path = g_uri_get_path (uri);

  if (g_uri_get_userinfo (uri) != NULL || g_uri_get_fragment (uri) != NULL)
    return FALSE;
  return form == ENDPOINT_WHOLE || (g_uri_get_query (uri) == NULL && (*path == '\0' || strcmp (path, "/") == 0));
}

static gboolean
take_scheme (Endpoint *self, GUri *uri, EndpointForm form)
{
  for (gsize i = 0; i < G_N_ELEMENTS (schemes); i++) {
    if (strcmp (schemes[i].scheme, g_uri_get_scheme (uri)) != 0 || schemes[i].is_smtp != (form == ENDPOINT_SMTP))
      continue;
    self->is_tls = schemes[i].is_tls;
    self->port = g_uri_get_port (uri) >= 0 ? (guint16) g_uri_get_port (uri) : schemes[i].port;
    return TRUE;
  }
  return FALSE;
}

static const char *
find_fault (Endpoint *self, GUri *uri, EndpointForm form)
{
  if (uri == NULL || g_uri_get_host (uri) == NULL)
    return "that is no address";
  if (!take_scheme (self, uri, form) || !has_parts_of (uri, form))
    return "that has parts that do not belong there";
  self->host = make_host (g_uri_get_host (uri));
  if (self->host == NULL)
    return "its host is none";
  if (self->port == 0)
    return "it says no port";
  /* a name may be anybody's tomorrow */
  return self->is_tls || form == ENDPOINT_SMTP || is_loopback_literal (self->host) ? NULL : "without TLS it may only be on this machine, by its number: 127.0.0.1 or [::1]";
}

Endpoint *
endpoint_parse (const char *key, const char *text, EndpointForm form, GError **error)
{
  g_autoptr (GUri) uri = strlen (text) <= ENDPOINT_MAX_BYTES ? g_uri_parse (text, G_URI_FLAGS_ENCODED, NULL) : NULL;
  g_autoptr (Endpoint) self = g_new0 (Endpoint, 1);
  const char *fault = find_fault (self, uri, form), *path;

  if (fault != NULL) {
    endpoint_refuse (key, text, form, fault, error);
    return NULL;
  }
  path = g_uri_get_path (uri);
  if (form == ENDPOINT_WHOLE)
    self->target = g_strconcat (*path != '\0' ? path : "/", g_uri_get_query (uri) != NULL ? "?" : NULL, g_uri_get_query (uri), NULL);
  return g_steal_pointer (&self);
}

void
endpoint_free (Endpoint *self)
{
  if (self == NULL)
    return;
  g_free (self->host);
  g_free (self->target);
  g_free (self);
}
