#include "notifier.h"

#include "bus.h"
#include "fault.h"
#include "portal.h"
#include <string.h>

#define NOTIFICATIONS "org.freedesktop.Notifications"
#define NOTIFICATIONS_PATH "/org/freedesktop/Notifications"
#define PORTAL_NOTIFICATION "org.freedesktop.portal.Notification"
#define KNOWN_MAX 64 /* chosen: more campaigns than that do not end at once */

struct Notifier {
  PrDesk1         *skeleton;
  GDBusConnection *bus;
  GHashTable      *known; /* our id -> the server's number */
  gboolean         has_markup;
  guint            subscriptions[3];
};

typedef struct {
  Notifier              *notifier;
  GDBusMethodInvocation *invocation;
  char                  *id, *title, *body;
} Notice;

static void
notice_end (Notice *notice, gboolean is_shown)
{
  if (is_shown)
    pr_desk1_complete_notify (notice->notifier->skeleton, notice->invocation);
  else
    g_dbus_method_invocation_return_error_literal (notice->invocation, FAULT, FAULT_UNAVAILABLE, "nobody shows notifications here");
  g_free (notice->id);
  g_free (notice->title);
  g_free (notice->body);
  g_free (notice);
}

/* --- by the portal --- */

static void
portal_cb (GVariant *answer, gpointer data)
{
  notice_end (data, answer != NULL);
}

static void
ask_portal (Notice *notice)
{
  GVariantBuilder text;

  g_variant_builder_init (&text, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&text, "{sv}", "title", g_variant_new_string (notice->title));
  g_variant_builder_add (&text, "{sv}", "body", g_variant_new_string (notice->body));
  g_variant_builder_add (&text, "{sv}", "default-action", g_variant_new_string ("open"));
  bus_call (notice->notifier->bus, PORTAL_NAME, PORTAL_PATH, PORTAL_NOTIFICATION, "AddNotification",
            g_variant_new ("(sa{sv})", notice->id, &text), "()", portal_cb, notice);
}

/* --- by the desktop's own server --- */

static void
shown_cb (GVariant *answer, gpointer data)
{
  Notice *notice = data;
  guint32 number;

  if (answer == NULL) {
    ask_portal (notice);
    return;
  }
  g_variant_get (answer, "(u)", &number);
  if (g_hash_table_size (notice->notifier->known) >= KNOWN_MAX)
    g_hash_table_remove_all (notice->notifier->known);
  g_hash_table_replace (notice->notifier->known, g_strdup (notice->id), GUINT_TO_POINTER (number));
  notice_end (notice, TRUE);
}

static GVariant *
make_arguments (Notice *notice)
{
  guint32 replaced = GPOINTER_TO_UINT (g_hash_table_lookup (notice->notifier->known, notice->id));
  g_autofree char *body = notice->notifier->has_markup ? g_markup_escape_text (notice->body, -1) : g_strdup (notice->body);
  GVariantBuilder actions, hints;

  g_variant_builder_init (&actions, G_VARIANT_TYPE_STRING_ARRAY);
  g_variant_builder_add (&actions, "s", "default");
  g_variant_builder_add (&actions, "s", "Open Postrider");
  g_variant_builder_init (&hints, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&hints, "{sv}", "desktop-entry", g_variant_new_string ("org.postrider.Postrider"));
  return g_variant_new ("(susssasa{sv}i)", "Postrider", replaced, "org.postrider.Postrider", notice->title, body, &actions, &hints, -1);
}

/* Servers that read markup would take a "<" of ours for a tag. */
static void
capabilities_cb (GVariant *answer, gpointer data)
{
  Notice *notice = data;
  g_autofree const char **names = NULL;

  if (answer != NULL)
    g_variant_get (answer, "(^a&s)", &names);
  notice->notifier->has_markup = names != NULL && g_strv_contains (names, "body-markup");
  bus_call (notice->notifier->bus, NOTIFICATIONS, NOTIFICATIONS_PATH, NOTIFICATIONS, "Notify", make_arguments (notice), "(u)", shown_cb, notice);
}

static gboolean
handle_notify (PrDesk1 *skeleton, GDBusMethodInvocation *invocation, const char *id, const char *title, const char *body, gpointer data)
{
  Notifier *self = data;
  Notice *notice = g_new0 (Notice, 1);

  *notice = (Notice){ self, invocation, g_strdup (id), g_strdup (title), g_strdup (body) };
  bus_call (self->bus, NOTIFICATIONS, NOTIFICATIONS_PATH, NOTIFICATIONS, "GetCapabilities", NULL, "(as)", capabilities_cb, notice);
  return TRUE;
}

/* --- clicks --- */

static void
action_cb (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal, GVariant *arguments, gpointer data)
{
  Notifier *self = data;
  GHashTableIter iter;
  gpointer id, number;
  guint32 clicked;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(us)")))
    return;
  g_variant_get_child (arguments, 0, "u", &clicked);
  g_hash_table_iter_init (&iter, self->known);
  while (g_hash_table_iter_next (&iter, &id, &number))
    if (GPOINTER_TO_UINT (number) == clicked) {
      pr_desk1_emit_activated (self->skeleton, id);
      break;
    }
}

static void
closed_cb (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal, GVariant *arguments, gpointer data)
{
  Notifier *self = data;
  GHashTableIter iter;
  gpointer number;
  guint32 closed;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(uu)")))
    return;
  g_variant_get_child (arguments, 0, "u", &closed);
  g_hash_table_iter_init (&iter, self->known);
  while (g_hash_table_iter_next (&iter, NULL, &number))
    if (GPOINTER_TO_UINT (number) == closed)
      g_hash_table_iter_remove (&iter);
}

static gboolean
is_id (const char *id)
{
  return *id != '\0' && strlen (id) <= 64 && strspn (id, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.") == strlen (id);
}

static void
portal_action_cb (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal, GVariant *arguments, gpointer data)
{
  Notifier *self = data;
  const char *id;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(ssav)")))
    return;
  g_variant_get_child (arguments, 0, "&s", &id);
  if (is_id (id))
    pr_desk1_emit_activated (self->skeleton, id);
}

static guint
listen_for (Notifier *self, const char *name, const char *interface, const char *signal, const char *path, GDBusSignalCallback heard)
{
  return g_dbus_connection_signal_subscribe (self->bus, name, interface, signal, path, NULL, G_DBUS_SIGNAL_FLAGS_NONE, heard, self, NULL);
}

Notifier *
notifier_new (PrDesk1 *skeleton, GDBusConnection *bus)
{
  Notifier *self = g_new0 (Notifier, 1);

  self->skeleton = skeleton;
  self->bus = bus;
  self->known = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  g_signal_connect (skeleton, "handle-notify", G_CALLBACK (handle_notify), self);
  if (bus == NULL)
    return self;
  self->subscriptions[0] = listen_for (self, NOTIFICATIONS, NOTIFICATIONS, "ActionInvoked", NOTIFICATIONS_PATH, action_cb);
  self->subscriptions[1] = listen_for (self, NOTIFICATIONS, NOTIFICATIONS, "NotificationClosed", NOTIFICATIONS_PATH, closed_cb);
  self->subscriptions[2] = listen_for (self, PORTAL_NAME, PORTAL_NOTIFICATION, "ActionInvoked", PORTAL_PATH, portal_action_cb);
  return self;
}

void
notifier_free (Notifier *self)
{
  for (gsize i = 0; self->bus != NULL && i < G_N_ELEMENTS (self->subscriptions); i++)
    g_dbus_connection_signal_unsubscribe (self->bus, self->subscriptions[i]);
  g_hash_table_unref (self->known);
  g_free (self);
}
