/* look.h - Look and LookChanged: the portal's settings, else GTK's settings file; language and clock from the locale. Used in: desk.
 * Source: org.freedesktop.portal.Settings; org.freedesktop.appearance; GTK 4 settings.ini. */
#pragma once
#include "contract-desk1.h"

typedef struct DeskLook DeskLook;

DeskLook *desk_look_new  (PrDesk1 *skeleton, GDBusConnection *bus); /* both borrowed for its life; bus NULL: none */
void      desk_look_free (DeskLook *self);
