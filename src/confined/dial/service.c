#include "service.h"

#include "connector.h"
#include "contract-dial1.h"
#include "fault.h"
#include "listener.h"
#include "records.h"
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <netdb.h>
#include <resolv.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define CALLS_MAX 6               /* at a time; chosen: 8 addresses each stay below RLIMIT_NOFILE */
#define LOOKUP_TIMEOUT_MS 60000   /* chosen: more than the resolver's own tries take with three name servers */

typedef struct DialCall DialCall;
struct DialCall {
  GDBusMethodInvocation *invocation; /* NULL: the time was over, and that is answered; the worker may still be asking */
  char                  *host;
  guint16                port;
  gint64                 deadline_us;
  RecordsType            type;
  guint                  timer;
  void (*work) (DialCall *call);   /* in a worker: fills in what follows */
  void (*answer) (DialCall *call); /* in the main loop, when it went well */
  Connected             *connected;
  char                 **records;
  GError                *error;
};

static GThreadPool *workers = NULL; /* CALLS_MAX threads from the start: none can be made once the lock is closed */
static guint n_calls = 0;           /* given to them and not back yet, also those that nobody waits for any more */
static gboolean could_read_resolver = FALSE;

/* --- argv --- */

static gboolean
parse_port (const char *text, guint64 least, guint16 *out_port, GError **error)
{
  guint64 value = 0;

  if (text == NULL || !g_ascii_string_to_unsigned (text, 10, least, G_MAXUINT16, &value, NULL)) {
    g_set_error (error, FAULT, FAULT_USAGE, "postrider-dial takes --connect PORT… or --listen ADDRESS PORT (127.0.0.1 or ::1); it is started by postrider-core");
    return FALSE;
  }
  *out_port = (guint16) value;
  return TRUE;
}

gboolean
service_rights_parse (ServiceRights *self, int argc, char *argv[], GError **error)
{
  *self = (ServiceRights){ 0 };
  if (argc == 4 && strcmp (argv[1], "--listen") == 0) {
    self->can_listen = TRUE;
    self->listen_address = argv[2];
    return parse_port (listener_is_address (argv[2]) ? argv[3] : NULL, 0, &self->listen_port, error);
  }
  if (argc < 3 || strcmp (argv[1], "--connect") != 0 || argc - 2 > DIAL_PORTS_MAX)
    return parse_port (NULL, 0, NULL, error);
  for (int i = 2; i < argc; i++)
    if (!parse_port (argv[i], 1, &self->ports[self->n_ports++], error))
      return FALSE;
  return TRUE;
}

/* --- warm-up --- */

static gboolean
is_resolver_readable (void)
{
  int fd = open ("/etc/resolv.conf", O_RDONLY | O_CLOEXEC);
  gboolean is_readable = fd >= 0 || errno != EACCES; /* absent is a state that the resolver knows */

  if (fd >= 0)
    close (fd);
  return is_readable;
}

/* A query would load the plug-ins of NSS too, but then a stranger's answer came before the lock. */
static void
load_nss (void)
{
  g_autofree char *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents ("/etc/nsswitch.conf", &text, NULL, NULL))
    return;
  lines = g_strsplit (text, "\n", -1);
  for (char **line = lines; *line != NULL; line++) {
    g_auto (GStrv) words = g_strsplit_set (*line, " \t", -1);

    if (words[0] == NULL || strcmp (words[0], "hosts:") != 0)
      continue;
    for (char **word = words + 1; *word != NULL; word++) {
      g_autofree char *file = g_strdup_printf ("libnss_%s.so.2", *word);

      if (**word != '\0' && **word != '[' && strchr (*word, '/') == NULL)
        (void) dlopen (file, RTLD_NOW); /* kept open for good: glibc finds it by its name later */
    }
  }
}

void
service_warm_up (ServiceRights *rights)
{
  struct addrinfo hints = { .ai_flags = AI_NUMERICHOST | AI_NUMERICSERV, .ai_socktype = SOCK_STREAM };
  struct addrinfo *found = NULL;

  if (rights->can_listen) {
    rights->listener = listener_open (rights->listen_address, rights->listen_port, &rights->bound_port, &rights->listen_error);
    return;
  }
  load_nss ();
  if (getaddrinfo ("127.0.0.1", "25", &hints, &found) == 0)
    freeaddrinfo (found);
  (void) res_init ();
  could_read_resolver = is_resolver_readable ();
}

/* --- calls --- */

static void
call_free (DialCall *call)
{
  g_clear_handle_id (&call->timer, g_source_remove);
  g_clear_object (&call->invocation);
  g_clear_pointer (&call->connected, connected_free);
  g_strfreev (call->records);
  g_clear_error (&call->error);
  g_free (call->host);
  g_free (call);
}

static gboolean
timeout_cb (gpointer data)
{
  DialCall *call = data;

  call->timer = 0;
  g_dbus_method_invocation_return_error (g_steal_pointer (&call->invocation), FAULT, FAULT_TEMP,
                                         "%s did not answer in time; it is tried again later", call->host);
  return G_SOURCE_REMOVE;
}

static gboolean
worked_cb (gpointer data)
{
  DialCall *call = data;

  n_calls--;
  if (call->invocation != NULL && call->error != NULL)
    g_dbus_method_invocation_return_gerror (g_steal_pointer (&call->invocation), call->error);
  else if (call->invocation != NULL)
    call->answer (call);
  call_free (call);
  return G_SOURCE_REMOVE;
}

static void
work_cb (gpointer data, gpointer unused)
{
  DialCall *call = data;

  call->work (call);
  g_idle_add_full (G_PRIORITY_DEFAULT, worked_cb, call, NULL); /* never here, which g_main_context_invoke() may do once the loop has ended */
}

gboolean
service_start_workers (GError **error)
{
  workers = g_thread_pool_new (work_cb, NULL, CALLS_MAX, TRUE, error); /* exclusive: all of them now, and they stay */
  return workers != NULL;
}

static gboolean
leave_cb (gpointer data)
{
  exit (FAULT_TEMP);
}

/* Returns: FALSE after answering: this process sees an old resolver configuration, or has enough to do. */
static gboolean
can_start (GDBusMethodInvocation *invocation)
{
  if (could_read_resolver && !is_resolver_readable ()) {
    g_dbus_method_invocation_return_error (g_object_ref (invocation), FAULT, FAULT_TEMP,
                                           "the network has changed; it is tried again at once");
    g_dbus_connection_flush_sync (g_dbus_method_invocation_get_connection (invocation), NULL, NULL);
    g_idle_add (leave_cb, NULL);
    return FALSE;
  }
  if (n_calls >= CALLS_MAX) {
    g_dbus_method_invocation_return_error (g_object_ref (invocation), FAULT, FAULT_TEMP,
                                           "%d connections are being made already; it is tried again later", CALLS_MAX);
    return FALSE;
  }
  return TRUE;
}

/* Takes the invocation. */
static DialCall *
call_new (GDBusMethodInvocation *invocation, const char *host, void (*work) (DialCall *call), void (*answer) (DialCall *call))
{
  DialCall *call = g_new0 (DialCall, 1);

  call->invocation = invocation;
  call->host = g_strdup (host);
  call->work = work;
  call->answer = answer;
  return call;
}

static void
start_call (DialCall *call, guint timeout_ms)
{
  call->timer = g_timeout_add (timeout_ms, timeout_cb, call);
  n_calls++;
  (void) g_thread_pool_push (workers, call, NULL); /* fails only where a thread has to be made */
}

/* --- Connect --- */

static void
connect_work (DialCall *call)
{
  call->connected = connector_connect (call->host, call->port, call->deadline_us, &call->error);
}

static void
connect_answer (DialCall *call)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new_from_array (&call->connected->fd, 1); /* takes it */

  call->connected->fd = -1;
  pr_dial1_complete_connect (NULL, g_steal_pointer (&call->invocation), fds, g_variant_new_handle (0), call->connected->address);
}

static gboolean
is_allowed_port (const ServiceRights *rights, guint16 port)
{
  for (gsize i = 0; i < rights->n_ports; i++)
    if (rights->ports[i] == port)
      return TRUE;
  return FALSE;
}

static gboolean
handle_connect (PrDial1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *host, guint16 port,
                guint timeout_ms, gpointer data)
{
  DialCall *call;

  if (!is_allowed_port (data, port)) {
    g_dbus_method_invocation_return_error (invocation, FAULT, FAULT_USAGE, "port %u is not among those this dial was started for", port);
    return TRUE;
  }
  if (!can_start (invocation)) {
    g_object_unref (invocation);
    return TRUE;
  }
  call = call_new (invocation, host, connect_work, connect_answer);
  call->port = port;
  timeout_ms = CLAMP (timeout_ms, 1, CONNECTOR_TIMEOUT_MAX_MS);
  call->deadline_us = g_get_monotonic_time () + 1000 * (gint64) timeout_ms;
  start_call (call, timeout_ms);
  return TRUE;
}

/* --- Lookup --- */

static void
lookup_work (DialCall *call)
{
  call->records = records_lookup (call->host, call->type, &call->error);
}

static void
lookup_answer (DialCall *call)
{
  pr_dial1_complete_lookup (NULL, g_steal_pointer (&call->invocation), (const char *const *) call->records);
}

static gboolean
handle_lookup (PrDial1 *skeleton, GDBusMethodInvocation *invocation, const char *name, const char *type, gpointer data)
{
  const ServiceRights *rights = data;
  static const char *const types[] = { [RECORDS_TXT] = "TXT", [RECORDS_MX] = "MX", [RECORDS_HOST] = "HOST", NULL };
  guint wanted = 0;
  DialCall *call;

  while (types[wanted] != NULL && strcmp (type, types[wanted]) != 0)
    wanted++;
  if (rights->can_listen || types[wanted] == NULL) {
    g_dbus_method_invocation_return_error (invocation, FAULT, FAULT_USAGE, "this dial looks up no records of type %s", type);
    return TRUE;
  }
  if (!can_start (invocation)) {
    g_object_unref (invocation);
    return TRUE;
  }
  call = call_new (invocation, name, lookup_work, lookup_answer);
  call->type = (RecordsType) wanted;
  start_call (call, LOOKUP_TIMEOUT_MS);
  return TRUE;
}

/* --- Listen --- */

static gboolean
handle_listen (PrDial1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *address, guint16 port,
               gpointer data)
{
  const ServiceRights *rights = data;
  g_autoptr (GUnixFDList) out = NULL;
  int fd;

  if (!rights->can_listen || strcmp (address, rights->listen_address) != 0 || port != rights->listen_port) {
    g_dbus_method_invocation_return_error (invocation, FAULT, FAULT_USAGE, "this dial was not started to listen on port %u of %s", port, address);
    return TRUE;
  }
  fd = rights->listener >= 0 ? fcntl (rights->listener, F_DUPFD_CLOEXEC, 4) : -1;
  if (fd < 0) {
    if (rights->listen_error != NULL)
      g_dbus_method_invocation_return_gerror (invocation, rights->listen_error);
    else
      g_dbus_method_invocation_return_error (invocation, FAULT, FAULT_OS, "no descriptor for port %u", port);
    return TRUE;
  }
  out = g_unix_fd_list_new_from_array (&fd, 1); /* takes it */
  pr_dial1_complete_listen (skeleton, invocation, out, g_variant_new_handle (0), rights->bound_port);
  return TRUE;
}

GDBusInterfaceSkeleton *
service_new (const ServiceRights *rights)
{
  PrDial1 *skeleton = pr_dial1_skeleton_new ();

  g_signal_connect (skeleton, "handle-connect", G_CALLBACK (handle_connect), (gpointer) rights);
  g_signal_connect (skeleton, "handle-listen", G_CALLBACK (handle_listen), (gpointer) rights);
  g_signal_connect (skeleton, "handle-lookup", G_CALLBACK (handle_lookup), (gpointer) rights);
  return G_DBUS_INTERFACE_SKELETON (skeleton);
}
