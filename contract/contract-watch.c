#include "contract-watch.h"

#include "contract.h"

typedef struct { /* used by GDBus's worker thread alone */
  GHashTable *asked; /* serial of a call -> "interface member" */
} Watch;

static void
watch_free (gpointer data)
{
  Watch *self = data;

  g_hash_table_unref (self->asked);
  g_free (self);
}

/* Not those of D-Bus itself (Peer, Properties, Introspectable). */
static gboolean
is_of_contract (const char *interface)
{
  return interface != NULL && g_str_has_prefix (interface, "org.postrider.");
}

static void
watch_check (GDBusMessage *message, const char *interface, const char *member, ContractSide side)
{
  g_autoptr (GError) error = NULL;

  if (is_of_contract (interface) && !contract_check (interface, member, side, g_dbus_message_get_body (message), &error))
    g_error ("%s is said otherwise than the contract has it: %s", member, error->message);
}

static void
watch_reply (Watch *self, GDBusMessage *message)
{
  gpointer serial = GUINT_TO_POINTER (g_dbus_message_get_reply_serial (message)), words = NULL;

  if (!g_hash_table_steal_extended (self->asked, serial, NULL, &words))
    return;
  if (g_dbus_message_get_message_type (message) == G_DBUS_MESSAGE_TYPE_METHOD_RETURN) {
    g_auto (GStrv) parts = g_strsplit (words, " ", 2);

    watch_check (message, parts[0], parts[1], CONTRACT_REPLY);
  }
  g_free (words);
}

static GDBusMessage *
filter_cb (GDBusConnection *connection, GDBusMessage *message, gboolean is_incoming, gpointer data)
{
  Watch *self = data;
  GDBusMessageType type = g_dbus_message_get_message_type (message);
  const char *interface = g_dbus_message_get_interface (message), *member = g_dbus_message_get_member (message);

  if (is_incoming && type == G_DBUS_MESSAGE_TYPE_METHOD_CALL && is_of_contract (interface))
    g_hash_table_insert (self->asked, GUINT_TO_POINTER (g_dbus_message_get_serial (message)), g_strconcat (interface, " ", member, NULL));
  else if (!is_incoming && type == G_DBUS_MESSAGE_TYPE_SIGNAL)
    watch_check (message, interface, member, CONTRACT_SIGNAL);
  else if (!is_incoming)
    watch_reply (self, message);
  return message;
}

void
contract_watch (GDBusConnection *connection)
{
  Watch *self = g_new0 (Watch, 1);

  self->asked = g_hash_table_new_full (NULL, NULL, NULL, g_free);
  g_dbus_connection_add_filter (connection, filter_cb, self, watch_free);
}
