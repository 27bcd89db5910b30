/* archive.h - the parts of a workbook: a ZIP file behind the input, unpacked in streams that cannot run away.
 * Trust:  hostile. Used in: confined/import. libzip reads through input_read() alone: no path, no open.
 * Source: APPNOTE 6.3.10; deflate expands 1,032 times at most, real sheets 5 to 60 times. */
#pragma once
#include "input.h"

#define ARCHIVE_ENTRIES_MAX 10000 /* chosen: a workbook has some dozens; pictures count too */
#define ARCHIVE_PART_MAX (G_GUINT64_CONSTANT (4) << 30) /* octets of one part unpacked; a full sheet of Excel has about 1 GiB */
#define ARCHIVE_RATIO_MAX 200                           /* unpacked : packed, once beyond ARCHIVE_RATIO_FLOOR */
#define ARCHIVE_RATIO_FLOOR (G_GUINT64_CONSTANT (32) << 20) /* octets; a small sheet of one repeated value is no bomb */

typedef struct Archive Archive;
typedef struct ArchivePart ArchivePart;

/* input: borrowed for the life of the archive. Errors: FAULT_DATA. */
Archive *archive_new  (Input *input, GError **error);
void     archive_free (Archive *self);
gboolean archive_has  (Archive *self, const char *name); /* a part of that name; case, escapes and the kind of slash do not count */
gboolean archive_has_prefix (Archive *self, const char *prefix);

/* Errors: FAULT_DATA: no such part, encrypted, too large. */
ArchivePart *archive_open (Archive *self, const char *name, GError **error);
void         archive_part_free (ArchivePart *self);
/* Returns: octets read, 0 at the end, -1 when it is broken or over a limit (archive_part_get_flaw() says which). */
gssize      archive_part_read (ArchivePart *self, void *buffer, gsize len);
const char *archive_part_get_flaw (const ArchivePart *self); /* static, or NULL */
guint64     archive_part_get_read (const ArchivePart *self);   /* octets unpacked so far */
guint64     archive_part_get_size (const ArchivePart *self);   /* as the archive claims; at least 1 */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Archive, archive_free)
G_DEFINE_AUTOPTR_CLEANUP_FUNC (ArchivePart, archive_part_free)
