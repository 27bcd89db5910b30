/* western.h - is text of single octets clearly windows-1252? Polish, Czech or Turkish names, and those of an old Mac, are no less valid in
 * it: "£ukasz Wiœniewski". What tells is where an octet stands: between which letters.
 * Trust:  input is hostile. Used in: confined/import/input. Does no I/O.
 * Source: WHATWG Encoding (index windows-1250, windows-1252, windows-1254, macintosh). */
#pragma once
#include <glib.h>

typedef struct { /* zeroed at the start */
  guint64 western; /* octets that are letters of another encoding nowhere near such neighbours */
  guint64 unsure;
  guint64 foreign; /* no Western text has them there */
  guint8  before, previous, current;
  guint   run; /* high octets in a row, up to `current` */
  guint8  entry; /* the octet before the run */
} Western;

/* The next octets. In the end feed a line break. */
void     western_feed (Western *self, const guint8 *data, gsize len);
gboolean western_is_clear (const Western *self);
