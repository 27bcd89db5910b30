/* A dial that was taken over gives a socket to another machine, where an account of this machine is meant: its password is not said to it in the
 * clear. The transport is the real one. All of it in a network namespace of its own, in which 192.0.2.1 (RFC 5737) is that other machine. */
#include "account-test.h"
#include "database-open.h"
#include "database.h"
#include "dialer.h"
#include "fault.h"
#include "vault.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <net/if.h>
#include <sched.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <unistd.h>

#define ELSEWHERE "192.0.2.1"
#define PASSWORD "correct horse"
#define SECRET_PLAIN "AGFubgBjb3JyZWN0IGhvcnNl" /* RFC 4616: NUL ann NUL correct horse */

/* --- a machine with another one in it --- */

static gboolean
write_file (const char *path, const char *text)
{
  int fd = open (path, O_WRONLY | O_CLOEXEC);
  gboolean is_written = fd >= 0 && write (fd, text, strlen (text)) == (gssize) strlen (text);

  if (fd >= 0)
    close (fd);
  return is_written;
}

static gboolean
write_map (const char *path, guint id)
{
  g_autofree char *text = g_strdup_printf ("%u %u 1", id, id);

  return write_file (path, text);
}

/* Before there is a thread. */
static gboolean
enter_namespace (void)
{
  guint uid = getuid (), gid = getgid ();

  if (uid == 0)
    return unshare (CLONE_NEWNET) == 0;
  return unshare (CLONE_NEWUSER | CLONE_NEWNET) == 0 && write_file ("/proc/self/setgroups", "deny") && write_map ("/proc/self/uid_map", uid) &&
         write_map ("/proc/self/gid_map", gid);
}

static gboolean
add_address (int fd, const char *interface, const char *text)
{
  struct ifreq request = { 0 };
  struct sockaddr_in *address = (struct sockaddr_in *) &request.ifr_addr;

  g_strlcpy (request.ifr_name, interface, IFNAMSIZ);
  address->sin_family = AF_INET;
  inet_pton (AF_INET, text, &address->sin_addr);
  if (ioctl (fd, SIOCSIFADDR, &request) != 0)
    return FALSE;
  request.ifr_flags = IFF_UP | IFF_RUNNING;
  return ioctl (fd, SIOCSIFFLAGS, &request) == 0;
}

static gboolean
make_machines (void)
{
  int fd = enter_namespace () ? socket (AF_INET, SOCK_DGRAM, 0) : -1;
  gboolean is_made = fd >= 0 && add_address (fd, "lo", "127.0.0.1") && add_address (fd, "lo:1", ELSEWHERE);

  if (fd >= 0)
    close (fd);
  return is_made;
}

/* --- a server that offers a login in the clear, and notes what it is told --- */

typedef struct {
  int      listener;
  guint16  port;
  GString *heard; /* whole only when the thread has ended */
  GThread *thread;
} Server;

static void
serve_one (Server *self, int fd)
{
  static const char *const answers[] = { "250-mx\r\n250 AUTH PLAIN\r\n", "235 yes\r\n", "221 bye\r\n" };
  char line[1024];
  gssize got;

  g_assert_cmpint (send (fd, "220 mx\r\n", 8, MSG_NOSIGNAL), ==, 8);
  for (gsize i = 0; (got = recv (fd, line, sizeof line, 0)) > 0; i++) {
    g_string_append_len (self->heard, line, got);
    if (i < G_N_ELEMENTS (answers))
      (void) !send (fd, answers[i], strlen (answers[i]), MSG_NOSIGNAL);
  }
  close (fd);
}

static gpointer
serve (gpointer data)
{
  Server *self = data;
  int fd;

  while ((fd = accept (self->listener, NULL, NULL)) >= 0)
    serve_one (self, fd);
  return NULL;
}

static void
server_start (Server *self)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_ANY) };
  socklen_t len = sizeof address;

  self->heard = g_string_new (NULL);
  self->listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  g_assert_cmpint (bind (self->listener, (struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (self->listener, 4), ==, 0);
  g_assert_cmpint (getsockname (self->listener, (struct sockaddr *) &address, &len), ==, 0);
  self->port = ntohs (address.sin_port);
  self->thread = g_thread_new ("server", serve, self);
}

/* Returns: (transfer full) all that it was told. */
static char *
server_stop (Server *self)
{
  shutdown (self->listener, SHUT_RDWR);
  g_thread_join (self->thread);
  close (self->listener);
  return g_string_free (self->heard, FALSE);
}

/* --- an account, tested as a person does --- */

typedef struct {
  gboolean  is_over;
  GVariant *report;
  GError   *error;
} Trial;

static void
tested_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Trial *trial = data;

  trial->report = account_test_finish (result, &trial->error);
  trial->is_over = TRUE;
}

static void
remove_folder (const char *root)
{
  static const char *const files[] = { "vault", "state/vault.key", "db", "db-wal", "db-shm", "state", "" };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_build_filename (root, files[i], NULL);

    g_remove (path);
  }
}

/* Returns: (transfer full) what the server was told. */
static char *
run_test (const char *host, gboolean is_insecure, Trial *trial)
{
  g_autofree char *root = g_dir_make_tmp ("elsewhere-XXXXXX", NULL), *db = g_build_filename (root, "db", NULL);
  g_autofree char *state = g_build_filename (root, "state", NULL);
  g_autoptr (SecretBytes) secret = secret_bytes_new (PASSWORD, strlen (PASSWORD));
  g_autoptr (GError) error = NULL;
  Server server = { 0 };
  int is_made = g_mkdir (state, 0700);
  Core core = { .database = database_open (db, &error), .dialer = dialer_new (), .vault = vault_new (root, state, &error) };
  g_autoptr (Account) account = account_new (kinds[0]);

  g_assert_cmpint (is_made, ==, 0);
  g_assert_no_error (error);
  server_start (&server);
  account->name = g_strdup ("a");
  account->address = g_strdup ("ann@example.org");
  account->needs_password = TRUE;
  account_set_text (account, SETTING_HOST, host);
  account_set_number (account, SETTING_PORT, server.port);
  account_set_text (account, SETTING_TLS, "none");
  account_set_text (account, SETTING_USER, "ann");
  account_set_text (account, SETTING_INSECURE, is_insecure ? "yes" : "");
  g_assert_true (account_add (&core, account, secret, &error));
  account_test_async (&core, account, NULL, tested_cb, trial);
  while (!trial->is_over)
    g_main_context_iteration (NULL, TRUE);
  dialer_free (core.dialer);
  database_close (core.database);
  vault_free (core.vault);
  remove_folder (root);
  return server_stop (&server);
}

/* host: what liar.c makes of it. */
static const struct { const char *name, *host; gboolean is_insecure, is_said, is_refused; } rows[] = {
  { "this-machine", "honest.example", FALSE, TRUE, FALSE },             /* the control */
  { "this-machine-by-address", "127.0.0.1", FALSE, TRUE, FALSE },       /* the control */
  { "elsewhere-agreed", "elsewhere.example", TRUE, TRUE, FALSE },       /* a person said --insecure */
  { "elsewhere", "elsewhere.example", FALSE, FALSE, FALSE },            /* the transport does not say it */
  { "elsewhere-for-localhost", "localhost", FALSE, FALSE, TRUE },       /* core does not even hand the socket on */
  { "elsewhere-for-localhost-agreed", "LocalHost", TRUE, FALSE, TRUE }, /* and what was agreed to was another machine */
  { "elsewhere-for-an-address", "127.0.0.2", TRUE, FALSE, TRUE },
};

static void
test_row (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  Trial trial = { 0 };
  g_autofree char *heard = run_test (rows[i].host, rows[i].is_insecure, &trial);

  g_test_message ("%s", heard);
  g_assert_cmpint (strstr (heard, SECRET_PLAIN) != NULL, ==, rows[i].is_said);
  g_assert_cmpint (*heard == '\0', ==, rows[i].is_refused);
  if (rows[i].is_refused)
    g_assert_error (trial.error, FAULT, FAULT_TEMP);
  g_clear_pointer (&trial.report, g_variant_unref);
  g_clear_error (&trial.error);
}

int
main (int argc, char *argv[])
{
  gboolean is_made = make_machines ();

  fault_quark ();
  g_test_init (&argc, &argv, NULL);
  if (!is_made) {
    g_print ("1..0 # SKIP no network namespace of its own can be made here\n");
    return 0;
  }
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strconcat ("/core/account/elsewhere/elsewhere/", rows[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_row);
  }
  return g_test_run ();
}
