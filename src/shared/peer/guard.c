#include "guard.h"

#include "contract.h"
#include <gio/gunixfdlist.h>
#include <string.h>

#define MESSAGE_COST_BYTES 4096 /* measured: a small GDBusMessage with its sources takes about 2 KiB of ours */
#define SIGNALS_PER_SECOND_MAX 5000 /* chosen: outcomes come in frames, tens a second; what our main loop still carries without harm */
#define ERROR_MAX_BYTES 8192    /* chosen: an error is a sentence */

struct Guard {
  gatomicrefcount references;
  char           *interface;
  gsize           flood_bytes;
  GuardToldFunc   told;  /* main loop alone; NULL: nobody wants to know any more */
  gpointer        data;
  GMutex          mutex;
  GHashTable     *asked;        /* serial -> member of calls without an answer */
  gsize           queued_bytes;
  gint64          second_us;    /* when the current second of signals began */
  guint           signal_count; /* in it */
  char           *violation;
};

Guard *
guard_new (const char *interface, gsize flood_bytes, GuardToldFunc told, gpointer data)
{
  Guard *self = g_new0 (Guard, 1);

  g_atomic_ref_count_init (&self->references);
  g_mutex_init (&self->mutex);
  self->interface = g_strdup (interface);
  self->flood_bytes = flood_bytes;
  self->told = told;
  self->data = data;
  self->asked = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  return self;
}

Guard *
guard_ref (Guard *self)
{
  g_atomic_ref_count_inc (&self->references);
  return self;
}

void
guard_unref (Guard *self)
{
  if (self == NULL || !g_atomic_ref_count_dec (&self->references))
    return;
  g_free (self->interface);
  g_mutex_clear (&self->mutex);
  g_hash_table_unref (self->asked);
  g_free (self->violation);
  g_free (self);
}

/* --- how much waits to be handled --- */

typedef struct {
  Guard *guard;
  gsize  bytes;
} Queued;

static gboolean
dequeued_cb (gpointer data)
{
  g_autofree Queued *queued = data;

  g_mutex_lock (&queued->guard->mutex);
  queued->guard->queued_bytes -= queued->bytes;
  g_mutex_unlock (&queued->guard->mutex);
  guard_unref (queued->guard);
  return G_SOURCE_REMOVE;
}

/* GDBus delivers by idle sources of the same priority: this one runs right in front of its message, behind all earlier ones. */
static gboolean
count_queued (Guard *self, gsize bytes)
{
  Queued *queued;

  if (bytes > self->flood_bytes - self->queued_bytes)
    return FALSE;
  self->queued_bytes += bytes;
  queued = g_new (Queued, 1);
  *queued = (Queued){ guard_ref (self), bytes };
  g_idle_add_full (G_PRIORITY_DEFAULT, dequeued_cb, queued, NULL);
  return TRUE; /* cppcheck-suppress memleak; dequeued_cb frees it */
}

/* A peer that is just slow enough to be kept up with would hold our main loop for ever. */
static gboolean
is_too_often (Guard *self, GDBusMessage *message)
{
  gint64 now = g_get_monotonic_time ();

  if (g_dbus_message_get_message_type (message) != G_DBUS_MESSAGE_TYPE_SIGNAL)
    return FALSE; /* answers come no more often than we ask */
  if (now - self->second_us >= G_USEC_PER_SEC) {
    self->second_us = now;
    self->signal_count = 0;
  }
  return ++self->signal_count > SIGNALS_PER_SECOND_MAX;
}

/* --- what a message may be --- */

/* Returns: (transfer full) the member that the message belongs to, or NULL when nobody asked for it. Takes the asked entry. */
static char *
guard_identify (Guard *self, GDBusMessage *message)
{
  guint32 serial = g_dbus_message_get_reply_serial (message);
  gpointer member = NULL;

  switch (g_dbus_message_get_message_type (message)) {
  case G_DBUS_MESSAGE_TYPE_SIGNAL:
    return g_strcmp0 (g_dbus_message_get_interface (message), self->interface) == 0
             ? g_strdup (g_dbus_message_get_member (message)) : NULL;
  case G_DBUS_MESSAGE_TYPE_METHOD_RETURN:
  case G_DBUS_MESSAGE_TYPE_ERROR:
    g_hash_table_steal_extended (self->asked, GUINT_TO_POINTER (serial), NULL, &member);
    return member;
  default: /* calls: core serves nothing to a confined program */
    return NULL;
  }
}

/* As many descriptors as the body has handles, and each handle names one. */
static gboolean
has_right_descriptors (GDBusMessage *message)
{
  GUnixFDList *fds = g_dbus_message_get_unix_fd_list (message);

  return contract_count_handles (g_dbus_message_get_body (message), fds) == (fds != NULL ? g_unix_fd_list_get_length (fds) : 0);
}

/* Only our faults and D-Bus's own errors: GDBus would turn other names into any error domain of ours.
 * Their text is foreign: whoever shows it caps it. */
static gboolean
is_error_fine (GDBusMessage *message)
{
  const char *name = g_dbus_message_get_error_name (message);
  GVariant *body = g_dbus_message_get_body (message);

  return name != NULL && (g_str_has_prefix (name, "org.postrider.Fault.") || g_str_has_prefix (name, "org.freedesktop.DBus.Error.")) &&
         body != NULL && g_variant_is_of_type (body, G_VARIANT_TYPE ("(s)")) && g_variant_get_size (body) <= ERROR_MAX_BYTES &&
         g_dbus_message_get_unix_fd_list (message) == NULL;
}

static gboolean
is_message_fine (Guard *self, GDBusMessage *message, GError **error)
{
  ContractSide side = g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_SIGNAL ? CONTRACT_SIGNAL : CONTRACT_REPLY;
  g_autofree char *member = guard_identify (self, message);

  if (member == NULL) {
    g_set_error (error, CONTRACT_ERROR, CONTRACT_ERROR_UNKNOWN, "a message that nobody asked for");
    return FALSE;
  }
  if (g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_ERROR) {
    if (is_error_fine (message))
      return TRUE;
    g_set_error (error, CONTRACT_ERROR, CONTRACT_ERROR_VALUE, "%s: an error that the contract does not have", member);
    return FALSE;
  }
  if (!contract_check (self->interface, member, side, g_dbus_message_get_body (message), error))
    return FALSE;
  if (!has_right_descriptors (message)) {
    g_set_error (error, CONTRACT_ERROR, CONTRACT_ERROR_VALUE, "%s: wrong descriptors", member);
    return FALSE;
  }
  return TRUE;
}

/* --- */

static gboolean
tell_cb (gpointer data)
{
  Guard *self = data;

  if (self->told != NULL)
    self->told (self->data);
  return G_SOURCE_REMOVE;
}

/* The socket stays open: a peer that sees it close writes its last words as one whose core has died, and should ours die in that
 * moment they would count. So what it says is thrown away, and the main loop writes down that it lied before it is killed. */
static void
hang_up (Guard *self, const char *what)
{
  self->violation = g_strdup (what);
  g_idle_add_full (G_PRIORITY_HIGH, tell_cb, guard_ref (self), (GDestroyNotify) guard_unref);
}

static gboolean
is_let_in (Guard *self, GDBusMessage *message)
{
  GVariant *body = g_dbus_message_get_body (message);
  g_autoptr (GError) error = NULL;

  if (self->violation != NULL) /* words until it is killed */
    return FALSE;
  if (!is_message_fine (self, message, &error))
    hang_up (self, error->message); /* NOLINT(clang-analyzer-core.NullDereference): contract_check() says FALSE with an error */
  else if (is_too_often (self, message))
    hang_up (self, "it sent too many messages in a second");
  else if (!count_queued (self, MESSAGE_COST_BYTES + (body != NULL ? g_variant_get_size (body) : 0)))
    hang_up (self, "it sent faster than anyone could read");
  return self->violation == NULL;
}

static void
note_call (Guard *self, GDBusMessage *message)
{
  if (g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_METHOD_CALL &&
      (g_dbus_message_get_flags (message) & G_DBUS_MESSAGE_FLAGS_NO_REPLY_EXPECTED) == 0)
    g_hash_table_insert (self->asked, GUINT_TO_POINTER (g_dbus_message_get_serial (message)),
                         g_strdup (g_dbus_message_get_member (message)));
}

GDBusMessage *
guard_cb (GDBusConnection *connection, GDBusMessage *message, gboolean incoming, gpointer data)
{
  Guard *self = data;

  g_mutex_lock (&self->mutex);
  if (!incoming)
    note_call (self, message);
  else if (!is_let_in (self, message))
    g_clear_object (&message);
  g_mutex_unlock (&self->mutex);
  return message;
}

void
guard_forget_owner (Guard *self)
{
  self->told = NULL;
}

void
guard_violate (Guard *self, const char *what)
{
  g_mutex_lock (&self->mutex);
  if (self->violation == NULL)
    self->violation = g_strdup (what);
  g_mutex_unlock (&self->mutex);
}

char *
guard_dup_violation (Guard *self)
{
  char *violation;

  g_mutex_lock (&self->mutex);
  violation = g_strdup (self->violation);
  g_mutex_unlock (&self->mutex);
  return violation;
}
