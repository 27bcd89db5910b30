/* keyring-service.h - keyring's side of org.postrider.Keyring1: from a call's descriptors to its answer, which may take as long as a person does.
 * Trust:  core calls. Used in: main.c. */
#pragma once
#include <gio/gio.h>

/* Returns: (transfer full) */
GDBusInterfaceSkeleton *keyring_service_new (void);
