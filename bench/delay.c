/* bench-delay PORT MILLISECONDS - a userspace wire: whoever connects to the port that it prints talks to 127.0.0.1:PORT, and each octet
 * arrives that much later, each way. It reads at once and as much as comes, so that it limits no rate and reorders nothing; what waits
 * waits in memory. bench/speed.py proves it with a control. It has one thread and ends with SIGTERM. */
#include <errno.h>
#include <glib.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define CHUNK_OCTETS 65536
#define EVENTS_MAX 64

typedef struct { /* octets that came together; len 0: the end of the stream */
  gint64 due_us;
  gsize  len, at;
  char   data[];
} Chunk;

typedef struct Half Half;
struct Half { /* one direction */
  int      from, to;
  gboolean is_read_up;
  GQueue   waiting; /* of Chunk, in order */
  Half    *other;
};

static int epoll_fd;
static gint64 delay_us;
static GQueue halves = G_QUEUE_INIT;

static void
die (const char *what)
{
  perror (what);
  exit (EXIT_FAILURE);
}

static void
tune (int fd)
{
  int on = 1;

  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

static void
watch (int fd, Half *half)
{
  struct epoll_event event = { .events = EPOLLIN, .data.ptr = half };

  if (epoll_ctl (epoll_fd, EPOLL_CTL_ADD, fd, &event) != 0)
    die ("bench-delay: epoll_ctl");
}

static Half *
half_new (int from, int to)
{
  Half *self = g_new0 (Half, 1);

  *self = (Half){ .from = from, .to = to };
  g_queue_init (&self->waiting);
  g_queue_push_tail (&halves, self);
  return self;
}

static void
accept_one (int listener, const struct sockaddr_in *server)
{
  int client = accept4 (listener, NULL, NULL, SOCK_CLOEXEC), far = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  Half *there, *back;

  if (client < 0 || far < 0 || connect (far, (const struct sockaddr *) server, sizeof *server) != 0)
    die ("bench-delay: no connection to the server");
  tune (client);
  tune (far);
  there = half_new (client, far);
  back = half_new (far, client);
  there->other = back;
  back->other = there;
  watch (client, there);
  watch (far, back);
}

/* What has come goes into the queue, the end of the stream too. */
static void
take (Half *self, gint64 now_us)
{
  Chunk *chunk = g_malloc (sizeof *chunk + CHUNK_OCTETS);
  gssize n = recv (self->from, chunk->data, CHUNK_OCTETS, MSG_DONTWAIT);

  if (n < 0 && (errno == EAGAIN || errno == EINTR)) {
    g_free (chunk);
    return;
  }
  if (n <= 0) {
    self->is_read_up = TRUE;
    epoll_ctl (epoll_fd, EPOLL_CTL_DEL, self->from, NULL);
  }
  chunk = g_realloc (chunk, sizeof *chunk + (gsize) MAX (0, n));
  chunk->due_us = now_us + delay_us;
  chunk->len = (gsize) MAX (0, n);
  chunk->at = 0;
  g_queue_push_tail (&self->waiting, chunk);
}

/* Returns: FALSE when the receiver takes no more at the moment: try again soon. */
static gboolean
give (Half *self, gint64 now_us)
{
  for (Chunk *chunk; (chunk = g_queue_peek_head (&self->waiting)) != NULL && chunk->due_us <= now_us; g_free (g_queue_pop_head (&self->waiting))) {
    if (chunk->len == 0)
      shutdown (self->to, SHUT_WR);
    while (chunk->at < chunk->len) {
      gssize n = send (self->to, chunk->data + chunk->at, chunk->len - chunk->at, MSG_DONTWAIT | MSG_NOSIGNAL);

      if (n < 0 && errno == EAGAIN)
        return FALSE;
      if (n < 0) /* the receiver has gone: so have the octets */
        break;
      chunk->at += (gsize) n;
    }
  }
  return TRUE;
}

static gboolean
is_over (const Half *self)
{
  return self->is_read_up && self->waiting.length == 0 && self->other->is_read_up && self->other->waiting.length == 0;
}

static void
end_pair (Half *self)
{
  Half *other = self->other;

  close (self->from);
  close (self->to);
  g_queue_remove (&halves, self);
  g_queue_remove (&halves, other);
  g_free (self);
  g_free (other);
}

/* Gives what is due; returns the microseconds until the next is, or -1. */
static gint64
give_all (void)
{
  gint64 now_us = g_get_monotonic_time (), next_us = -1;

  for (GList *l = halves.head, *next; l != NULL; l = next) {
    Half *half = l->data;
    const Chunk *chunk;
    gint64 wait_us;

    next = l->next;
    wait_us = give (half, now_us) ? 0 : 1000;
    if (is_over (half)) {
      next = next != NULL && next->data == half->other ? next->next : next;
      end_pair (half);
      continue;
    }
    chunk = g_queue_peek_head (&half->waiting);
    if (chunk != NULL)
      wait_us = MAX (wait_us, chunk->due_us - now_us);
    if (chunk != NULL && (next_us < 0 || wait_us < next_us))
      next_us = MAX (0, wait_us);
  }
  return next_us;
}

static int
start_listener (void)
{
  struct sockaddr_in own = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof own;
  int listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (listener < 0 || bind (listener, (struct sockaddr *) &own, len) != 0 || listen (listener, 128) != 0 ||
      getsockname (listener, (struct sockaddr *) &own, &len) != 0)
    die ("bench-delay: cannot listen");
  printf ("%u\n", ntohs (own.sin_port));
  fflush (stdout);
  return listener;
}

int
main (int argc, char *argv[])
{
  struct sockaddr_in server = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  struct epoll_event events[EVENTS_MAX];
  int listener;

  if (argc != 3)
    return fprintf (stderr, "usage: bench-delay PORT MILLISECONDS\n"), 64;
  server.sin_port = htons ((guint16) atoi (argv[1]));
  delay_us = 1000 * (gint64) atoi (argv[2]);
  epoll_fd = epoll_create1 (EPOLL_CLOEXEC);
  listener = start_listener ();
  watch (listener, NULL);
  for (;;) {
    gint64 next_us = give_all ();
    struct timespec wait = { next_us / G_USEC_PER_SEC, next_us % G_USEC_PER_SEC * 1000 };
    int n = epoll_pwait2 (epoll_fd, events, EVENTS_MAX, next_us < 0 ? NULL : &wait, NULL);
    gint64 now_us = g_get_monotonic_time ();

    for (int i = 0; i < n; i++) {
      if (events[i].data.ptr == NULL)
        accept_one (listener, &server);
      else
        take (events[i].data.ptr, now_us);
    }
  }
}
