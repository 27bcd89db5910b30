#include "connector.h"

#include "fault.h"
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define ADDRESSES_MAX 8      /* chosen: with all of them open at once there is room below RLIMIT_NOFILE */
#define STAGGER_US 250000    /* RFC 8305 §5: 250 ms before the next address */
#define KEEPALIVE_IDLE_S 60  /* chosen: most NATs forget a silent connection after minutes */
#define KEEPALIVE_EVERY_S 15
#define KEEPALIVE_COUNT 4

typedef struct {
  struct sockaddr_storage addresses[ADDRESSES_MAX];
  socklen_t               lengths[ADDRESSES_MAX];
  struct pollfd           polls[ADDRESSES_MAX]; /* fd -1: not yet, or no more */
  gsize                   n, next;
  int                     errno_seen; /* the most telling one */
} Race;

void
connected_free (Connected *self)
{
  if (self == NULL)
    return;
  if (self->fd >= 0)
    close (self->fd);
  g_free (self->address);
  g_free (self);
}

/* --- names --- */

static void
add_address (Race *race, const struct sockaddr *address, socklen_t len)
{
  if (race->n == ADDRESSES_MAX || len > sizeof race->addresses[0])
    return;
  memcpy (&race->addresses[race->n], address, len);
  race->lengths[race->n] = len;
  race->polls[race->n].fd = -1;
  race->n++;
}

/* RFC 6761: never asked of anyone, and there where no /etc/hosts is. */
static gboolean
is_localhost (const char *host)
{
  gsize len = strlen (host);

  if (len > 0 && host[len - 1] == '.')
    len--;
  return (len == 9 && g_ascii_strncasecmp (host, "localhost", 9) == 0) ||
         (len > 10 && g_ascii_strncasecmp (host + len - 10, ".localhost", 10) == 0);
}

static void
add_loopback (Race *race, guint16 port)
{
  struct sockaddr_in v4 = { .sin_family = AF_INET, .sin_port = g_htons (port), .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  struct sockaddr_in6 v6 = { .sin6_family = AF_INET6, .sin6_port = g_htons (port), .sin6_addr = IN6ADDR_LOOPBACK_INIT };

  add_address (race, (const struct sockaddr *) &v4, sizeof v4);
  add_address (race, (const struct sockaddr *) &v6, sizeof v6);
}

static gboolean
name_failed (const char *host, int status, GError **error)
{
  switch (status) {
  case EAI_NONAME:
#ifdef EAI_NODATA
  case EAI_NODATA:
  case EAI_ADDRFAMILY:
#endif
    g_set_error (error, FAULT, FAULT_NO_HOST, "there is no host called %s; check its spelling", host);
    break;
  case EAI_MEMORY:
    g_set_error (error, FAULT, FAULT_OS, "no memory to look up %s", host);
    break;
  default: /* AGAIN, FAIL, SYSTEM: offline, captive portal, name server down */
    g_set_error (error, FAULT, FAULT_TEMP, "the name %s could not be looked up: no network, or no name server answers; "
                 "it is tried again later", host);
  }
  return FALSE;
}

static gboolean
race_resolve (Race *race, const char *host, guint16 port, GError **error)
{
  struct addrinfo hints = { .ai_socktype = SOCK_STREAM, .ai_protocol = IPPROTO_TCP, .ai_flags = AI_NUMERICSERV };
  struct addrinfo *found = NULL;
  char service[8];
  int status;

  if (is_localhost (host)) {
    add_loopback (race, port);
    return TRUE;
  }
  g_snprintf (service, sizeof service, "%u", port);
  status = getaddrinfo (host, service, &hints, &found);
  if (status != 0)
    return name_failed (host, status, error);
  for (const struct addrinfo *at = found; at != NULL; at = at->ai_next)
    add_address (race, at->ai_addr, at->ai_addrlen);
  freeaddrinfo (found);
  return race->n > 0 ? TRUE : name_failed (host, EAI_NONAME, error);
}

/* --- addresses --- */

/* A refusal says more than silence, silence more than a missing route (an IPv6 address without IPv6). */
static void
note_errno (Race *race, int number)
{
  static const int order[] = { ENETUNREACH, EADDRNOTAVAIL, EAFNOSUPPORT, EHOSTUNREACH, ETIMEDOUT, EACCES, EPERM, ECONNREFUSED };
  gsize was = 0, is = 0;

  for (gsize i = 0; i < G_N_ELEMENTS (order); i++) {
    was = order[i] == race->errno_seen ? i + 1 : was;
    is = order[i] == number ? i + 1 : is;
  }
  if (race->errno_seen == 0 || is > was)
    race->errno_seen = number;
}

static void
give_up (Race *race, gsize i, int number)
{
  note_errno (race, number);
  if (race->polls[i].fd >= 0)
    close (race->polls[i].fd);
  race->polls[i].fd = -1;
}

static void
set_options (int fd)
{
  static const struct { int level, name, value; } options[] = {
    { IPPROTO_TCP, TCP_NODELAY, 1 },
    { SOL_SOCKET, SO_KEEPALIVE, 1 },
    { IPPROTO_TCP, TCP_KEEPIDLE, KEEPALIVE_IDLE_S },
    { IPPROTO_TCP, TCP_KEEPINTVL, KEEPALIVE_EVERY_S },
    { IPPROTO_TCP, TCP_KEEPCNT, KEEPALIVE_COUNT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (options); i++) /* a luxury each: the connection works without */
    (void) setsockopt (fd, options[i].level, options[i].name, &options[i].value, sizeof options[i].value);
}

static void
start_next (Race *race)
{
  gsize i = race->next++;
  int fd = socket (race->addresses[i].ss_family, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, IPPROTO_TCP);

  if (fd < 0) {
    note_errno (race, errno);
    return;
  }
  set_options (fd);
  race->polls[i] = (struct pollfd){ .fd = fd, .events = POLLOUT };
  if (connect (fd, (const struct sockaddr *) &race->addresses[i], race->lengths[i]) != 0 && errno != EINPROGRESS)
    give_up (race, i, errno);
}

static gsize
count_running (const Race *race)
{
  gsize count = 0;

  for (gsize i = 0; i < race->n; i++)
    count += race->polls[i].fd >= 0;
  return count;
}

/* Returns: the index of the first that is connected, or -1. */
static gssize
find_winner (Race *race)
{
  for (gsize i = 0; i < race->n; i++) {
    int number = 0;
    socklen_t len = sizeof number;

    if (race->polls[i].fd < 0 || race->polls[i].revents == 0)
      continue;
    if (getsockopt (race->polls[i].fd, SOL_SOCKET, SO_ERROR, &number, &len) == 0 && number == 0)
      return (gssize) i;
    give_up (race, i, number != 0 ? number : errno);
  }
  return -1;
}

/* Returns: the index of the connected address, or -1; all other sockets are closed. */
static gssize
race_run (Race *race, gint64 deadline_us)
{
  gint64 next_us = 0, now = g_get_monotonic_time ();
  gssize winner = -1;

  while (winner < 0 && now < deadline_us && (race->next < race->n || count_running (race) > 0)) {
    if (race->next < race->n && (now >= next_us || count_running (race) == 0)) {
      start_next (race);
      next_us = now + STAGGER_US;
    }
    if (count_running (race) > 0) {
      gint64 until = race->next < race->n ? MIN (next_us, deadline_us) : deadline_us;

      (void) poll (race->polls, race->n, (int) CLAMP ((until - now + 999) / 1000, 0, CONNECTOR_TIMEOUT_MAX_MS));
      winner = find_winner (race);
    }
    now = g_get_monotonic_time ();
  }
  for (gsize i = 0; i < race->n; i++)
    if ((gssize) i != winner && race->polls[i].fd >= 0)
      give_up (race, i, ETIMEDOUT);
  return winner;
}

static char *
race_describe (const Race *race, gsize i)
{
  char host[NI_MAXHOST], service[NI_MAXSERV];
  gboolean is_v6 = race->addresses[i].ss_family == AF_INET6;

  if (getnameinfo ((const struct sockaddr *) &race->addresses[i], race->lengths[i], host, sizeof host, service, sizeof service,
                   NI_NUMERICHOST | NI_NUMERICSERV) != 0)
    return g_strdup ("?");
  return g_strdup_printf (is_v6 ? "[%s]:%s" : "%s:%s", host, service);
}

static void
connect_failed (const char *host, guint16 port, int number, GError **error)
{
  switch (number) {
  case ECONNREFUSED:
    g_set_error (error, FAULT, FAULT_UNAVAILABLE, "%s refuses connections on port %u; check host and port", host, port);
    break;
  case EACCES:
  case EPERM:
    g_set_error (error, FAULT, FAULT_UNAVAILABLE, "connections to %s port %u are not allowed on this machine; look at its firewall", host, port);
    break;
  case 0:
  case ETIMEDOUT:
    g_set_error (error, FAULT, FAULT_TEMP, "%s port %u did not answer in time; it is tried again later", host, port);
    break;
  default:
    g_set_error (error, FAULT, FAULT_TEMP, "%s port %u cannot be reached (%s): no network? It is tried again later", host, port,
                 g_strerror (number));
  }
}

Connected *
connector_connect (const char *host, guint16 port, gint64 deadline_us, GError **error)
{
  Race race = { 0 };
  gssize winner;
  Connected *self;

  if (!race_resolve (&race, host, port, error))
    return NULL;
  winner = race_run (&race, deadline_us);
  if (winner < 0) {
    connect_failed (host, port, race.errno_seen, error);
    return NULL;
  }
  self = g_new0 (Connected, 1);
  self->fd = race.polls[winner].fd;
  self->address = race_describe (&race, (gsize) winner);
  return self;
}
