/* preview.h - messages as they would go out, shown or written to files. Used in: cli (send --preview, --dry-run -o). */
#pragma once
#include "session.h"

/* largest: octets of the campaign's largest message, by which a call asks for so many that its answer has room.
 *
 * Shows at most `count` samples on standard output. Returns: 0, or -1 with `error` set. */
int preview_show (Session *session, guint64 campaign, guint count, guint64 largest, GError **error);
/* Writes every message as NUMBER.eml into `folder` (made if need be, 0700). Returns: 0; FAULT_DATA if some could not be made (said, by reason); -1 with
 * `error` set. */
int preview_write (Session *session, guint64 campaign, const char *folder, guint64 largest, GError **error);
