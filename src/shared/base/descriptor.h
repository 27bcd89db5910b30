/* descriptor.h - the mode in which somebody else opened what he passes on.
 * Trust:  descriptors are hostile. Who holds one by O_PATH, or to write only, may not read; but to open /proc/self/fd/N anew would read it for
 *         him. And what goes on to a confined program must give it no right to write.
 * Used in: core, import, transports. Source: open(2), O_PATH; fcntl(2), F_GETFL. */
#pragma once
#include <gio/gio.h>

/* mode: O_RDONLY or O_WRONLY. Returns: TRUE if fd was opened so, and neither more nor as a mere path (O_PATH). */
gboolean descriptor_has_mode (int fd, int mode) G_GNUC_WARN_UNUSED_RESULT;

/* Returns: TRUE if fd may be read (O_RDONLY or O_RDWR); FALSE for O_PATH, O_WRONLY and what is no descriptor. */
gboolean descriptor_can_read (int fd) G_GNUC_WARN_UNUSED_RESULT;

/* All that is left to read. Returns: (transfer full), or NULL with FAULT_IO, or FAULT_DATA: more than `most` octets. */
GBytes *descriptor_read_all (int fd, gsize most, GError **error);

/* A copy of `data` in memory that nobody can change or resize any more, to be read from its beginning. name: seen in /proc alone.
 * Returns: a descriptor that the caller owns, or -1 with FAULT_OS. Source: memfd_create(2), fcntl(2), F_ADD_SEALS. */
int descriptor_seal (const char *name, const void *data, gsize len, GError **error);

guint64 descriptor_get_room (int fd); /* octets that are free on its file system for us; G_MAXUINT64: nobody can say */
