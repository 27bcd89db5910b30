/* session.h - one import from the first octet to the last row: what Import1 does, without D-Bus.
 * Trust:  the file is hostile. Used in: confined/import. Source: contract/org.postrider.Import1.xml. */
#pragma once
#include "frame.h"
#include "plan.h"

#define IMPORT_SESSION_BATCH_BYTES (1024 * 1024)          /* of one reply, about; the contract */
#define IMPORT_SESSION_BATCH_READING (32 * 1024 * 1024)   /* octets of the file in one step: a flood of empty rows must not look like a stall */
#define IMPORT_SESSION_BATCH_ROWS 200000                  /* and so many rows, empty ones too */

typedef struct { /* all borrowed; the words of Import1.Open */
  const char *format, *encoding, *region, *sheet, *header;
  const char *map[COLUMN_ROLE_COUNT]; /* or NULL */
  GVariant   *others;                 /* a{ss}: column -> field | unused */
  const char *several, *left;
} ImportSessionSpec;

typedef struct ImportSession ImportSession;

/* fd: taken. Errors: FAULT_DATA, FAULT_USAGE, FAULT_IO. */
ImportSession *import_session_new  (int fd, const ImportSessionSpec *spec, GError **error);
void           import_session_free (ImportSession *self);

/* fd: taken. A session that only looks: import_session_get_view() and import_session_write_cells() are all that it knows. Errors as import_session_new(),
 * but that no plan could be made. */
ImportSession   *import_session_new_look     (int fd, const ImportSessionSpec *spec, GError **error);
const PlanView  *import_session_get_view     (const ImportSession *self); /* borrowed */
const GPtrArray *import_session_get_sheets   (const ImportSession *self); /* borrowed; names of a workbook's sheets; NULL: it is none */
void             import_session_write_cells  (const ImportSession *self, FrameWriter *cells); /* the first people */
void             import_session_write_head   (const ImportSession *self, FrameWriter *cells); /* the first rows, whatever they are */
GPtrArray       *import_session_get_readings (const ImportSession *self); /* borrowed: encoding, names as they would read, and so on; empty: it is clear */

const char        *import_session_get_format   (const ImportSession *self); /* borrowed: csv | xlsx | text */
const char        *import_session_get_encoding (const ImportSession *self); /* borrowed */
const char *const *import_session_get_fields   (const ImportSession *self); /* borrowed, NULL-terminated */
const char *const *import_session_get_aliases  (const ImportSession *self);
const char *const *import_session_get_notes    (const ImportSession *self);

/* Appends at most max_rows rows to the two frames. out_done: TRUE once, with the last ones.
 * Errors: FAULT_DATA with the row: nothing more will come; FAULT_USAGE after that or after the end. */
gboolean import_session_next (ImportSession *self, guint max_rows, FrameWriter *contacts, FrameWriter *rejects, guint64 *out_reading,
                              gboolean *out_done, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (ImportSession, import_session_free)
