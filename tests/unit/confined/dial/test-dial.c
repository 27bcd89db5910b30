/* The real postrider-dial, behind its lock, as core would use it. argv: its path. */
#include "contract-dial1.h"
#include "fault.h"
#include "listener.h"
#include <arpa/inet.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define SILENCE_FILLERS 4

static const char *dial_path;

typedef struct {
  GSubprocess     *process;
  GDBusConnection *connection;
  PrDial1         *proxy;
} Dial;

static void
dial_start (Dial *self, const char *const *arguments)
{
  g_autoptr (GSubprocessLauncher) launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_NONE);
  g_autoptr (GPtrArray) argv = g_ptr_array_new ();
  g_autofree char *guid = g_dbus_generate_guid ();
  g_autoptr (GSocket) socket = NULL;
  g_autoptr (GSocketConnection) stream = NULL;
  g_autoptr (GError) error = NULL;
  int fds[2];

  g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, fds), ==, 0);
  g_subprocess_launcher_take_fd (launcher, fds[1], 3);
  g_ptr_array_add (argv, (gpointer) dial_path);
  for (; *arguments != NULL; arguments++)
    g_ptr_array_add (argv, (gpointer) *arguments);
  g_ptr_array_add (argv, NULL);
  self->process = g_subprocess_launcher_spawnv (launcher, (const char *const *) argv->pdata, &error);
  g_assert_no_error (error);
  g_object_unref (g_steal_pointer (&launcher)); /* closes the child's end here */
  socket = g_socket_new_from_fd (fds[0], &error);
  stream = g_socket_connection_factory_create_connection (socket);
  self->connection = g_dbus_connection_new_sync (G_IO_STREAM (stream), guid,
                                                 G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_SERVER |
                                                   G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_REQUIRE_SAME_USER,
                                                 NULL, NULL, &error);
  g_assert_no_error (error);
  self->proxy = pr_dial1_proxy_new_sync (self->connection, G_DBUS_PROXY_FLAGS_NONE, NULL, "/org/postrider", NULL, &error);
  g_assert_no_error (error);
}

/* When core goes, dial goes: with status 0. */
static void
dial_stop (Dial *self)
{
  g_autoptr (GError) error = NULL;

  g_clear_object (&self->proxy);
  g_dbus_connection_close_sync (self->connection, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&self->connection);
  g_subprocess_wait_check (self->process, NULL, &error);
  g_assert_no_error (error);
  g_clear_object (&self->process);
}

static int
get_option (int fd, int level, int name)
{
  int value = -1;
  socklen_t len = sizeof value;

  g_assert_cmpint (getsockopt (fd, level, name, &value, &len), ==, 0);
  return value;
}

static void
test_connect (void)
{
  guint16 port = 0;
  int listener = listener_open (0, &port), fd, accepted;
  g_autofree char *port_text = g_strdup_printf ("%u", port), *address = NULL, *wanted = g_strdup_printf ("127.0.0.1:%u", port);
  g_autoptr (GVariant) handle = NULL;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GError) error = NULL;
  Dial dial;
  char octet = 0;

  dial_start (&dial, (const char *const[]){ "--connect", "25", port_text, NULL });
  pr_dial1_call_connect_sync (dial.proxy, "localhost", port, 5000, NULL, &handle, &address, &fds, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpstr (address, ==, wanted);
  fd = g_unix_fd_list_get (fds, g_variant_get_handle (handle), &error);
  g_assert_no_error (error);
  g_assert_cmpint (get_option (fd, IPPROTO_TCP, TCP_NODELAY), ==, 1);
  g_assert_cmpint (get_option (fd, SOL_SOCKET, SO_KEEPALIVE), ==, 1);
  g_assert_true ((fcntl (fd, F_GETFL) & O_NONBLOCK) != 0);
  accepted = accept (listener, NULL, NULL);
  g_assert_cmpint (write (accepted, "2", 1), ==, 1);
  g_usleep (20000);
  g_assert_cmpint (read (fd, &octet, 1), ==, 1); /* nobody has read it before us */
  g_assert_cmpint (octet, ==, '2');
  close (fd);
  close (accepted);
  close (listener);
  dial_stop (&dial);
}

/* Each refused call leaves the process alive for the next. */
static void
test_refusals (void)
{
  static const struct { const char *host; guint16 port; guint timeout_ms; int code; } rows[] = {
    { "127.0.0.1", 26, 1000, FAULT_USAGE },       /* a port that core did not name */
    { "127.0.0.1", 9, 1000, FAULT_UNAVAILABLE },  /* nobody listens: refused */
    { "no such", 9, 1000, FAULT_USAGE },          /* not a host name: the contract refuses it */
    { "256.1.1.1.invalid.", 9, 8000, FAULT_NO_HOST }, /* or TEMP without a name server */
    { "localhost", 9, 0, FAULT_UNAVAILABLE },     /* no time at all: refused at once, or too late */
  };
  Dial dial;

  dial_start (&dial, (const char *const[]){ "--connect", "9", NULL });
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (pr_dial1_call_connect_sync (dial.proxy, rows[i].host, rows[i].port, rows[i].timeout_ms, NULL, NULL, NULL, NULL,
                                                NULL, &error));
    g_assert_cmpint (error->domain, ==, FAULT);
    if (error->code != FAULT_TEMP || i < 3)
      g_assert_cmpint (error->code, ==, rows[i].code);
    fault_strip_remote (error);
    g_test_message ("%s", error->message);
  }
  dial_stop (&dial);
}

typedef struct {
  guint   done, connected;
  GError *error; /* of the last */
} Parallel;

static void
parallel_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Parallel *parallel = data;

  g_clear_error (&parallel->error);
  parallel->connected += pr_dial1_call_connect_finish (PR_DIAL1 (source), NULL, NULL, NULL, result, &parallel->error);
  parallel->done++;
}

/* A listener whose queue is full: the kernel drops what else knocks, as a firewall does. */
static int
open_silence (guint16 *out_port, int fillers[SILENCE_FILLERS])
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  int fd = listener_open (0, out_port);

  g_assert_cmpint (listen (fd, 0), ==, 0);
  address.sin_port = g_htons (*out_port);
  for (guint i = 0; i < SILENCE_FILLERS; i++) {
    fillers[i] = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
    (void) connect (fillers[i], (const struct sockaddr *) &address, sizeof address);
  }
  return fd;
}

/* A host that does not answer holds nobody else up, and is given up in time. */
static void
test_parallel (void)
{
  guint16 port = 0, silent_port = 0;
  int fillers[SILENCE_FILLERS], listener = listener_open (0, &port), silence = open_silence (&silent_port, fillers);
  g_autofree char *port_text = g_strdup_printf ("%u", port), *silent_text = g_strdup_printf ("%u", silent_port);
  Parallel silent = { 0, 0, NULL }, fine = { 0, 0, NULL };
  Dial dial;

  dial_start (&dial, (const char *const[]){ "--connect", port_text, silent_text, NULL });
  pr_dial1_call_connect (dial.proxy, "127.0.0.1", silent_port, 1000, NULL, NULL, parallel_cb, &silent);
  for (guint i = 0; i < 4; i++)
    pr_dial1_call_connect (dial.proxy, "127.0.0.1", port, 3000, NULL, NULL, parallel_cb, &fine);
  while (fine.done < 4)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (fine.connected, ==, 4);
  while (silent.done < 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpuint (silent.connected, ==, 0);
  g_assert_error (silent.error, FAULT, FAULT_TEMP);
  g_clear_error (&silent.error);
  for (guint i = 0; i < SILENCE_FILLERS; i++)
    close (fillers[i]);
  close (silence);
  close (listener);
  dial_stop (&dial);
}

/* Calls that a dial which listens on any port of 127.0.0.1 has to refuse, as USAGE. */
static void
refuse_others (PrDial1 *proxy, guint16 bound_port)
{
  static const struct { const char *address; guint16 port; } rows[] = {
    { "127.0.0.1", 2525 }, /* another port than its argv's */
    { "::1", 0 },          /* another address */
    { "0.0.0.0", 0 },      /* all of this machine's */
    { "127.0.0.2", 0 },    /* loopback too, and not ours */
    { "", 0 },
    { "localhost", 0 },    /* a name */
  };
  g_autoptr (GError) other = NULL;

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_false (pr_dial1_call_listen_sync (proxy, rows[i].address, rows[i].port, NULL, NULL, NULL, NULL, NULL, &error));
    g_assert_error (error, FAULT, FAULT_USAGE);
  }
  g_assert_false (pr_dial1_call_connect_sync (proxy, "127.0.0.1", bound_port, 1000, NULL, NULL, NULL, NULL, NULL, &other));
  g_assert_error (other, FAULT, FAULT_USAGE); /* a listening dial connects nowhere */
}

static void
test_listen (void)
{
  g_autoptr (GVariant) handle = NULL;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GError) error = NULL;
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  guint16 port = 0;
  int fd = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  Dial dial;

  dial_start (&dial, (const char *const[]){ "--listen", "127.0.0.1", "0", NULL });
  pr_dial1_call_listen_sync (dial.proxy, "127.0.0.1", 0, NULL, &handle, &port, &fds, NULL, &error);
  g_assert_no_error (error);
  g_assert_cmpuint (port, >, 0);
  address.sin_port = g_htons (port);
  g_assert_cmpint (connect (fd, (const struct sockaddr *) &address, sizeof address), ==, 0);
  refuse_others (dial.proxy, port);
  close (fd);
  dial_stop (&dial);
}

/* The same port in both families, as a redirect to "localhost" wants it. Where there is no IPv6 it is said so. */
static void
test_listen_twice (void)
{
  g_autoptr (GVariant) handle = NULL;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GError) error = NULL;
  struct sockaddr_in6 address = { .sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  guint16 port = 0, bound = 0;
  int v4 = listener_open (0, &port), v6 = socket (AF_INET6, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_autofree char *port_text = g_strdup_printf ("%u", port);
  Dial dial;

  dial_start (&dial, (const char *const[]){ "--listen", "::1", port_text, NULL });
  if (pr_dial1_call_listen_sync (dial.proxy, "::1", port, NULL, &handle, &bound, &fds, NULL, &error)) {
    g_assert_cmpuint (bound, ==, port);
    address.sin6_port = g_htons (port);
    g_assert_cmpint (connect (v6, (const struct sockaddr *) &address, sizeof address), ==, 0);
  } else {
    g_assert_error (error, FAULT, FAULT_UNAVAILABLE);
  }
  close (v4);
  close (v6);
  dial_stop (&dial);
}

/* DNS may be absent where this runs: what counts is an answer in words, and a live process. */
static void
test_lookup (void)
{
  g_auto (GStrv) records = NULL;
  g_autoptr (GError) error = NULL, usage = NULL;
  Dial dial;

  dial_start (&dial, (const char *const[]){ "--connect", "25", NULL });
  g_assert_false (pr_dial1_call_lookup_sync (dial.proxy, "example.invalid", "ANY", NULL, NULL, &usage));
  g_assert_error (usage, FAULT, FAULT_USAGE);
  if (pr_dial1_call_lookup_sync (dial.proxy, "example.invalid", "TXT", &records, NULL, &error))
    g_assert_cmpuint (g_strv_length (records), ==, 0);
  else
    g_assert_error (error, FAULT, FAULT_TEMP);
  dial_stop (&dial);
}

static void
test_usage (void)
{
  static const char *const rows[][4] = {
    { NULL },                         /* nothing */
    { "--connect", NULL },            /* no port */
    { "--connect", "0", NULL },       /* not a port */
    { "--connect", "65536", NULL },   /* not a port */
    { "--connect", "25x", NULL },     /* not a number */
    { "--listen", "1", NULL },        /* no address */
    { "--listen", "0.0.0.0", "1", NULL }, /* not loopback */
    { "--listen", "127.0.0.1", "x", NULL },
    { "--proxy", "25", NULL },        /* unknown */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (GSubprocess) process = g_subprocess_new (G_SUBPROCESS_FLAGS_STDERR_SILENCE, &error, dial_path, rows[i][0],
                                                        rows[i][0] != NULL ? rows[i][1] : NULL,
                                                        rows[i][0] != NULL && rows[i][1] != NULL ? rows[i][2] : NULL,
                                                        rows[i][0] != NULL && rows[i][1] != NULL && rows[i][2] != NULL ? rows[i][3] : NULL, NULL);

    g_assert_no_error (error);
    g_subprocess_wait (process, NULL, NULL);
    g_assert_cmpint (g_subprocess_get_exit_status (process), ==, FAULT_USAGE);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  dial_path = argv[1];
  fault_quark ();
  g_test_add_func ("/confined/dial/dial/connect", test_connect);
  g_test_add_func ("/confined/dial/dial/refusals", test_refusals);
  g_test_add_func ("/confined/dial/dial/parallel", test_parallel);
  g_test_add_func ("/confined/dial/dial/listen", test_listen);
  g_test_add_func ("/confined/dial/dial/listen-twice", test_listen_twice);
  g_test_add_func ("/confined/dial/dial/lookup", test_lookup);
  g_test_add_func ("/confined/dial/dial/usage", test_usage);
  return g_test_run ();
}
