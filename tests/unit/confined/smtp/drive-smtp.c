/* drive-smtp HOST-PORT CONNECTIONS MESSAGES [WINDOW [USER TOKEN NEXT-TOKEN]] - messages a second of the whole postrider-smtp into a server on loopback.
 * No test: numbers for people. It plays core: keeps about two windows handed over, dials when asked; signed in as USER by TOKEN, and by NEXT-TOKEN
 * once another one is asked for. */
#include "transport-client.h"

#include <arpa/inet.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#define BATCH 500

static guint16 port;
static guint connections, open_count;

static int
dial (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_port = htons (port), .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0), on = 1;

  if (connect (fd, (struct sockaddr *) &address, sizeof address) != 0)
    g_error ("connect: %s", g_strerror (errno));
  setsockopt (fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  return fd;
}

/* utime and stime in µs. */
static double
cpu_us (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/stat", pid), *text = NULL;
  unsigned long user, system;

  if (!g_file_get_contents (path, &text, NULL, NULL) ||
      sscanf (strrchr (text, ')') + 1, " %*c %*d %*d %*d %*d %*d %*u %*u %*u %*u %*u %lu %lu", &user, &system) != 2)
    return 0;
  return (double) (user + system) * 1e6 / (double) sysconf (_SC_CLK_TCK);
}

static guint
resident_kib (GPid pid)
{
  g_autofree char *path = g_strdup_printf ("/proc/%d/statm", pid), *text = NULL;
  unsigned pages = 0;

  if (g_file_get_contents (path, &text, NULL, NULL))
    (void) !sscanf (text, "%*u %u", &pages);
  return pages * 4;
}

int
main (int argc, char *argv[])
{
  guint messages = argc > 3 ? (guint) atoi (argv[3]) : 0, handed = 0, early_kib = 0;
  g_autofree char *settings = NULL, *login = argc > 7 ? g_strdup_printf (", 'secret': <'oauth'>, 'user': <'%s'>", argv[5]) : g_strdup (""), *body = g_strnfill (1500, 'x');
  g_autoptr (GString) text = g_string_new ("Dear {{name}},\n\n{{word}}\n");
  Client *client;
  gint64 start;
  double seconds;
  struct rusage us;

  if (messages == 0)
    return 64;
  port = (guint16) atoi (argv[1]);
  connections = (guint) atoi (argv[2]);
  settings = g_strdup_printf ("{'tls': <'none'>, 'window': <uint32 %d>%s}", argc > 4 ? atoi (argv[4]) : 10, login);
  for (guint i = 0; i < 1500; i += 72)
    g_string_append_printf (text, "%.72s\n", body + i);
  client = client_new ("smtp");
  client->is_quiet = TRUE;
  client_open (client, settings, argc > 7 ? argv[6] : "");
  client_begin (client, 1, text->str);
  for (open_count = 0; open_count < connections; open_count++)
    client_add (client, dial ());
  if (argc > 7) {
    client_send (client, 1, ++handed, 1);
    client_wait_log (client, "need-secret");
    printf ("%s\n", client->text);
    client_renew (client, argv[7], 0);
    for (open_count = 0; open_count < connections; open_count++)
      client_add (client, dial ());
  }
  start = g_get_monotonic_time ();
  while (client->outcomes < messages) {
    while (handed < messages && handed - client->outcomes < 2 * BATCH + 40 * connections) {
      client_send (client, 1, handed + 1, MIN (BATCH, messages - handed));
      handed += MIN (BATCH, messages - handed);
    }
    g_main_context_iteration (NULL, TRUE);
    if (early_kib == 0 && client->outcomes > messages / 10)
      early_kib = resident_kib (peer_get_pid (client->peer));
  }
  seconds = (double) (g_get_monotonic_time () - start) / 1e6;
  getrusage (RUSAGE_SELF, &us);
  printf ("%u messages, %u connections: %.0f a second; transport %.1f us CPU a message, we %.1f; "
          "%u accepted, %u refused, %u later, %u unknown; %u KiB after a tenth, %u at the end %s\n", messages, connections, messages / seconds,
          cpu_us (peer_get_pid (client->peer)) / messages,
          ((double) us.ru_utime.tv_sec + us.ru_stime.tv_sec) * 1e6 / messages + (double) (us.ru_utime.tv_usec + us.ru_stime.tv_usec) / messages,
          client->tally[STATE_ACCEPTED], client->tally[STATE_REFUSED], client->tally[STATE_LATER], client->tally[STATE_UNKNOWN], early_kib,
          resident_kib (peer_get_pid (client->peer)), client->log->str);
  client_free (client);
  return 0;
}
