#include "gate.h"

#include "contract-gate1.h"
#include "dialer.h"
#include "fault.h"
#include "loopback.h"
#include "peer.h"
#include <gio/gunixfdlist.h>
#include <unistd.h>

#define CALL_TIMEOUT_MS 10000 /* chosen: nothing is waited for */
#define DIAL_TIMEOUT_MS 30000 /* chosen: a person waits */
#define REFUSALS_LOGGED_MAX 20 /* chosen */

struct Gate {
  Core            *core;
  const HostList  *hosts;
  const GateFuncs *funcs; /* NULL: nobody is told any more */
  gpointer         data;
  Peer            *peer;
  PrGate1         *proxy;
  guint32          last;    /* serial */
  guint            refused; /* that are not on the list */
  GHashTable      *waiting; /* serials of those that it may still ask about */
  GCancellable    *gone;    /* cancelled when it is freed: late answers are then ignored */
};

typedef struct { /* a connection that is being made */
  Gate   *gate; /* not looked at once it is gone */
  guint32 serial;
  char   *host;
} GateDial;

static void
report_closed (Gate *self, const char *why)
{
  const GateFuncs *funcs = g_steal_pointer (&self->funcs);

  if (funcs != NULL)
    funcs->closed (why, self->data);
}

/* --- what it asks --- */

static void
refused_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  pr_gate1_call_refuse_finish (PR_GATE1 (source), result, NULL);
}

static void
gate_refuse (Gate *self, guint32 serial)
{
  pr_gate1_call_refuse (self->proxy, serial, self->gone, refused_cb, NULL);
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  pr_gate1_call_answer_finish (PR_GATE1 (source), NULL, result, NULL); /* who asked may have left by then */
}

/* Takes the socket. */
static void
gate_answer (Gate *self, guint32 serial, int fd)
{
  const int taken[] = { fd, -1 };
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new_from_array (taken, 1);

  pr_gate1_call_answer (self->proxy, serial, g_variant_new_handle (0), fds, self->gone, answered_cb, NULL);
}

/* A name whose DNS is somebody else's leads to no server of this machine. */
static gboolean
is_led_astray (const char *host, const char *address)
{
  return is_loopback_address (address) && !host_list_is_local (host);
}

static void
dialed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  GateDial *dial = data;
  g_autoptr (GError) error = NULL;
  g_autofree char *address = NULL;
  int fd = dialer_connect_finish (NULL, result, &address, &error);

  if (fd >= 0 && is_led_astray (dial->host, address)) {
    close (fd);
    gate_refuse (dial->gate, dial->serial);
  } else if (fd >= 0) {
    gate_answer (dial->gate, dial->serial, fd);
  } else if (!g_error_matches (error, G_IO_ERROR, G_IO_ERROR_CANCELLED)) { /* else it is gone */
    gate_refuse (dial->gate, dial->serial);
  }
  g_free (dial->host);
  g_free (dial);
}

static void
asked_cb (PrGate1 *proxy, guint serial, const char *host, guint16 port, gpointer data)
{
  Gate *self = data;
  GateDial *dial;

  if (!g_hash_table_remove (self->waiting, GUINT_TO_POINTER (serial))) {
    peer_drop (self->peer, "it asked about a connection twice, or about none");
    return;
  }
  if (!host_list_has (self->hosts, host, port)) {
    if (self->refused++ < REFUSALS_LOGGED_MAX)
      g_message ("a page in the sign-in window wanted to reach %s port %u, which is not on its provider's list", host, port);
    gate_refuse (self, serial);
    return;
  }
  dial = g_new0 (GateDial, 1);
  *dial = (GateDial){ self, serial, g_strdup (host) };
  dialer_connect_async (self->core->dialer, host, port, DIAL_TIMEOUT_MS, self->gone, dialed_cb, dial);
}

/* --- what it is given --- */

static void
taken_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  pr_gate1_call_take_finish (PR_GATE1 (source), NULL, result, NULL); /* it may have hung up meanwhile, or be one too many: it is closed */
}

void
gate_take (Gate *self, int fd)
{
  const int taken[] = { fd, -1 };
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new_from_array (taken, 1);

  g_hash_table_add (self->waiting, GUINT_TO_POINTER (++self->last));
  pr_gate1_call_take (self->proxy, self->last, g_variant_new_handle (0), fds, self->gone, taken_cb, NULL);
}

/* --- life --- */

static void
ready_cb (Peer *peer, const GError *failed, gpointer data)
{
  Gate *self = data;
  g_autoptr (GError) error = failed != NULL ? g_error_copy (failed) : NULL;

  if (error == NULL)
    self->proxy = pr_gate1_proxy_new_sync (peer_get_connection (peer), G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES, NULL, PEER_PATH, NULL, &error);
  if (error != NULL) {
    report_closed (self, error->message);
    return;
  }
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (self->proxy), CALL_TIMEOUT_MS);
  g_signal_connect (self->proxy, "asked", G_CALLBACK (asked_cb), self);
  if (self->funcs != NULL)
    self->funcs->ready (self->data);
}

static void
closed_cb (Peer *peer, PeerEnd end, const char *why, gpointer data)
{
  report_closed (data, why);
}

Gate *
gate_start (Core *core, const HostList *hosts, const GateFuncs *funcs, gpointer data)
{
  const PeerSpec spec = { .program = "gate", .interface = "org.postrider.Gate1" };
  Gate *self = g_new0 (Gate, 1);

  self->core = core;
  self->hosts = hosts;
  self->funcs = funcs;
  self->data = data;
  self->waiting = g_hash_table_new (NULL, NULL);
  self->gone = g_cancellable_new ();
  self->peer = peer_start (&spec, ready_cb, closed_cb, self);
  return self;
}

void
gate_free (Gate *self)
{
  if (self == NULL)
    return;
  self->funcs = NULL;
  g_cancellable_cancel (self->gone);
  if (self->proxy != NULL)
    g_signal_handlers_disconnect_by_data (self->proxy, self);
  g_clear_object (&self->proxy);
  peer_free (self->peer);
  g_hash_table_unref (self->waiting);
  g_object_unref (self->gone);
  g_free (self);
}
