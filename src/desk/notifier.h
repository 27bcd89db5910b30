/* notifier.h - Notify by org.freedesktop.Notifications, else by the portal. Used in: desk.
 * Source: specifications.freedesktop.org/notification-spec 1.2; org.freedesktop.portal.Notification. */
#pragma once
#include "contract-desk1.h"

typedef struct Notifier Notifier;

Notifier *notifier_new  (PrDesk1 *skeleton, GDBusConnection *bus); /* both borrowed for its life; bus NULL: none */
void      notifier_free (Notifier *self);
