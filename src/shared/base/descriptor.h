/* descriptor.h - the mode in which somebody else opened what he passes on.
 * Trust:  descriptors are hostile. Who holds one by O_PATH, or to write only, may not read; but to open /proc/self/fd/N anew would read it for
 *         him. And what goes on to a confined program must give it no right to write.
 * Used in: core, import, smtp. Source: open(2), O_PATH; fcntl(2), F_GETFL. */
#pragma once
#include <glib.h>

/* mode: O_RDONLY or O_WRONLY. Returns: TRUE if fd was opened so, and neither more nor as a mere path (O_PATH). */
gboolean descriptor_has_mode (int fd, int mode) G_GNUC_WARN_UNUSED_RESULT;

/* Returns: TRUE if fd may be read (O_RDONLY or O_RDWR); FALSE for O_PATH, O_WRONLY and what is no descriptor. */
gboolean descriptor_can_read (int fd) G_GNUC_WARN_UNUSED_RESULT;

guint64 descriptor_get_room (int fd); /* octets that are free on its file system for us; G_MAXUINT64: nobody can say */
