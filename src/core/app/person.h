/* person.h - one person for people to read: all that is known, and all that they ever got. Used in: core/app. Contract: App1.ContactShow. */
#pragma once
#include "contact.h"
#include <gio/gio.h>

GVariant *person_describe (Database *database, const Contact *contact, GError **error);         /* floating a{sv}, or NULL */
/* At most 1000 people whose name, address or number contains `text`. Floating aa{sv}, or NULL. */
GVariant *person_search   (Database *database, const char *text, GError **error);
