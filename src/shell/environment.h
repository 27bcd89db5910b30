/* environment.h - what of the environment GTK and WebKit may see: a table; the rest is taken away before they start.
 * Trust:  core hands over an allow-listed one; this is the second look. WEBKIT_DISABLE_SANDBOX_THIS_IS_DANGEROUS really opens the page's cage,
 *         WEBKIT_INSPECTOR_SERVER a port (both tried), GTK_MODULES and the like load code.
 * Used in: shell. */
#pragma once

void environment_clean (void); /* before GTK, while there is one thread */
