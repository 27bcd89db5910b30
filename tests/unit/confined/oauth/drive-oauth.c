/* drive-oauth.c - the real postrider-oauth behind its lock, asked for others: calls as lines on standard input, answers as lines on standard output.
 * A call is lines `key=value` (percent-encoded), ended by an empty one; so is an answer. Keys: method port socket (tcp tcp6 unix) url timeout authorities
 * client_id client_secret code verifier redirect token scope; begin=yes: the answer is not waited for, but comes before that to the next call, with
 * late=yes. First comes a line `pid=N`. */
#include "contract-oauth1.h"
#include "fault.h"
#include "peer.h"
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <stdio.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <unistd.h>

#define CALL_TIMEOUT_MS 120000

typedef struct {
  GUnixFDList *fds;
  GHashTable  *keys;
  int          access_token, refresh_token; /* -1: not asked for */
} DriverCall;

static void
call_free (DriverCall *call)
{
  if (call == NULL)
    return;
  g_object_unref (call->fds);
  g_hash_table_unref (call->keys);
  g_free (call);
}

G_DEFINE_AUTOPTR_CLEANUP_FUNC (DriverCall, call_free)

static GDBusProxy *proxy;
static guint n_late = 0; /* calls that were begun and are not answered */

/* --- lines --- */

static GHashTable *
read_call (void)
{
  g_autoptr (GHashTable) keys = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, g_free);
  static char line[65536];

  while (fgets (line, sizeof line, stdin) != NULL && *g_strchomp (line) != '\0') {
    char *equals = strchr (line, '=');

    g_assert_nonnull (equals);
    g_hash_table_insert (keys, g_strndup (line, (gsize) (equals - line)), g_uri_unescape_string (equals + 1, NULL));
  }
  return g_hash_table_size (keys) > 0 ? g_steal_pointer (&keys) : NULL;
}

static void
say (const char *key, const char *value)
{
  g_autofree char *escaped = g_uri_escape_string (value, NULL, FALSE);

  printf ("%s=%s\n", key, escaped);
}

static const char *
get (const DriverCall *call, const char *key)
{
  const char *value = g_hash_table_lookup (call->keys, key);

  return value != NULL ? value : "";
}

/* --- descriptors --- */

static int
make_memory (const char *text)
{
  int fd = memfd_create ("given", MFD_CLOEXEC);

  g_assert_cmpint (write (fd, text, strlen (text)), ==, strlen (text));
  lseek (fd, 0, SEEK_SET);
  return fd;
}

/* As dial makes it: connected, then non-blocking. */
static int
make_socket (const char *kind, guint16 port)
{
  struct sockaddr_in in = { .sin_family = AF_INET, .sin_port = g_htons (port), .sin_addr.s_addr = g_htonl (INADDR_LOOPBACK) };
  struct sockaddr_in6 in6 = { .sin6_family = AF_INET6, .sin6_port = g_htons (port), .sin6_addr = IN6ADDR_LOOPBACK_INIT };
  gboolean is_six = strcmp (kind, "tcp6") == 0;
  int fd, pair[2];

  if (strcmp (kind, "unix") == 0) {
    g_assert_cmpint (socketpair (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair), ==, 0);
    return pair[0]; /* the other end stays open, and silent */
  }
  fd = socket (is_six ? AF_INET6 : AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (connect (fd, is_six ? (struct sockaddr *) &in6 : (struct sockaddr *) &in, is_six ? sizeof in6 : sizeof in) != 0)
    g_error ("port %u: %s", port, g_strerror (errno));
  g_assert_cmpint (fcntl (fd, F_SETFL, O_NONBLOCK), ==, 0);
  return fd;
}

/* Takes fd. Returns: a floating handle. */
static GVariant *
give (DriverCall *call, int fd)
{
  int index = g_unix_fd_list_append (call->fds, fd, NULL);

  close (fd);
  return g_variant_new_handle (index);
}

static GVariant *
give_secret (DriverCall *call, const char *key)
{
  return give (call, make_memory (get (call, key)));
}

static GVariant *
give_room (DriverCall *call, int *out_fd)
{
  int index;

  *out_fd = make_memory ("");
  index = g_unix_fd_list_append (call->fds, *out_fd, NULL);
  return g_variant_new_handle (index);
}

/* --- calls --- */

static GVariant *
build_arguments (DriverCall *call)
{
  const char *method = get (call, "method");
  GVariantBuilder builder;

  g_variant_builder_init (&builder, G_VARIANT_TYPE_TUPLE);
  g_variant_builder_add (&builder, "s", get (call, "url"));
  g_variant_builder_add (&builder, "u", (guint) g_ascii_strtoull (get (call, "timeout"), NULL, 10));
  g_variant_builder_add_value (&builder, give (call, make_socket (get (call, "socket"), (guint16) g_ascii_strtoull (get (call, "port"), NULL, 10))));
  g_variant_builder_add_value (&builder, give_secret (call, "authorities"));
  g_variant_builder_add (&builder, "s", get (call, "client_id"));
  g_variant_builder_add_value (&builder, give_secret (call, "client_secret"));
  if (strcmp (method, "Exchange") == 0) {
    g_variant_builder_add_value (&builder, give_secret (call, "code"));
    g_variant_builder_add_value (&builder, give_secret (call, "verifier"));
    g_variant_builder_add (&builder, "s", get (call, "redirect"));
  } else {
    g_variant_builder_add_value (&builder, give_secret (call, "token"));
  }
  if (strcmp (method, "Refresh") == 0) {
    g_variant_builder_add_value (&builder, give_secret (call, "hold"));
    g_variant_builder_add (&builder, "s", get (call, "scope"));
  }
  if (strcmp (method, "Revoke") != 0) {
    g_variant_builder_add_value (&builder, give_room (call, &call->access_token));
    g_variant_builder_add_value (&builder, give_room (call, &call->refresh_token));
  }
  return g_variant_builder_end (&builder);
}

static void
say_token (const char *key, int fd)
{
  char buffer[8192];
  gssize n;

  if (fd < 0)
    return;
  n = pread (fd, buffer, sizeof buffer - 1, 0);
  g_assert_cmpint (n, >=, 0);
  buffer[n] = '\0';
  say (key, buffer);
  close (fd);
}

static void
say_values (GVariant *answer)
{
  static const char *const names[] = { "outcome", "text", "is_begun", "expires_s", "refresh_expires_s", "scope", "address" };

  for (gsize i = 0; i < g_variant_n_children (answer); i++) {
    g_autoptr (GVariant) value = g_variant_get_child_value (answer, i);
    g_autofree char *text = g_variant_is_of_type (value, G_VARIANT_TYPE_STRING) ? g_variant_dup_string (value, NULL) : g_variant_print (value, FALSE);

    say (names[i], text);
  }
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  DriverCall *call = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) answer = g_dbus_proxy_call_with_unix_fd_list_finish (proxy, NULL, result, &error);
  g_autofree char *name = error != NULL ? g_dbus_error_get_remote_error (error) : NULL;

  if (*get (call, "begin") != '\0') {
    n_late--;
    say ("late", "yes");
  }
  g_assert (answer != NULL || error != NULL);
  if (answer != NULL)
    say_values (answer);
  else
    say ("fault", name != NULL ? name : error->message);
  say_token ("access_token", call->access_token);
  say_token ("refresh_token", call->refresh_token);
  printf ("\n");
  fflush (stdout);
  g_hash_table_insert (call->keys, g_strdup ("done"), g_strdup ("yes"));
}

/* Takes keys. Returns: the call, to be freed when it is answered. */
static DriverCall *
call_start (GHashTable *keys)
{
  DriverCall *call = g_new0 (DriverCall, 1);
  GVariant *arguments;

  call->keys = keys;
  call->fds = g_unix_fd_list_new ();
  call->access_token = call->refresh_token = -1;
  arguments = build_arguments (call);
  g_dbus_proxy_call_with_unix_fd_list (proxy, get (call, "method"), arguments, G_DBUS_CALL_FLAGS_NONE, CALL_TIMEOUT_MS, call->fds, NULL, answered_cb, call);
  return call;
}

static void
wait_for (const DriverCall *call)
{
  while (*get (call, "done") == '\0')
    g_main_context_iteration (NULL, TRUE);
}

/* --- the program --- */

static void
ready_cb (Peer *peer, const GError *error, gpointer data)
{
  if (error != NULL)
    g_error ("%s", error->message);
  *(gboolean *) data = TRUE;
}

static void
closed_cb (Peer *peer, PeerEnd end, const char *why, gpointer data)
{
  fprintf (stderr, "drive-oauth: it ended%s: %s\n", end == PEER_VIOLATED ? " for a violation" : "", why);
}

int
main (int argc, char *argv[])
{
  PeerSpec spec = { .program = "oauth", .interface = "org.postrider.OAuth1" };
  g_autoptr (GError) error = NULL;
  g_autoptr (Peer) peer = NULL;
  g_autoptr (DriverCall) late = NULL;
  gboolean is_ready = FALSE;
  GHashTable *keys;

  fault_quark ();
  peer = peer_start (&spec, ready_cb, closed_cb, &is_ready);
  while (!is_ready)
    g_main_context_iteration (NULL, TRUE);
  proxy = G_DBUS_PROXY (pr_oauth1_proxy_new_sync (peer_get_connection (peer), G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL, PEER_PATH, NULL, &error));
  g_assert_no_error (error);
  printf ("pid=%d\n", (int) peer_get_pid (peer));
  fflush (stdout);
  while ((keys = read_call ()) != NULL) {
    DriverCall *call = call_start (keys);

    if (*get (call, "begin") != '\0') {
      late = call;
      n_late++;
      continue;
    }
    wait_for (call);
    call_free (call);
    if (late != NULL)
      wait_for (late);
    g_clear_pointer (&late, call_free);
  }
  g_object_unref (proxy);
  return n_late > 0;
}
