#include "inhibitor.h"

#include "bus.h"
#include "fault.h"
#include "portal.h"
#include <gio/gunixfdlist.h>
#include <unistd.h>

#define SUSPEND 4u /* portal and GNOME: the flag for going to sleep */
#define SYSTEM_BUS "unix:path=/run/dbus/system_bus_socket"
#define SYSTEM_MAX_MS 5000

typedef struct Way Way;

struct Inhibitor {
  PrDesk1         *skeleton;
  GDBusConnection *bus;
  const Way       *way;    /* the one that holds now; NULL: none */
  guint32          cookie; /* GNOME's and PowerManagement's, which want it back */
  char            *request; /* the portal's, closed to end it */
  int              fd;      /* logind: held as long as it is open */
};

typedef struct {
  Inhibitor             *inhibitor;
  GDBusMethodInvocation *invocation;
  char                  *why;
  gsize                  way;
} Try;

struct Way {
  const char *name, *path, *interface, *answer_type;
  GVariant *(*make) (const char *why);
  void      (*hold) (Inhibitor *self, GVariant *answer);
  void      (*let_go) (Inhibitor *self);
};

/* --- the ways --- */

static GVariant *
make_portal (const char *why)
{
  GVariantBuilder options;

  g_variant_builder_init (&options, G_VARIANT_TYPE_VARDICT);
  g_variant_builder_add (&options, "{sv}", "reason", g_variant_new_string (why));
  return g_variant_new ("(sua{sv})", "", SUSPEND, &options);
}

static void
hold_portal (Inhibitor *self, GVariant *answer)
{
  g_variant_get (answer, "(o)", &self->request);
}

static void
let_go_portal (Inhibitor *self)
{
  bus_call (self->bus, PORTAL_NAME, self->request, "org.freedesktop.portal.Request", "Close", NULL, "()", NULL, NULL);
  g_clear_pointer (&self->request, g_free);
}

static void
hold_cookie (Inhibitor *self, GVariant *answer)
{
  g_variant_get (answer, "(u)", &self->cookie);
}

static GVariant *
make_gnome (const char *why)
{
  return g_variant_new ("(susu)", "org.postrider.Postrider", 0u, why, SUSPEND);
}

static void
let_go_gnome (Inhibitor *self)
{
  bus_call (self->bus, "org.gnome.SessionManager", "/org/gnome/SessionManager", "org.gnome.SessionManager", "Uninhibit",
            g_variant_new ("(u)", self->cookie), "()", NULL, NULL);
}

static GVariant *
make_power (const char *why)
{
  return g_variant_new ("(ss)", "Postrider", why);
}

static void
let_go_power (Inhibitor *self)
{
  bus_call (self->bus, "org.freedesktop.PowerManagement", "/org/freedesktop/PowerManagement/Inhibit", "org.freedesktop.PowerManagement.Inhibit",
            "UnInhibit", g_variant_new ("(u)", self->cookie), "()", NULL, NULL);
}

static const Way ways[] = {
  { PORTAL_NAME, PORTAL_PATH, "org.freedesktop.portal.Inhibit", "(o)", make_portal, hold_portal, let_go_portal },
  { "org.gnome.SessionManager", "/org/gnome/SessionManager", "org.gnome.SessionManager", "(u)", make_gnome, hold_cookie, let_go_gnome },
  { "org.freedesktop.PowerManagement", "/org/freedesktop/PowerManagement/Inhibit", "org.freedesktop.PowerManagement.Inhibit", "(u)", make_power,
    hold_cookie, let_go_power },
};

/* --- logind, on the system bus: "idle" alone, so that who closes the lid is obeyed --- */

static int
ask_logind (const char *why)
{
  g_autoptr (GDBusConnection) bus = g_dbus_connection_new_for_address_sync (
      SYSTEM_BUS, G_DBUS_CONNECTION_FLAGS_AUTHENTICATION_CLIENT | G_DBUS_CONNECTION_FLAGS_MESSAGE_BUS_CONNECTION, NULL, NULL, NULL);
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GVariant) answer = NULL;

  if (bus == NULL)
    return -1;
  g_dbus_connection_set_exit_on_close (bus, FALSE);
  answer = g_dbus_connection_call_with_unix_fd_list_sync (bus, "org.freedesktop.login1", "/org/freedesktop/login1", "org.freedesktop.login1.Manager",
                                                          "Inhibit", g_variant_new ("(ssss)", "idle", "Postrider", why, "block"), G_VARIANT_TYPE ("(h)"),
                                                          G_DBUS_CALL_FLAGS_NONE, SYSTEM_MAX_MS, NULL, &fds, NULL, NULL);
  return answer != NULL && fds != NULL && g_unix_fd_list_get_length (fds) == 1 ? g_unix_fd_list_get (fds, 0, NULL) : -1;
}

/* --- */

static void
let_go (Inhibitor *self)
{
  if (self->way != NULL)
    self->way->let_go (self);
  self->way = NULL;
  if (self->fd >= 0)
    close (self->fd);
  self->fd = -1;
}

static void
try_end (Try *try)
{
  Inhibitor *self = try->inhibitor;

  if (self->way != NULL || self->fd >= 0)
    pr_desk1_complete_inhibit (self->skeleton, try->invocation);
  else
    g_dbus_method_invocation_return_error_literal (try->invocation, FAULT, FAULT_UNAVAILABLE, "nobody here keeps the machine awake");
  g_free (try->why);
  g_free (try);
}

static void try_way (Try *try);

static void
tried_cb (GVariant *answer, gpointer data)
{
  Try *try = data;

  if (answer == NULL) {
    try->way++;
    try_way (try);
    return;
  }
  let_go (try->inhibitor); /* of a call that came in between */
  ways[try->way].hold (try->inhibitor, answer);
  try->inhibitor->way = &ways[try->way];
  try_end (try);
}

static void
try_way (Try *try)
{
  if (try->inhibitor->bus != NULL && try->way < G_N_ELEMENTS (ways)) {
    const Way *way = &ways[try->way];

    bus_call (try->inhibitor->bus, way->name, way->path, way->interface, "Inhibit", way->make (try->why), way->answer_type, tried_cb, try);
    return;
  }
  try->inhibitor->fd = ask_logind (try->why);
  try_end (try);
}

static gboolean
handle_inhibit (PrDesk1 *skeleton, GDBusMethodInvocation *invocation, gboolean is_on, const char *why, gpointer data)
{
  Inhibitor *self = data;
  Try *try;

  let_go (self);
  if (!is_on) {
    pr_desk1_complete_inhibit (skeleton, invocation);
    return TRUE;
  }
  try = g_new0 (Try, 1);
  *try = (Try){ self, invocation, g_strdup (why), 0 };
  try_way (try);
  return TRUE;
}

Inhibitor *
inhibitor_new (PrDesk1 *skeleton, GDBusConnection *bus)
{
  Inhibitor *self = g_new0 (Inhibitor, 1);

  *self = (Inhibitor){ .skeleton = skeleton, .bus = bus, .fd = -1 };
  g_signal_connect (skeleton, "handle-inhibit", G_CALLBACK (handle_inhibit), self);
  return self;
}

void
inhibitor_free (Inhibitor *self)
{
  let_go (self);
  g_free (self);
}
