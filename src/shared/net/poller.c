#include "poller.h"

#include <errno.h>
#include <sys/epoll.h>
#include <unistd.h>

#define EVENTS_MAX 64 /* chosen: a wait's worth */
#define WAIT_MS 1     /* chosen: a busy server's next answer is here by then */
#define STAY_US 2000  /* chosen: then core, timers and whoever else is in the main loop have their turn; nobody sees two milliseconds */

struct Poller {
  GSource    source; /* first */
  int        fd;
  PollerFunc ready;
};

/* Once a socket has something, the next one mostly has too in a moment: it is waited for here, where that is one system call. */
static gboolean
dispatch_cb (GSource *source, GSourceFunc callback, gpointer data)
{
  Poller *self = (Poller *) source;
  struct epoll_event events[EVENTS_MAX];
  gint64 until_us = g_get_monotonic_time () + STAY_US;
  int n;

  do {
    n = epoll_wait (self->fd, events, EVENTS_MAX, WAIT_MS);
    for (int i = 0; i < n; i++)
      self->ready (events[i].data.ptr);
  } while (n > 0 && g_get_monotonic_time () < until_us);
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
poller_control (Poller *self, int what, int fd, gpointer owner, guint32 events)
{
  struct epoll_event event = { .events = events, .data.ptr = owner };

  if (epoll_ctl (self->fd, what, fd, &event) != 0)
    g_warning ("epoll: %s", g_strerror (errno)); /* the connection runs into its time-out */
}

void
poller_add (Poller *self, int fd, gpointer owner)
{
  poller_control (self, EPOLL_CTL_ADD, fd, owner, EPOLLIN);
}

void
poller_change (Poller *self, int fd, gpointer owner, gboolean wants_out)
{
  poller_control (self, EPOLL_CTL_MOD, fd, owner, EPOLLIN | (wants_out ? EPOLLOUT : 0));
}

void
poller_remove (Poller *self, int fd)
{
  poller_control (self, EPOLL_CTL_DEL, fd, NULL, 0);
}
