#include "proxy-port.h"

#include "fault.h"
#include <errno.h>
#include <glib-unix.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

struct ProxyPort {
  int     fd;
  guint16 number;
  guint   source;
  GQueue  waiting; /* of descriptors */
  void (*knocked) (gpointer data);
  gpointer data;
};

static gboolean
accept_cb (int fd, GIOCondition condition, gpointer data)
{
  ProxyPort *self = data;
  int client = accept4 (fd, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);

  if (client >= 0 && self->waiting.length >= PROXY_PORT_WAITING_MAX)
    close (client);
  else if (client >= 0)
    g_queue_push_tail (&self->waiting, GINT_TO_POINTER (client));
  if (client >= 0)
    self->knocked (self->data);
  return G_SOURCE_CONTINUE;
}

/* Returns: a listener, or -1. */
static int
open_listener (guint16 *out_number)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof address;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);

  if (fd < 0)
    return -1;
  if (bind (fd, (const struct sockaddr *) &address, sizeof address) == 0 && listen (fd, PROXY_PORT_WAITING_MAX) == 0 && getsockname (fd, (struct sockaddr *) &address, &len) == 0) {
    *out_number = ntohs (address.sin_port);
    return fd;
  }
  close (fd);
  return -1;
}

ProxyPort *
proxy_port_new (void (*knocked) (gpointer data), gpointer data, GError **error)
{
  guint16 number = 0;
  int fd = open_listener (&number);
  ProxyPort *self;

  if (fd < 0) {
    g_set_error (error, FAULT, FAULT_OS, "no port for the browser: %s", g_strerror (errno));
    return NULL;
  }
  self = g_new0 (ProxyPort, 1);
  self->fd = fd;
  self->number = number;
  self->knocked = knocked;
  self->data = data;
  g_queue_init (&self->waiting);
  self->source = g_unix_fd_add (fd, G_IO_IN, accept_cb, self);
  return self;
}

void
proxy_port_free (ProxyPort *self)
{
  int fd;

  if (self == NULL)
    return;
  g_source_remove (self->source);
  while ((fd = proxy_port_pop (self)) >= 0)
    close (fd);
  close (self->fd);
  g_free (self);
}

guint16
proxy_port_get_number (const ProxyPort *self)
{
  return self->number;
}

int
proxy_port_pop (ProxyPort *self)
{
  return self->waiting.length > 0 ? GPOINTER_TO_INT (g_queue_pop_head (&self->waiting)) : -1;
}
