/* inhibitor.h - Inhibit: the machine stays awake while messages go out, by the first of four ways that there is. Used in: desk.
 * Source: org.freedesktop.portal.Inhibit; org.gnome.SessionManager; org.freedesktop.PowerManagement.Inhibit (KDE, Xfce); systemd-logind. */
#pragma once
#include "contract-desk1.h"

typedef struct Inhibitor Inhibitor;

Inhibitor *inhibitor_new  (PrDesk1 *skeleton, GDBusConnection *bus); /* both borrowed for its life; bus NULL: none */
void       inhibitor_free (Inhibitor *self); /* lets go */
