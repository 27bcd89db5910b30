#include "http-address.h"

#include "fault.h"
#include "loopback.h"
#include <arpa/inet.h>
#include <string.h>
#include <sys/socket.h>

static char *
http_address_get_part (CURLU *parsed, CURLUPart part, unsigned flags)
{
  char *owned = NULL, *text;

  if (curl_url_get (parsed, part, &owned, flags) != CURLUE_OK)
    return NULL;
  text = g_strdup (owned);
  curl_free (owned);
  return text;
}

gboolean
http_address_is_near (int fd)
{
  union { struct sockaddr any; struct sockaddr_in in; struct sockaddr_in6 in6; } peer = { 0 };
  socklen_t len = sizeof peer;
  char numeric[INET6_ADDRSTRLEN] = "";
  g_autofree char *with_port = NULL;

  if (getpeername (fd, &peer.any, &len) != 0)
    return FALSE;
  if (peer.any.sa_family == AF_INET && inet_ntop (AF_INET, &peer.in.sin_addr, numeric, sizeof numeric) != NULL)
    with_port = g_strdup_printf ("%s:1", numeric);
  else if (peer.any.sa_family == AF_INET6 && inet_ntop (AF_INET6, &peer.in6.sin6_addr, numeric, sizeof numeric) != NULL)
    with_port = g_strdup_printf ("[%s]:1", numeric);
  return with_port != NULL && is_loopback_address (with_port);
}

static gboolean
is_host_loopback (const char *host)
{
  g_autofree char *with_port = g_strconcat (host, ":1", NULL);

  return is_loopback_address (with_port);
}

HttpAddress *
http_address_parse (const char *url, gboolean is_near, GError **error)
{
  g_autoptr (HttpAddress) self = g_new0 (HttpAddress, 1);
  g_autofree char *scheme = NULL, *fragment = NULL;

  self->parsed = curl_url ();
  if (self->parsed == NULL || curl_url_set (self->parsed, CURLUPART_URL, url, CURLU_DISALLOW_USER) != CURLUE_OK) {
    g_set_error (error, FAULT, FAULT_USAGE, "not the address of a server");
    return NULL;
  }
  scheme = http_address_get_part (self->parsed, CURLUPART_SCHEME, 0);
  fragment = http_address_get_part (self->parsed, CURLUPART_FRAGMENT, 0);
  self->host = http_address_get_part (self->parsed, CURLUPART_HOST, 0);
  self->port = http_address_get_part (self->parsed, CURLUPART_PORT, CURLU_DEFAULT_PORT);
  self->is_plain = g_strcmp0 (scheme, "http") == 0;
  if (self->host == NULL || self->port == NULL || fragment != NULL || (!self->is_plain && g_strcmp0 (scheme, "https") != 0)) {
    g_set_error (error, FAULT, FAULT_USAGE, "an address begins with https:// and has no fragment");
    return NULL;
  }
  if (self->is_plain && !(is_host_loopback (self->host) && is_near)) {
    g_set_error (error, FAULT, FAULT_USAGE, "without TLS only a server on this machine is spoken to (http://127.0.0.1… or http://[::1]…)");
    return NULL;
  }
  return g_steal_pointer (&self);
}

void
http_address_free (HttpAddress *self)
{
  if (self == NULL)
    return;
  curl_url_cleanup (self->parsed);
  g_free (self->host);
  g_free (self->port);
  g_free (self);
}
