#include "service.h"

#include "bus.h"
#include "chooser.h"
#include "contract-desk1.h"
#include "fault.h"
#include "inhibitor.h"
#include "look.h"
#include "notifier.h"
#include "portal.h"
#include "serve.h"
#include <string.h>

#define ADDRESS_MAX_BYTES 512 /* contract */
#define A11Y_NAME "org.a11y.Bus"
#define A11Y_PATH "/org/a11y/bus"

struct DeskService {
  PrDesk1         *skeleton;
  GDBusConnection *bus;
  Notifier        *notifier;
  Inhibitor       *inhibitor;
  DeskLook        *look;
};

typedef struct {
  PrDesk1               *skeleton;
  GDBusMethodInvocation *invocation;
} DeskRequest;

static DeskRequest *
asked_new (PrDesk1 *skeleton, GDBusMethodInvocation *invocation)
{
  DeskRequest *asked = g_new0 (DeskRequest, 1);

  *asked = (DeskRequest){ skeleton, invocation };
  return asked;
}

/* --- Show --- */

static void
shown_cb (GVariant *answer, gpointer data)
{
  g_autofree DeskRequest *asked = data;

  if (answer != NULL)
    pr_desk1_complete_show (asked->skeleton, asked->invocation);
  else
    g_dbus_method_invocation_return_error_literal (asked->invocation, FAULT, FAULT_UNAVAILABLE, "the desktop has no portal for addresses");
}

/* The answer of the portal's request (was a program chosen?) is not waited for: the call itself says whether there is a portal. */
static gboolean
handle_show (PrDesk1 *skeleton, GDBusMethodInvocation *invocation, const char *address, gpointer data)
{
  DeskService *self = data;
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  bus_call (self->bus, PORTAL_NAME, PORTAL_PATH, "org.freedesktop.portal.OpenURI", "OpenURI", g_variant_new ("(ssa{sv})", "", address, &options), "(o)",
            shown_cb, asked_new (skeleton, invocation));
  return TRUE;
}

/* --- Accessibility --- */

/* Two questions at once: core waits ten seconds, and each may take eight. */
typedef struct {
  DeskRequest *asked;
  char        *address;
  gboolean     has_reader;
  guint        pending;
} Accessibility;

static void
accessibility_answered (Accessibility *self)
{
  if (--self->pending > 0)
    return;
  pr_desk1_complete_accessibility (self->asked->skeleton, self->asked->invocation, self->address != NULL ? self->address : "", self->has_reader);
  g_free (self->address);
  g_free (self->asked);
  g_free (self);
}

static void
address_cb (GVariant *answer, gpointer data)
{
  Accessibility *self = data;
  const char *address = "";

  if (answer != NULL)
    g_variant_get (answer, "(&s)", &address);
  if (strlen (address) <= ADDRESS_MAX_BYTES)
    self->address = g_strdup (address);
  accessibility_answered (self);
}

static void
reader_cb (GVariant *answer, gpointer data)
{
  Accessibility *self = data;
  g_autoptr (GVariant) value = NULL;

  if (answer != NULL)
    g_variant_get (answer, "(v)", &value);
  self->has_reader = value != NULL && g_variant_is_of_type (value, G_VARIANT_TYPE_BOOLEAN) && g_variant_get_boolean (value);
  accessibility_answered (self);
}

static gboolean
handle_accessibility (PrDesk1 *skeleton, GDBusMethodInvocation *invocation, gpointer data)
{
  DeskService *self = data;
  Accessibility *accessibility = g_new0 (Accessibility, 1);

  accessibility->asked = asked_new (skeleton, invocation);
  accessibility->pending = 2;
  bus_call (self->bus, A11Y_NAME, A11Y_PATH, "org.a11y.Bus", "GetAddress", NULL, "(s)", address_cb, accessibility);
  bus_call (self->bus, A11Y_NAME, A11Y_PATH, "org.freedesktop.DBus.Properties", "Get", g_variant_new ("(ss)", "org.a11y.Status", "ScreenReaderEnabled"), "(v)",
            reader_cb, accessibility);
  return TRUE;
}

/* --- */

DeskService *
desk_service_new (GDBusConnection *bus)
{
  DeskService *self = g_new0 (DeskService, 1);

  self->skeleton = pr_desk1_skeleton_new ();
  self->bus = bus != NULL ? g_object_ref (bus) : NULL;
  self->notifier = notifier_new (self->skeleton, bus);
  self->inhibitor = inhibitor_new (self->skeleton, bus);
  self->look = desk_look_new (self->skeleton, bus);
  chooser_connect (self->skeleton, bus);
  g_signal_connect (self->skeleton, "handle-show", G_CALLBACK (handle_show), self);
  g_signal_connect (self->skeleton, "handle-accessibility", G_CALLBACK (handle_accessibility), self);
  return self;
}

void
desk_service_free (DeskService *self)
{
  if (self == NULL)
    return;
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->skeleton));
  inhibitor_free (self->inhibitor);
  if (self->bus != NULL) /* calls that let go of inhibitors must leave before we do */
    g_dbus_connection_flush_sync (self->bus, NULL, NULL);
  notifier_free (self->notifier);
  desk_look_free (self->look);
  g_clear_object (&self->bus);
  g_object_unref (self->skeleton);
  g_free (self);
}

gboolean
desk_service_export (DeskService *self, GDBusConnection *connection, GError **error)
{
  return serve_export (connection, G_DBUS_INTERFACE_SKELETON (self->skeleton), error);
}
