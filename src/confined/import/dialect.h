/* dialect.h - is it delimited text or a pasted list, and what stands between its cells: found out from the head of a file.
 * Trust:  input is hostile. Used in: confined/import. Does no I/O. */
#pragma once
#include "frame.h"

typedef struct {
  gboolean is_list;
  char     delimiter; /* , ; tab | or what "sep=" says */
  gboolean has_mark;  /* the first line is Excel's "sep=;" */
} Dialect;

/* head: UTF-8 or nearly; is_whole: nothing comes behind it. */
Dialect dialect_guess (const char *head, gsize len, gboolean is_whole);

/* Both for one trimmed cell. */
gboolean dialect_is_email (Slice cell);
gboolean dialect_is_phone (Slice cell);
