/* portal.h - one request to xdg-desktop-portal: a call now, its answer by a signal when the person has decided.
 * Used in: desk. Source: flatpak.github.io/xdg-desktop-portal, org.freedesktop.portal.Request. */
#pragma once
#include "bus.h"

#define PORTAL_NAME "org.freedesktop.portal.Desktop"
#define PORTAL_PATH "/org/freedesktop/portal/desktop"

typedef enum {
  PORTAL_DONE,
  PORTAL_CANCELLED,
  PORTAL_NOBODY, /* no portal, or none that can do it: another way has to be found */
} PortalEnd;

/* results: a{sv}, borrowed; NULL unless PORTAL_DONE. */
typedef void (*PortalFunc) (PortalEnd end, GVariant *results, gpointer data);

/* arguments: of GVariant, in front of the options (kept). options: a{sv} under way; handle_token is put in, and it is ended. `done` comes once, later. */
void portal_request (GDBusConnection *bus, const char *interface, const char *method, GPtrArray *arguments, GVariantBuilder *options,
                     PortalFunc done, gpointer data);
