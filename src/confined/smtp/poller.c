#include "poller.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_MAX 64 /* chosen: a wait's worth */
#define WAITS_MAX 32  /* chosen: then core, timers and whoever else is in the main loop have their turn: a millisecond */

struct Poller {
  GSource    source; /* first */
  int        fd;
  PollerFunc ready;
};

static gboolean
dispatch_cb (GSource *source, GSourceFunc callback, gpointer data)
{
  Poller *self = (Poller *) source;
  struct epoll_event events[EVENTS_MAX];

  for (guint waits = 0; waits < WAITS_MAX; waits++) {
    int n = epoll_wait (self->fd, events, EVENTS_MAX, 0);

    for (int i = 0; i < n; i++)
      self->ready (events[i].data.ptr);
    if (n <= 0)
      break;
  }
  return G_SOURCE_CONTINUE;
}

static void
finalize_cb (GSource *source)
{
  close (((Poller *) source)->fd);
}

Poller *
poller_new (PollerFunc ready)
{
  static GSourceFuncs funcs = { NULL, NULL, dispatch_cb, finalize_cb, NULL, NULL };
  Poller *self = (Poller *) g_source_new (&funcs, sizeof (Poller));

  self->ready = ready;
  self->fd = epoll_create1 (EPOLL_CLOEXEC);
  if (self->fd < 0)
    g_error ("epoll: %s", g_strerror (errno)); /* as out of memory: there is nothing to begin with */
  g_source_add_unix_fd (&self->source, self->fd, G_IO_IN);
  g_source_attach (&self->source, NULL);
  return self;
}

void
poller_free (Poller *self)
{
  if (self == NULL)
    return;
  g_source_destroy (&self->source);
  g_source_unref (&self->source);
}

static void
control (Poller *self, int what, int fd, gpointer owner, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = owner };

  if (epoll_ctl (self->fd, what, fd, &event) != 0)
    g_warning ("epoll: %s", g_strerror (errno)); /* the connection runs into its time-out */
}

void
poller_add (Poller *self, int fd, gpointer owner)
{
  control (self, EPOLL_CTL_ADD, fd, owner, EPOLLIN);
}

void
poller_change (Poller *self, int fd, gpointer owner, gboolean wants_out)
{
  control (self, EPOLL_CTL_MOD, fd, owner, EPOLLIN | (wants_out ? EPOLLOUT : 0));
}

void
poller_remove (Poller *self, int fd)
{
  control (self, EPOLL_CTL_DEL, fd, NULL, 0);
}
