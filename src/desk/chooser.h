/* chooser.h - Choose and Save by the desktop's portal. Used in: desk. Source: org.freedesktop.portal.FileChooser, version 1. */
#pragma once
#include "contract-desk1.h"

/* bus: NULL: there is none. Connects its handlers on `skeleton`. */
void chooser_connect (PrDesk1 *skeleton, GDBusConnection *bus);
