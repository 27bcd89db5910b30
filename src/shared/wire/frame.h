/* frame.h - many rows of byte fields as one `ay`: D-Bus costs per value, not per byte.
 * Trust:  input is hostile. Used in: every process. Does no I/O.
 * Form:   "PRF" kind(1) count(4); each row: key(8) aux(4) n_fields(2); each field: length(4) octets. Little-endian. */
#pragma once
#include <glib.h>

#define FRAME_FIELDS_MAX 2048 /* chosen: 1,000 columns of a file and our own, with room */

typedef enum { /* the fourth octet; the meaning of key, aux and fields stands in contract/ */
  FRAME_CONTACTS = 'C',
  FRAME_REJECTS = 'R',
  FRAME_RECIPIENTS = 'T',
  FRAME_OUTCOMES = 'O',
  FRAME_MESSAGES = 'M',
  FRAME_PEOPLE = 'P',
  FRAME_LEDGER = 'L',
  FRAME_CELLS = 'S',
  FRAME_EVENTS = 'E',
  FRAME_STATE = 'K',
} FrameKind;

#define FRAME_ERROR (frame_error_quark ())
GQuark frame_error_quark (void);
typedef enum {
  FRAME_ERROR_MALFORMED, /* drop who sent it */
} FrameError;

typedef struct {
  const char *data; /* borrowed from the frame; not NUL-terminated */
  gsize       len;
} Slice;

typedef struct {
  guint64 key;
  guint32 aux;
  guint   n_fields;
  Slice   fields[FRAME_FIELDS_MAX];
} FrameRow;

typedef struct {
  const guint8 *at, *end;
  guint32 left; /* rows not yet read */
} FrameReader;

/* `data` is borrowed until the last frame_next(). Returns: FALSE with `error` set: not a frame of this kind. */
gboolean frame_open (FrameReader *self, FrameKind kind, const void *data, gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Returns: TRUE with `out_row` filled (slices borrow from the frame); FALSE at the end (no error: all was read,
 * nothing trails) or with FRAME_ERROR_MALFORMED. */
gboolean frame_next (FrameReader *self, FrameRow *out_row, GError **error) G_GNUC_WARN_UNUSED_RESULT;

typedef struct FrameWriter FrameWriter;
FrameWriter *frame_writer_new   (FrameKind kind);
void         frame_writer_free  (FrameWriter *self);
void         frame_writer_row   (FrameWriter *self, guint64 key, guint32 aux, guint n_fields); /* then exactly n_fields fields */
void         frame_writer_field (FrameWriter *self, const void *data, gsize len);
void         frame_writer_string (FrameWriter *self, const char *text); /* NULL is empty */
void         frame_writer_raw   (FrameWriter *self, const void *fields, gsize len); /* fields already in frame form */
guint        frame_count_raw (const void *fields, gsize len); /* how many whole fields `fields`, in frame form, holds */
/* The next of fields in frame form: moves `at` on. Returns: FALSE at the end, or where they are broken. */
gboolean     frame_next_raw (const guint8 **at, const guint8 *end, Slice *out_field);
guint        frame_writer_get_count (const FrameWriter *self);
gsize        frame_writer_get_size  (const FrameWriter *self);
/* Returns: (transfer full) a floating `ay`; the writer is empty again, of the same kind. */
GVariant    *frame_writer_finish (FrameWriter *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (FrameWriter, frame_writer_free)

char *slice_dup (Slice slice); /* (transfer full), NUL-terminated */
