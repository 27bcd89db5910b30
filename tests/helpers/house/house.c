#include "house.h"

#include "fault.h"
#include "parts.h"
#include "peer.h"
#include "stand-in.h"
#include "store.h"
#include <glib/gstdio.h>
#include <netinet/in.h>
#include <signal.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#define PATIENCE_US (15 * (gint64) G_USEC_PER_SEC) /* below libFuzzer's -timeout=20, and far above what anything here takes */
#define ENDING_US 2000 /* GDBus's thread tells the loop of a closed connection in less */
#define LIED_PATIENCE_US 20000                     /* after a lie nobody owes an answer: a few turns of the loop */

static struct {
  char   *folder, *home, *state, *socket;
  int     listener; /* where honest connections end */
  guint16 port;
  GHashTable *furniture; /* path -> GBytes, both of home and state */
} ground;

const char *
house_get_socket (void)
{
  return ground.socket;
}

/* --- in place of --- */

/* Argon2 is slow by intent, and no foreign octet gets into it but the passphrase. */
int
crypto_pwhash (unsigned char *const out, unsigned long long out_len, const char *const password, unsigned long long password_len,
               const unsigned char *const salt, unsigned long long passes, size_t memory, int algorithm)
{
  return crypto_generichash (out, (size_t) out_len, (const unsigned char *) password, password_len, salt, crypto_pwhash_SALTBYTES);
}

static void
ignore_cb (int number) /* App1.Leave ends core by SIGTERM */
{
}

static void
log_cb (const char *domain, GLogLevelFlags level, const char *text, gpointer data)
{
  if (level & (G_LOG_LEVEL_ERROR | G_LOG_LEVEL_CRITICAL))
    g_printerr ("%s: %s\n", domain, text);
}

static void
list_fds (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename ("/proc/self/fd", name, NULL), *target = g_file_read_link (path, NULL);

    g_printerr ("  descriptor %s: %s\n", name, target != NULL ? target : "?");
  }
}

void
house_fail (const char *what, const char *of)
{
  g_printerr ("%s: %s\n", what, of);
  list_fds ();
  abort (); /* g_error() traps, which libFuzzer does not take for a finding */
}

/* --- waiting --- */

static void
wait_for (gboolean (*is_done) (gconstpointer data), gconstpointer data, const char *what)
{
  gint64 start_us = g_get_monotonic_time ();

  while (!is_done (data)) {
    gint64 waited_us = g_get_monotonic_time () - start_us;

    if (waited_us > PATIENCE_US)
      house_fail ("it does not come", what);
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (50);
  }
}

static gboolean
is_answered (gconstpointer data)
{
  return ((const House *) data)->pending == 0;
}

void
house_await (House *self)
{
  wait_for (is_answered, self, "the answer to a call");
}

int
house_ask (House *self, const char *method, const char *body)
{
  house_call_text (self, method, body);
  house_await (self);
  return self->code;
}

void
house_settle (House *self)
{
  gint64 start_us = g_get_monotonic_time (), lied_us = 0, now_us;

  while (self->pending > 0) {
    now_us = g_get_monotonic_time ();
    if (stand_in_lied () && lied_us == 0)
      lied_us = now_us;
    if (lied_us != 0 && now_us - lied_us > LIED_PATIENCE_US)
      return;
    if (now_us - start_us > PATIENCE_US)
      house_fail ("it does not come", "the answer to a call");
    if (!g_main_context_iteration (NULL, FALSE))
      g_usleep (50);
  }
}

/* --- folders --- */

static void
empty_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL);

    if (g_file_test (child, G_FILE_TEST_IS_DIR))
      empty_folder (child);
    g_remove (child);
  }
}

static void
remember_folder (const char *path)
{
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  const char *name;

  while ((name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *child = g_build_filename (path, name, NULL), *text = NULL;
    gsize len = 0;

    if (g_file_test (child, G_FILE_TEST_IS_REGULAR) && g_file_get_contents (child, &text, &len, NULL))
      g_hash_table_insert (ground.furniture, g_steal_pointer (&child), g_bytes_new_take (g_steal_pointer (&text), len));
  }
}

static void
lay_out (void)
{
  GHashTableIter iter;
  gpointer path, bytes;

  g_hash_table_iter_init (&iter, ground.furniture);
  while (g_hash_table_iter_next (&iter, &path, &bytes)) {
    g_assert_true (g_file_set_contents_full (path, g_bytes_get_data (bytes, NULL), (gssize) g_bytes_get_size (bytes), G_FILE_SET_CONTENTS_NONE, 0600, NULL));
  }
}

static guint
count_fds (void)
{
  g_autoptr (GDir) dir = g_dir_open ("/proc/self/fd", 0, NULL);
  guint n = 0;

  while (g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

/* --- the client --- */

static void
connected_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  *(GDBusConnection **) data = g_dbus_connection_new_for_address_finish (result, &error);
  g_assert_no_error (error);
}

static gboolean
is_there (gconstpointer data)
{
  return *(GDBusConnection *const *) data != NULL;
}

static void
connect_client (House *self)
{
  g_autofree char *address = g_strconcat ("unix:path=", ground.socket, NULL);

  g_dbus_connection_new_for_address (address, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT, NULL, NULL, connected_cb, &self->client);
  wait_for (is_there, &self->client, "a connection to core");
  g_dbus_connection_set_exit_on_close (self->client, FALSE);
}

static void
disconnect_client (House *self)
{
  if (self->client != NULL)
    g_dbus_connection_close (self->client, NULL, NULL, NULL);
  wait_for (is_answered, self, "the end of a call whose connection is closed"); /* GDBus says so itself */
  g_clear_object (&self->client);
}

/* --- calls --- */

/* GDBus's own refusals of what no handler ever sees, and the end of the connection. */
static gboolean
is_of_contract (const GError *error)
{
  static const char *const own[] = { "org.freedesktop.DBus.Error.InvalidArgs", "org.freedesktop.DBus.Error.UnknownMethod", NULL };
  g_autofree char *name = g_dbus_error_get_remote_error (error);

  if (name == NULL) /* registered names arrive as errors of their domain */
    return error->domain == FAULT || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
  return g_str_has_prefix (name, "org.postrider.Fault.") || g_strv_contains (own, name);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  House *self = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) value = g_dbus_connection_call_with_unix_fd_list_finish (G_DBUS_CONNECTION (source), &fds, result, &error);

  self->pending--;
  self->code = value != NULL ? 0 : error->domain == FAULT ? error->code : -1;
  if (value == NULL && !is_of_contract (error))
    house_fail ("an error that the contract does not have", error->message);
  if (value == NULL && error->domain == FAULT && error->code == FAULT_SOFTWARE)
    house_fail ("core says that it is broken", error->message);
}

void
house_call (House *self, const char *method, GVariant *body, GUnixFDList *fds, gboolean waits)
{
  if (g_dbus_connection_is_closed (self->client))
    house_hang_up (self);
  self->pending++;
  g_dbus_connection_call_with_unix_fd_list (self->client, NULL, PEER_PATH, "org.postrider.App1", method, body, NULL, G_DBUS_CALL_FLAGS_NONE, G_MAXINT, fds,
                                            NULL, answered_cb, self);
  if (waits)
    house_settle (self);
}

void
house_call_text (House *self, const char *method, const char *body)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  int fd = g_open ("/dev/null", O_RDONLY | O_CLOEXEC, 0);

  g_unix_fd_list_append (fds, fd, NULL);
  close (fd);
  house_call (self, method, g_variant_new_parsed (body), fds, TRUE);
}

void
house_hang_up (House *self)
{
  disconnect_client (self);
  connect_client (self);
}

/* --- core --- */

static void
open_core (House *self)
{
  g_autoptr (GError) error = NULL;

  memset (&self->core, 0, sizeof self->core);
  parts_open (&self->core, ground.home, ground.state, ground.socket, &error);
  g_assert_no_error (error);
  connect_client (self);
}

static gboolean
is_tidy (gconstpointer data)
{
  return count_fds () <= ((const House *) data)->fds;
}

static void
drain (void)
{
  while (g_main_context_iteration (NULL, FALSE))
    continue;
}

/* As in main.c nothing is waited for any more when the parts are closed: so what waits ends before, since its peer does. */
static void
close_core (House *self)
{
  disconnect_client (self);
  stand_in_leave ();
  for (gint64 until_us = g_get_monotonic_time () + ENDING_US; g_get_monotonic_time () < until_us; g_usleep (50))
    drain ();
  parts_close (&self->core);
  drain ();
}

/* Asks for what must not be: no row may come. */
static void
refute (sqlite3 *db, const char *sql)
{
  sqlite3_stmt *statement = NULL;

  g_assert_cmpint (sqlite3_prepare_v2 (db, sql, -1, &statement, NULL), ==, SQLITE_OK);
  if (sqlite3_step (statement) != SQLITE_DONE)
    house_fail (sql, (const char *) sqlite3_column_text (statement, 0));
  sqlite3_finalize (statement);
}

/* What a later core would find. */
static void
check_store (void)
{
  g_autofree char *path = g_build_filename (ground.home, "store.db", NULL);
  sqlite3 *db = NULL;

  g_assert_cmpint (sqlite3_open_v2 (path, &db, SQLITE_OPEN_READWRITE, NULL), ==, SQLITE_OK);
  /* 3.40.1 says "NULL value" of each NOT NULL column behind the key's of a table WITHOUT ROWID, whatever is in it (tried with one row) */
  refute (db, "SELECT integrity_check FROM pragma_integrity_check WHERE integrity_check<>'ok' AND integrity_check NOT LIKE 'NULL value in %'");
  refute (db, "SELECT \"table\" FROM pragma_foreign_key_check");
  refute (db, "SELECT t.campaign||' '||t.state||' '||t.count FROM campaign c JOIN tally t ON t.campaign=c.id WHERE c.state>0 AND t.count<>"
              "(SELECT count(*) FROM ledger r WHERE r.campaign=t.campaign AND r.state=t.state)");
  refute (db, "SELECT r.campaign||' '||r.state FROM recipient r JOIN campaign c ON c.id=r.campaign WHERE c.state>0 AND NOT EXISTS"
              "(SELECT 1 FROM tally t WHERE t.campaign=r.campaign AND t.state=r.state)");
  sqlite3_close (db);
}

void
house_restart (House *self)
{
  close_core (self);
  stand_in_set (self->lies, self->liar, ground.port);
  open_core (self);
}

void
house_open (House *self, gboolean is_furnished, Bytes *lies, const char *liar)
{
  memset (self, 0, sizeof *self);
  signal (SIGTERM, ignore_cb);
  empty_folder (ground.home);
  empty_folder (ground.state);
  if (is_furnished)
    lay_out ();
  self->fds = count_fds ();
  self->lies = lies;
  self->liar = liar;
  stand_in_set (lies, liar, ground.port);
  open_core (self);
}

static void
empty_listener (void)
{
  int fd;

  while ((fd = accept4 (ground.listener, NULL, NULL, SOCK_CLOEXEC)) >= 0)
    close (fd);
}

void
house_open_with (House *self, const guint8 *lies, gsize len)
{
  static Bytes told; /* one house at a time */

  told = bytes_new (lies, len);
  house_open (self, TRUE, &told, "smtp");
}

void
house_close (House *self)
{
  close_core (self);
  empty_listener ();
  wait_for (is_tidy, self, "a descriptor's end");
  check_store ();
  signal (SIGTERM, SIG_DFL);
}

/* --- once --- */

static void
furnish (void)
{
  Bytes none = bytes_new (NULL, 0);
  g_autofree char *account = g_strdup_printf ("('a', {'address': <'ann@example.org'>, 'host': <'localhost'>, 'port': <uint16 %u>, 'tls': <'none'>}, handle 0)",
                                              ground.port);
  static House house;

  house_open (&house, FALSE, &none, NULL);
  house_call_text (&house, "AccountAdd", account);
  house_call_text (&house, "Import", "(handle 0, 'people', @a{sv} {})");
  disconnect_client (&house); /* what it prepares goes with a client */
  close_core (&house);
  remember_folder (ground.home);
  remember_folder (ground.state);
}

static void
remove_ground (void)
{
  empty_folder (ground.folder);
  g_rmdir (ground.folder);
}

static void
make_ground (void)
{
  struct sockaddr_in address = { .sin_family = AF_INET, .sin_addr.s_addr = htonl (INADDR_LOOPBACK) };
  socklen_t len = sizeof address;

  ground.folder = g_mkdtemp (g_build_filename (g_get_tmp_dir (), "core-XXXXXX", NULL)); /* run.sh has it in memory */
  ground.home = g_build_filename (ground.folder, "home", NULL);
  ground.state = g_build_filename (ground.folder, "state", NULL);
  ground.socket = g_build_filename (ground.folder, "socket", NULL);
  g_assert_no_errno (g_mkdir (ground.home, 0700));
  g_assert_no_errno (g_mkdir (ground.state, 0700));
  ground.furniture = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, (GDestroyNotify) g_bytes_unref);
  ground.listener = socket (AF_INET, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
  g_assert_no_errno (bind (ground.listener, (struct sockaddr *) &address, sizeof address));
  g_assert_no_errno (listen (ground.listener, 128));
  g_assert_no_errno (getsockname (ground.listener, (struct sockaddr *) &address, &len));
  ground.port = ntohs (address.sin_port);
  atexit (remove_ground);
}

void
house_init (void)
{
  /* as g_main_loop_run() does: else GDBus runs handlers in a thread of its own, between our iterations */
  g_assert_true (g_main_context_acquire (NULL));
  g_assert_cmpint (sodium_init (), >=, 0);
  fault_quark ();
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  g_log_set_default_handler (log_cb, NULL);
  make_ground ();
  furnish ();
}
