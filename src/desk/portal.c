#include "portal.h"

#include <string.h>

typedef struct {
  GDBusConnection *bus;
  PortalFunc       done;
  gpointer         data;
  guint            subscription;
} Request;

static void
request_finish (Request *self, PortalEnd end, GVariant *results)
{
  g_dbus_connection_signal_unsubscribe (self->bus, self->subscription);
  self->done (end, results, self->data);
  g_object_unref (self->bus);
  g_free (self);
}

static void
response_cb (GDBusConnection *bus, const char *sender, const char *path, const char *interface, const char *signal, GVariant *arguments, gpointer data)
{
  g_autoptr (GVariant) results = NULL;
  guint32 response;

  if (!g_variant_is_of_type (arguments, G_VARIANT_TYPE ("(ua{sv})"))) {
    request_finish (data, PORTAL_CANCELLED, NULL);
    return;
  }
  g_variant_get (arguments, "(u@a{sv})", &response, &results);
  request_finish (data, response == 0 ? PORTAL_DONE : PORTAL_CANCELLED, response == 0 ? results : NULL);
}

static void
called_cb (GVariant *answer, gpointer data)
{
  if (answer == NULL)
    request_finish (data, PORTAL_NOBODY, NULL);
}

typedef struct {
  PortalFunc done;
  gpointer   data;
} Nobody;

static gboolean
nobody_cb (gpointer data)
{
  g_autofree Nobody *nobody = data;

  nobody->done (PORTAL_NOBODY, NULL, nobody->data);
  return G_SOURCE_REMOVE;
}

/* Where the answer will come is known beforehand, so that it cannot come too early: ":1.42" → "1_42". */
static char *
make_path (GDBusConnection *bus, const char *token)
{
  g_autofree char *sender = g_strdelimit (g_strdup (g_dbus_connection_get_unique_name (bus) + 1), ".", '_');

  return g_strdup_printf (PORTAL_PATH "/request/%s/%s", sender, token);
}

void
portal_request (GDBusConnection *bus, const char *interface, const char *method, GPtrArray *arguments, GVariantBuilder *options,
                PortalFunc done, gpointer data)
{
  g_autofree char *token = g_strdup_printf ("postrider_%08x%08x", g_random_int (), g_random_int ()), *path = NULL;
  g_autoptr (GPtrArray) given = arguments;
  Request *self;

  g_variant_builder_add (options, "{sv}", "handle_token", g_variant_new_string (token));
  g_ptr_array_add (given, g_variant_builder_end (options));
  if (bus == NULL) {
    Nobody *nobody = g_new0 (Nobody, 1);

    *nobody = (Nobody){ done, data };
    for (guint i = 0; i < given->len; i++)
      g_variant_unref (g_variant_ref_sink (given->pdata[i]));
    g_idle_add (nobody_cb, nobody);
    return;
  }
  path = make_path (bus, token);
  self = g_new0 (Request, 1);
  *self = (Request){ g_object_ref (bus), done, data, 0 };
  self->subscription = g_dbus_connection_signal_subscribe (bus, PORTAL_NAME, "org.freedesktop.portal.Request", "Response", path, NULL,
                                                           G_DBUS_SIGNAL_FLAGS_NONE, response_cb, self, NULL);
  bus_call (bus, PORTAL_NAME, PORTAL_PATH, interface, method, g_variant_new_tuple ((GVariant *const *) given->pdata, given->len), "(o)",
            called_cb, self);
}
