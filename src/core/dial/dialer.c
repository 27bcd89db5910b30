#include "dialer.h"

#include "contract-dial1.h"
#include "fault.h"
#include "loopback.h"
#include "peer.h"
#include "text.h"
#include <gio/gunixfdlist.h>
#include <unistd.h>

#define ANSWER_GRACE_MS 10000   /* chosen: beyond the call's own time-out; then it is stalling, and is dropped */
#define LOOKUP_TIMEOUT_MS 60000 /* chosen: three resolvers, two tries of five seconds, both families */
#define LISTEN_TIMEOUT_MS 10000 /* chosen: nothing is waited for */
#define CALLS_AT_ONCE 5         /* dial refuses a seventh; one that timed out here may still be at work there */
#define LOOKUPS_AT_ONCE 3       /* chosen: the rest is for lanes that wait for a connection */
#define PORTS_MAX 16            /* dial's own limit: the newest are kept */
#define ERROR_TEXT_MAX 400      /* octets of dial's own words */
#define LOOKUP_PORT 53          /* named when nothing else is: dial wants one */

/* One process. Its lock names its ports, so a further port means a further process; the older one leaves when its calls are done. */
typedef struct {
  guint     references;
  Dialer   *dialer;  /* NULL: retired */
  Peer     *peer;
  PrDial1  *proxy;   /* NULL before it is ready */
  gboolean  is_dead;
  GQueue    waiting; /* of GTask */
  guint     running, running_lookups;
} Dial;

struct Dialer {
  GArray *ports;   /* of guint16: all that were ever asked for */
  Dial   *current; /* NULL: none runs */
};

typedef struct { /* task data of each GTask */
  Dial    *dial; /* reference; set while it waits or runs */
  char    *name;
  char    *type; /* NULL: connect */
  guint16  port;
  guint    timeout_ms;
} DialerCall;

static void dial_retire (Dial *self);

/* Its words are foreign; only the codes that the contract names are believed. */
static GError *
translate_error (GError *error, const char *name)
{
  g_autoptr (GError) taken = error;
  g_autofree char *text = NULL;
  int code = FAULT_UNAVAILABLE;

  if (g_error_matches (taken, G_IO_ERROR, G_IO_ERROR_CANCELLED))
    return g_steal_pointer (&taken);
  if (g_error_matches (taken, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
    return g_error_new (FAULT, FAULT_TEMP, "%s: no answer in time", name);
  if (!g_dbus_error_is_remote_error (taken) && taken->domain != FAULT)
    return g_error_new (FAULT, FAULT_TEMP, "%s: the process that connects ended; try again", name);
  fault_strip_remote (taken);
  if (taken->domain == FAULT && (taken->code == FAULT_NO_HOST || taken->code == FAULT_TEMP || taken->code == FAULT_UNAVAILABLE))
    code = taken->code;
  text = text_printable (taken->message, -1, ERROR_TEXT_MAX);
  return g_error_new_literal (FAULT, code, text);
}

/* --- one process --- */

static void
dial_unref (Dial *self)
{
  if (--self->references > 0)
    return;
  peer_free (self->peer);
  g_clear_object (&self->proxy);
  g_free (self);
}

static Dial *
dial_ref (Dial *self)
{
  self->references++;
  return self;
}

static void
call_free (gpointer data)
{
  DialerCall *self = data;

  g_clear_pointer (&self->dial, dial_unref);
  g_free (self->name);
  g_free (self->type);
  g_free (self);
}

static void
fail_waiting (Dial *self, const GError *error)
{
  GTask *task;

  while ((task = g_queue_pop_head (&self->waiting)) != NULL) {
    g_task_return_new_error (task, FAULT, FAULT_TEMP, "no connection can be made: %s", error->message);
    g_object_unref (task);
  }
}

static void send_waiting (Dial *self);

static void
call_ended (DialerCall *call)
{
  Dial *dial = call->dial;

  dial->running--;
  if (call->type != NULL)
    dial->running_lookups--;
  send_waiting (dial);
}

/* It answered late or with something that is none of what was asked for. */
static void
dial_drop (Dial *self, const char *why)
{
  g_message ("postrider-dial was ended: %s", why);
  dial_retire (self);
  if (!self->is_dead)
    peer_drop (self->peer, why);
}

static void
connect_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  DialerCall *call = g_task_get_task_data (task);
  Dial *dial = call->dial;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) handle = NULL;
  g_autofree char *address = NULL;
  GError *error = NULL;
  DialedSocket *dialed = NULL;

  if (!pr_dial1_call_connect_finish (PR_DIAL1 (source), &handle, &address, &fds, result, &error)) {
    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
      dial_drop (dial, "it did not answer in time");
    call_ended (call);
    g_task_return_error (task, translate_error (error, call->name));
    return;
  }
  dialed = dialed_socket_take (fds, handle, FALSE);
  if (dialed != NULL && (dialed->port != call->port || !dialed_socket_is_at (dialed, call->name)))
    g_clear_pointer (&dialed, dialed_socket_free);
  if (dialed == NULL)
    dial_drop (dial, "it gave something else than the socket that was asked for");
  call_ended (call);
  if (dialed != NULL)
    g_task_return_pointer (task, dialed, (GDestroyNotify) dialed_socket_free);
  else
    g_task_return_new_error (task, FAULT, FAULT_TEMP, "%s: the process that connects misbehaved and was ended; try again", call->name);
}

static void
lookup_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  DialerCall *call = g_task_get_task_data (task);
  g_auto (GStrv) records = NULL;
  GError *error = NULL;

  if (!pr_dial1_call_lookup_finish (PR_DIAL1 (source), &records, result, &error)) {
    g_autoptr (GError) translated = NULL;

    if (g_error_matches (error, G_IO_ERROR, G_IO_ERROR_TIMED_OUT))
      dial_drop (call->dial, "it did not answer in time");
    call_ended (call);
    translated = translate_error (error, call->name);
    g_task_return_new_error (task, FAULT, FAULT_TEMP, "%s", translated->message);
    return;
  }
  call_ended (call);
  g_task_return_pointer (task, g_steal_pointer (&records), (GDestroyNotify) g_strfreev);
}

/* Takes the task. */
static void
send_call (Dial *self, GTask *task)
{
  DialerCall *call = g_task_get_task_data (task);

  if (g_task_return_error_if_cancelled (task)) {
    g_object_unref (task);
    return;
  }
  self->running++;
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->proxy), (int) (call->timeout_ms + ANSWER_GRACE_MS));
  if (call->type == NULL) {
    pr_dial1_call_connect (self->proxy, call->name, call->port, call->timeout_ms, NULL, g_task_get_cancellable (task), connect_cb, task);
    return;
  }
  self->running_lookups++;
  pr_dial1_call_lookup (self->proxy, call->name, call->type, g_task_get_cancellable (task), lookup_cb, task);
}

/* The first one that may go now. Returns: (transfer full), or NULL. */
static GTask *
pop_waiting (Dial *self)
{
  for (GList *link = self->waiting.head; link != NULL && self->running < CALLS_AT_ONCE; link = link->next) {
    GTask *task = link->data;
    const DialerCall *call = g_task_get_task_data (task);

    if (call->type != NULL && self->running_lookups >= LOOKUPS_AT_ONCE)
      continue;
    g_queue_delete_link (&self->waiting, link);
    return task;
  }
  return NULL;
}

/* And when there is nothing left to do for a retired process, it may go. */
static void
send_waiting (Dial *self)
{
  GTask *task;

  while (self->proxy != NULL && !self->is_dead && (task = pop_waiting (self)) != NULL)
    send_call (self, task);
  if (self->dialer == NULL && self->running == 0 && self->waiting.length == 0 && !self->is_dead)
    peer_close (self->peer);
}

static PrDial1 *
make_proxy (Peer *peer, GError **error)
{
  return pr_dial1_proxy_new_sync (peer_get_connection (peer), G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS,
                                  NULL, PEER_PATH, NULL, error); /* waits for nothing with these flags */
}

static void
ready_cb (Peer *peer, const GError *error, gpointer data)
{
  Dial *self = data;
  g_autoptr (GError) problem = error != NULL ? g_error_copy (error) : NULL;

  dial_ref (self);
  if (problem == NULL)
    self->proxy = make_proxy (peer, &problem);
  if (problem != NULL) {
    self->is_dead = TRUE;
    dial_retire (self);
    fail_waiting (self, problem);
  }
  send_waiting (self);
  dial_unref (self);
}

static void dialer_enqueue (Dialer *self, GTask *task);

/* Calls on the way fail by themselves: GDBus ends them when the connection closes. Those that were not sent go to the next process. */
static void
closed_cb (Peer *peer, PeerEnd end, const char *why, gpointer data)
{
  Dial *self = data;
  Dialer *dialer = self->dialer;
  g_autoptr (GError) error = g_error_new (FAULT, FAULT_TEMP, "the process that connects ended (%s); try again", why);
  GTask *task;

  if (end == PEER_VIOLATED)
    g_message ("postrider-dial was ended: %s", why);
  self->is_dead = TRUE;
  dial_ref (self);
  dial_retire (self);
  while (dialer != NULL && (task = g_queue_pop_head (&self->waiting)) != NULL)
    dialer_enqueue (dialer, task);
  fail_waiting (self, error);
  dial_unref (self);
}

/* No further calls for this one; it leaves after those that it has. */
static void
dial_retire (Dial *self)
{
  Dialer *dialer = g_steal_pointer (&self->dialer);

  if (dialer == NULL)
    return;
  dialer->current = NULL;
  send_waiting (self);
  dial_unref (self);
}

static void
start_dial (Dialer *self)
{
  Dial *dial = g_new0 (Dial, 1);
  g_autoptr (GStrvBuilder) arguments = g_strv_builder_new ();
  g_auto (GStrv) argv = NULL;
  PeerSpec spec = { .program = "dial", .interface = "org.postrider.Dial1" };

  g_strv_builder_add (arguments, "--connect");
  for (guint i = 0; i < self->ports->len; i++) {
    g_autofree char *port = g_strdup_printf ("%u", g_array_index (self->ports, guint16, i));

    g_strv_builder_add (arguments, port);
  }
  argv = g_strv_builder_end (arguments);
  spec.arguments = (const char *const *) argv;
  dial->references = 1;
  dial->dialer = self;
  g_queue_init (&dial->waiting);
  self->current = dial;
  dial->peer = peer_start (&spec, ready_cb, closed_cb, dial);
}

/* --- the public side --- */

Dialer *
dialer_new (void)
{
  Dialer *self = g_new0 (Dialer, 1);

  self->ports = g_array_new (FALSE, FALSE, sizeof (guint16));
  return self;
}

void
dialer_free (Dialer *self)
{
  if (self == NULL)
    return;
  if (self->current != NULL) {
    g_autoptr (GError) leaving = g_error_new_literal (FAULT, FAULT_TEMP, "Postrider is leaving");
    Dial *dial = dial_ref (self->current);

    dial_retire (dial);
    fail_waiting (dial, leaving);
    dial_unref (dial);
  }
  g_array_unref (self->ports);
  g_free (self);
}

static gboolean
has_port (Dialer *self, guint16 port)
{
  for (guint i = 0; i < self->ports->len; i++)
    if (g_array_index (self->ports, guint16, i) == port)
      return TRUE;
  return FALSE;
}

static void
add_port (Dialer *self, guint16 port)
{
  g_array_append_val (self->ports, port);
  if (self->ports->len > PORTS_MAX)
    g_array_remove_index (self->ports, 0);
  if (self->current != NULL)
    dial_retire (self->current);
}

/* Takes the task. */
static void
dialer_enqueue (Dialer *self, GTask *task)
{
  DialerCall *call = g_task_get_task_data (task);
  guint16 port = call->port != 0 || self->ports->len > 0 ? call->port : LOOKUP_PORT; /* a look-up is content with any process */

  if (port != 0 && !has_port (self, port))
    add_port (self, port);
  if (self->current != NULL && self->current->proxy != NULL && g_dbus_connection_is_closed (peer_get_connection (self->current->peer)))
    dial_retire (self->current); /* gone, and nobody has told us yet */
  if (self->current == NULL)
    start_dial (self);
  g_clear_pointer (&call->dial, dial_unref);
  call->dial = dial_ref (self->current);
  g_queue_push_tail (&self->current->waiting, task);
  send_waiting (self->current);
}

static void
start_call (Dialer *self, GTask *task, DialerCall *call)
{
  g_task_set_task_data (task, call, call_free);
  dialer_enqueue (self, task);
}

void
dialer_connect_async (Dialer *self, const char *host, guint16 port, guint timeout_ms, GCancellable *cancellable,
                      GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  DialerCall *call = g_new0 (DialerCall, 1);

  g_task_set_source_tag (task, dialer_connect_async);
  call->name = g_strdup (host);
  call->port = port;
  call->timeout_ms = timeout_ms;
  start_call (self, task, call);
}

int
dialer_connect_finish (Dialer *self, GAsyncResult *result, char **out_address, GError **error)
{
  g_autoptr (DialedSocket) dialed = g_task_propagate_pointer (G_TASK (result), error);

  if (dialed == NULL)
    return -1;
  if (out_address != NULL)
    *out_address = g_steal_pointer (&dialed->address);
  return g_steal_fd (&dialed->fd);
}

void
dialer_lookup_async (Dialer *self, const char *name, const char *type, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  DialerCall *call = g_new0 (DialerCall, 1);

  g_task_set_source_tag (task, dialer_lookup_async);
  call->name = g_strdup (name);
  call->type = g_strdup (type);
  call->timeout_ms = LOOKUP_TIMEOUT_MS;
  start_call (self, task, call);
}

GStrv
dialer_lookup_finish (Dialer *self, GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}

/* --- a listener: a process of its own, for one call --- */

typedef struct {
  Peer    *peer;
  PrDial1 *proxy;
  char    *address;
  guint16  port;
} Listen;

static void
listen_free (gpointer data)
{
  Listen *self = data;

  peer_free (self->peer);
  g_clear_object (&self->proxy);
  g_free (self->address);
  g_free (self);
}

static gboolean
is_wanted_listener (const DialedSocket *dialed, const Listen *wanted)
{
  return dialed != NULL && is_loopback_address (dialed->address) && dialed_socket_is_at (dialed, wanted->address) && dialed->port != 0 &&
         (wanted->port == 0 || dialed->port == wanted->port);
}

static void
listen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  Listen *self = g_task_get_task_data (task);
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) handle = NULL;
  DialedSocket *dialed = NULL;
  GError *error = NULL;
  guint16 port = 0;

  if (!pr_dial1_call_listen_finish (PR_DIAL1 (source), &handle, &port, &fds, result, &error)) {
    g_task_return_error (task, translate_error (error, "the listening port"));
    return;
  }
  dialed = dialed_socket_take (fds, handle, TRUE);
  if (is_wanted_listener (dialed, self)) {
    g_task_return_pointer (task, dialed, (GDestroyNotify) dialed_socket_free);
    return;
  }
  if (dialed != NULL)
    dialed_socket_free (dialed);
  g_task_return_new_error (task, FAULT, FAULT_TEMP, "the process that listens misbehaved and was ended; try again");
}

static void
listen_ready_cb (Peer *peer, const GError *error, gpointer data)
{
  GTask *task = data;
  Listen *self = g_task_get_task_data (task);
  g_autoptr (GError) problem = error != NULL ? g_error_copy (error) : NULL;

  if (problem == NULL)
    self->proxy = make_proxy (peer, &problem);
  if (problem != NULL) {
    g_task_return_new_error (task, FAULT, FAULT_TEMP, "nobody can listen: %s", problem->message);
    g_object_unref (task);
    return;
  }
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->proxy), LISTEN_TIMEOUT_MS);
  pr_dial1_call_listen (self->proxy, self->address, self->port, NULL, g_task_get_cancellable (task), listen_cb, task);
}

void
dialer_listen_async (const char *address, guint16 port, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  g_autofree char *number = g_strdup_printf ("%u", port);
  const char *const arguments[] = { "--listen", address, number, NULL };
  PeerSpec spec = { .program = "dial", .arguments = arguments, .interface = "org.postrider.Dial1" };
  Listen *self = g_new0 (Listen, 1);

  g_task_set_source_tag (task, dialer_listen_async);
  self->address = g_strdup (address);
  self->port = port;
  g_task_set_task_data (task, self, listen_free);
  self->peer = peer_start (&spec, listen_ready_cb, NULL, task); /* its task data is freed, and it ends, when the task is done */
}

int
dialer_listen_finish (GAsyncResult *result, guint16 *out_port, GError **error)
{
  g_autoptr (DialedSocket) dialed = g_task_propagate_pointer (G_TASK (result), error);

  if (dialed == NULL)
    return -1;
  if (out_port != NULL)
    *out_port = dialed->port;
  return g_steal_fd (&dialed->fd);
}
