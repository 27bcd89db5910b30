/* no-gl.h - no GL driver where there is no GPU. WebKit looks for one in this process when it is asked for a view, and in the web process before a
 * page: Mesa with LLVM behind it, 20 MiB and 50 ms each, to draw nothing.
 * Used in: shell. Source: libglvnd, EGL ICD enumeration ($__EGL_VENDOR_LIBRARY_FILENAMES). */
#pragma once
#include <glib.h>

/* TRUE when environment_clean() has found no GPU; else the rest does nothing. */
gboolean no_gl_is_wanted (void);

/* Writes into `folder` where the driver that has nothing is (postrider-page.so), for the web process to read. From here on this process finds none at
 * all: before WebKit's first call. Returns: the file's path (owned by the caller; "" where there is a GPU, or the module's path is no
 * UTF-8: WebKit then loads what there is), or NULL. Errors: G_FILE_ERROR. */
char    *no_gl_begin (const char *module_folder, const char *folder, GError **error);

/* Makes programs that are started from here on, the web process, find that driver: it does not begin without one. */
void     no_gl_offer (const char *path);
