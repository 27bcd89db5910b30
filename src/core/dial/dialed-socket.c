#include "dialed-socket.h"

#include "loopback.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

void
dialed_socket_free (DialedSocket *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->address);
  g_free (self);
}

static char *
format_address (const struct sockaddr_storage *address, guint16 *out_port)
{
  char text[INET6_ADDRSTRLEN] = "";

  if (address->ss_family == AF_INET) {
    const struct sockaddr_in *in = (const struct sockaddr_in *) address;

    *out_port = ntohs (in->sin_port);
    return g_strdup_printf ("%s:%u", inet_ntop (AF_INET, &in->sin_addr, text, sizeof text), *out_port);
  }
  if (address->ss_family == AF_INET6) {
    const struct sockaddr_in6 *in6 = (const struct sockaddr_in6 *) address;

    *out_port = ntohs (in6->sin6_port);
    return g_strdup_printf ("[%s]:%u", inet_ntop (AF_INET6, &in6->sin6_addr, text, sizeof text), *out_port);
  }
  return NULL;
}

DialedSocket *
dialed_socket_take (GUnixFDList *fds, GVariant *handle, gboolean is_listener)
{
  int index = handle != NULL ? g_variant_get_handle (handle) : -1;
  DialedSocket *self = g_new0 (DialedSocket, 1);
  struct sockaddr_storage address = { 0 };
  socklen_t len = sizeof address, int_len = sizeof (int);
  int type = 0, protocol = 0, listens = 0;

  self->fd = fds != NULL && index >= 0 && index < g_unix_fd_list_get_length (fds) ? g_unix_fd_list_get (fds, index, NULL) : -1;
  if (self->fd >= 0 && getsockopt (self->fd, SOL_SOCKET, SO_TYPE, &type, &int_len) == 0 && type == SOCK_STREAM &&
      getsockopt (self->fd, SOL_SOCKET, SO_PROTOCOL, &protocol, &int_len) == 0 && protocol == IPPROTO_TCP &&
      getsockopt (self->fd, SOL_SOCKET, SO_ACCEPTCONN, &listens, &int_len) == 0 && (listens != 0) == is_listener &&
      (is_listener ? getsockname : getpeername) (self->fd, (struct sockaddr *) &address, &len) == 0)
    self->address = format_address (&address, &self->port);
  if (self->address != NULL && fcntl (self->fd, F_SETFL, O_RDWR | O_NONBLOCK) == 0)
    return self;
  dialed_socket_free (self);
  return NULL;
}

/* IPv4 as the IPv6 address that stands for it (RFC 4291 §2.5.5.2). FALSE: `text` is a name. */
static gboolean
parse_literal (const char *text, struct in6_addr *out)
{
  struct in_addr in;

  if (inet_pton (AF_INET6, text, out) == 1)
    return TRUE;
  if (inet_pton (AF_INET, text, &in) != 1)
    return FALSE;
  *out = (struct in6_addr) { .s6_addr = { [10] = 0xff, [11] = 0xff } };
  memcpy (&out->s6_addr[12], &in, sizeof in);
  return TRUE;
}

/* Without port and brackets. Returns: (transfer full). */
static char *
get_host (const char *numeric_address)
{
  gsize len = (gsize) (strrchr (numeric_address, ':') - numeric_address);

  return numeric_address[0] == '[' ? g_strndup (numeric_address + 1, len - 2) : g_strndup (numeric_address, len);
}

gboolean
dialed_socket_is_at (const DialedSocket *self, const char *name)
{
  g_autofree char *host = get_host (self->address);
  struct in6_addr wanted, got;

  if (g_ascii_strcasecmp (name, "localhost") == 0)
    return is_loopback_address (self->address);
  return !parse_literal (name, &wanted) || (parse_literal (host, &got) && IN6_ARE_ADDR_EQUAL (&wanted, &got));
}
