#include "connect.h"

#include "fault.h"
#include "home.h"
#include "launch.h"
#include <gio/gunixsocketaddress.h>
#include <unistd.h>

#define CORE_PATH "/org/postrider" /* as shared/peer has it */
#define POLL_US 50000
#define LAUNCH_EVERY_S 1
#define SAY_AFTER_S 5
#define WAIT_MAX_S 600 /* chosen: a core that leaves drains for 20 s, one that starts reads its campaigns: on a busy machine a multiple of that */
#define GONE_MAX_COUNT 5 /* cores that hung up on us: one that leaves does so once or twice, more is one that crashes */
#define BUSY_WORDS "another Postrider has held the data folder for %d minutes and does not answer; core.log there may say why"

/* The time that this command gives a core that starts or leaves. */
typedef struct {
  gint64   began_us;
  gboolean has_said;
} Patience;

/* Sleeps a moment; says once what for. Returns: FALSE when patience is over. */
static gboolean
wait_a_moment (Patience *self)
{
  gint64 waited_us = g_get_monotonic_time () - self->began_us;

  if (!self->has_said && waited_us > SAY_AFTER_S * G_USEC_PER_SEC) {
    self->has_said = TRUE;
    g_printerr ("postrider: waiting for the Postrider that is at work in this data folder: it is starting, or it finishes the wire and leaves\n");
  }
  g_usleep (POLL_US);
  return waited_us < WAIT_MAX_S * G_USEC_PER_SEC;
}

static GSocketConnection *
connect_reach (const char *path, GError **error)
{
  g_autoptr (GSocket) socket = g_socket_new (G_SOCKET_FAMILY_UNIX, G_SOCKET_TYPE_STREAM, G_SOCKET_PROTOCOL_DEFAULT, error);
  g_autoptr (GSocketAddress) address = g_unix_socket_address_new (path);
  g_autoptr (GCredentials) peer = NULL;

  if (socket == NULL || !g_socket_connect (socket, address, NULL, error))
    return NULL;
  peer = g_socket_get_credentials (socket, error);
  if (peer == NULL)
    return NULL;
  if (g_credentials_get_unix_user (peer, NULL) != geteuid ()) {
    g_set_error (error, FAULT, FAULT_NO_PERM, "another user's program listens on %s; nothing was said to it", path);
    return NULL;
  }
  return g_socket_connection_factory_create_connection (socket);
}

static gboolean
is_nobody_there (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_NOT_FOUND) ||
         g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_REFUSED);
}

/* Starts a core when none listens. While another one holds the folder's lock, it either listens soon (two commands at the same moment) or
 * lets go of it (it had closed its socket and settles the rest). */
static GSocketConnection *
reach_or_start (const char *path, Patience *patience, GError **error)
{
  gint64 next_launch_us = 0;

  for (;;) {
    g_autoptr (GError) local = NULL;
    g_autoptr (GError) launch_error = NULL;
    GSocketConnection *stream = connect_reach (path, &local);
    Launch launch = LAUNCH_TAKEN;

    if (stream != NULL)
      return stream;
    if (!is_nobody_there (local)) {
      g_propagate_error (error, g_steal_pointer (&local));
      return NULL;
    }
    if (g_get_monotonic_time () >= next_launch_us) {
      launch = launch_core (&launch_error);
      next_launch_us = g_get_monotonic_time () + LAUNCH_EVERY_S * G_USEC_PER_SEC;
    }
    if (launch == LAUNCH_READY)
      return connect_reach (path, error);
    if (launch == LAUNCH_FAILED) {
      g_propagate_error (error, g_steal_pointer (&launch_error));
      return NULL;
    }
    if (!wait_a_moment (patience)) {
      g_set_error (error, FAULT, FAULT_TEMP, BUSY_WORDS, WAIT_MAX_S / 60);
      return NULL;
    }
  }
}

static PrApp1 *
connect_greet (GSocketConnection *stream, GError **error)
{
  g_autoptr (GDBusConnection) connection = NULL;
  PrApp1 *core;

  connection = g_dbus_connection_new_sync (G_IO_STREAM (stream), NULL, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT,
                                           NULL, NULL, error);
  if (connection == NULL)
    return NULL;
  g_dbus_connection_set_exit_on_close (connection, FALSE);
  core = pr_app1_proxy_new_sync (connection, G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL, CORE_PATH, NULL, error);
  if (core != NULL) /* an import or a pause takes as long as it takes */
    g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (core), G_MAXINT);
  return core;
}

/* "0.10.1" against "0.9": by number, part by part. */
static int
compare_versions (const char *a, const char *b)
{
  g_auto (GStrv) left = g_strsplit (a, ".", 4);
  g_auto (GStrv) right = g_strsplit (b, ".", 4);

  for (gsize i = 0;; i++) {
    guint64 x, y;

    if (left[i] == NULL || right[i] == NULL)
      return (left[i] != NULL) - (right[i] != NULL);
    x = g_ascii_strtoull (left[i], NULL, 10);
    y = g_ascii_strtoull (right[i], NULL, 10);
    if (x != y)
      return x < y ? -1 : 1;
  }
}

typedef enum { CORE_FITS, CORE_LEFT, CORE_GONE, CORE_UNFIT } Fit;

/* TRUE when core closed the connection: it was on its way out when we came. */
static gboolean
is_gone (const GError *error)
{
  return g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CLOSED) || g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CONNECTION_CLOSED) ||
         g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_NO_REPLY) || g_error_matches (error, G_DBUS_ERROR, G_DBUS_ERROR_DISCONNECTED);
}

/* Takes `failed`. Returns: what a call that failed so says of the core. */
static Fit
judge_failure (GError *failed, GError **error)
{
  Fit fit = is_gone (failed) ? CORE_GONE : CORE_UNFIT;

  g_propagate_error (error, failed);
  return fit;
}

static Fit
check_version (PrApp1 *core, GError **error)
{
  g_autofree char *version = NULL;
  GError *failed = NULL;
  guint schema;
  int order;

  if (!pr_app1_call_hello_sync (core, &version, &schema, NULL, &failed))
    return judge_failure (failed, error);
  order = compare_versions (version, POSTRIDER_VERSION);
  if (order == 0)
    return CORE_FITS;
  if (order > 0) {
    g_set_error (error, FAULT, FAULT_UNAVAILABLE,
                 "a newer Postrider (%s) is running and this is %s; use the newer command", version, POSTRIDER_VERSION);
    return CORE_UNFIT;
  }
  return pr_app1_call_leave_sync (core, NULL, &failed) ? CORE_LEFT : judge_failure (failed, error);
}

gboolean
connect_core_has_left (void)
{
  g_autofree char *path = home_socket_path (NULL);

  return path != NULL && access (path, F_OK) != 0;
}

/* Greets the core behind `stream` (takes it; NULL: `failed` says why). Returns: how it fits; *out_core is set where there was one to talk to. */
static Fit
connect_meet (GSocketConnection *stream, GError *failed, PrApp1 **out_core, GError **error)
{
  *out_core = stream != NULL ? connect_greet (stream, &failed) : NULL;
  g_clear_object (&stream);
  return *out_core != NULL ? check_version (*out_core, error) : judge_failure (failed, error);
}

/* Waits for core, which answered Leave at once and finishes the wire; its connection ends with it. Returns: FALSE when patience is over. */
static gboolean
wait_until_left (PrApp1 *core, Patience *patience)
{
  do
    if (!wait_a_moment (patience))
      return FALSE;
  while (core != NULL && !g_dbus_connection_is_closed (g_dbus_proxy_get_connection (G_DBUS_PROXY (core))));
  return TRUE;
}

PrApp1 *
connect_core (GError **error)
{
  g_autofree char *path = home_socket_path (error);
  Patience patience = { .began_us = g_get_monotonic_time () };
  gboolean was_replaced = FALSE;
  guint gone_count = 0;

  while (path != NULL) {
    g_autoptr (PrApp1) core = NULL;
    GError *failed = NULL;
    GSocketConnection *stream = reach_or_start (path, &patience, &failed);
    Fit fit = connect_meet (stream, failed, &core, error);

    if (fit == CORE_FITS)
      return g_steal_pointer (&core);
    if (fit == CORE_UNFIT || (fit == CORE_GONE && ++gone_count > GONE_MAX_COUNT))
      break;
    if (fit == CORE_LEFT && was_replaced) {
      g_set_error (error, FAULT, FAULT_CONFIG, "the core that was started is not of version %s; install Postrider again",
                   POSTRIDER_VERSION);
      return NULL;
    }
    was_replaced = was_replaced || fit == CORE_LEFT;
    if (!wait_until_left (core, &patience)) {
      g_clear_error (error);
      g_set_error (error, FAULT, FAULT_TEMP, BUSY_WORDS, WAIT_MAX_S / 60);
      return NULL;
    }
    g_clear_error (error);
  }
  connect_explain (error);
  return NULL;
}

void
connect_explain (GError **error)
{
  GError *before = error != NULL ? *error : NULL;

  fault_strip_remote (before);
  if (before == NULL || before->domain == FAULT)
    return;
  *error = NULL;
  if (is_gone (before))
    g_set_error (
        error, FAULT, FAULT_TEMP,
        "core went away in the middle; nothing is lost: run the command again (core.log in the data folder says why)");
  else if (before->domain == G_DBUS_ERROR)
    g_set_error (error, FAULT, FAULT_SOFTWARE, "core and this command do not understand each other: %s", before->message);
  else
    g_set_error (error, FAULT, fault_exit_status (before), "core cannot be reached: %s; try again in a moment", before->message);
  g_error_free (before);
}
