/* conditions.h - what must hold before the first pixel: an ordinary user, the cage around us, and what WebKit's own cage needs.
 * Used in: shell. Source: prctl(2), user_namespaces(7); facts: WebKit aborts without user namespaces, and as root its page keeps every right. */
#pragma once
#include <glib.h>

/* Call it while there is one thread. Errors: FAULT_NO_PERM (root), FAULT_USAGE (not started by core: no cage, no socket),
 * FAULT_UNAVAILABLE (no user namespaces). Each text says what to do. */
gboolean conditions_hold (GError **error) G_GNUC_WARN_UNUSED_RESULT;

void conditions_harden (void); /* no core dump, no System V memory, our own closed to the user's other programs, nothing inherited but fd 3 */
