/* service.h - Import1 on the connection to core.
 * Trust:  calls are core's; their descriptor leads to hostile bytes. Used in: confined/import. */
#pragma once
#include <gio/gio.h>

/* Returns: (transfer full) the skeleton to export. */
GDBusInterfaceSkeleton *import_service_new (void);
