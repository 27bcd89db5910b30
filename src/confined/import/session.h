/* session.h - one import from the first octet to the last row: what Import1 does, without D-Bus.
 * Trust:  the file is hostile. Used in: confined/import. Source: contract/org.postrider.Import1.xml. */
#pragma once
#include "frame.h"
#include "plan.h"

#define SESSION_BATCH_BYTES (1024 * 1024)          /* of one reply, about; the contract */
#define SESSION_BATCH_READING (32 * 1024 * 1024)   /* octets of the file in one step: a flood of empty rows must not look like a stall */
#define SESSION_BATCH_ROWS 200000                  /* and so many rows, empty ones too */

typedef struct { /* all borrowed; the words of Import1.Open */
  const char *format, *encoding, *region, *sheet, *header;
  const char *map[COLUMN_ROLE_COUNT]; /* or NULL */
  GVariant   *others;                 /* a{ss}: column -> field | unused */
  const char *several, *left;
} SessionSpec;

typedef struct Session Session;

/* fd: taken. Errors: FAULT_DATA, FAULT_USAGE, FAULT_IO. */
Session *session_new  (int fd, const SessionSpec *spec, GError **error);
void     session_free (Session *self);

/* fd: taken. A session that only looks: session_get_view() and session_write_cells() are all that it knows. Errors as session_new(),
 * but that no plan could be made. */
Session           *session_new_look     (int fd, const SessionSpec *spec, GError **error);
const PlanView    *session_get_view     (const Session *self); /* borrowed */
const GPtrArray   *session_get_sheets   (const Session *self); /* borrowed; names of a workbook's sheets; NULL: it is none */
void               session_write_cells  (const Session *self, FrameWriter *cells); /* the first people */
void               session_write_head   (const Session *self, FrameWriter *cells); /* the first rows, whatever they are */
GPtrArray         *session_get_readings (const Session *self); /* borrowed: encoding, names as they would read, and so on; empty: it is clear */

const char        *session_get_format   (const Session *self); /* borrowed: csv | xlsx | text */
const char        *session_get_encoding (const Session *self); /* borrowed */
const char *const *session_get_fields   (const Session *self); /* borrowed, NULL-terminated */
const char *const *session_get_aliases  (const Session *self);
const char *const *session_get_notes    (const Session *self);

/* Appends at most max_rows rows to the two frames. out_done: TRUE once, with the last ones.
 * Errors: FAULT_DATA with the row: nothing more will come; FAULT_USAGE after that or after the end. */
gboolean session_next (Session *self, guint max_rows, FrameWriter *contacts, FrameWriter *rejects, guint64 *out_reading,
                       gboolean *out_done, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Session, session_free)
