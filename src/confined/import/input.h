/* input.h - the one file that this process sees: its size, what it is, its text as UTF-8 in pieces.
 * Trust:  hostile bytes behind a read-only descriptor. Used in: confined/import. Reads with pread() alone: no position is shared.
 * Source: magic numbers of the formats as file(1) knows them. */
#pragma once
#include "encoding.h"

#define INPUT_MAX (G_GUINT64_CONSTANT (1) << 30) /* 1 GiB; chosen: 10 million rows of 100 octets */
#define INPUT_PIECE (256 * 1024)                 /* octets read at once */

typedef enum { INPUT_TEXT, INPUT_ZIP } InputKind;

typedef struct Input Input;

/* fd: taken, closed with the input or on failure.
 * Errors: FAULT_DATA: not a regular file, empty, over INPUT_MAX; FAULT_IO. */
Input *input_new  (int fd, GError **error);
void   input_free (Input *self);

guint64 input_get_size (const Input *self);
guint64 input_get_position (const Input *self); /* octets given out so far */
const char *input_get_encoding (const Input *self); /* its name; borrowed */

/* Looks at the first octets. Errors: FAULT_DATA with what to do: .xls, PDF, an archive… */
gboolean input_find_kind (Input *self, InputKind *out_kind, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* word: as in Import1.Open; "": find out. Errors: FAULT_USAGE (no such encoding), FAULT_DATA (no text), FAULT_IO. */
gboolean input_find_encoding (Input *self, const char *word, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* Of what was found out. FALSE: it may as well be another one, and names would come out wrong. */
gboolean input_is_clear (const Input *self);

/* The next piece of text, without byte order mark; borrowed until the next call. out_is_last: nothing comes behind it. */
gboolean input_next (Input *self, const char **out_data, gsize *out_len, gboolean *out_is_last, GError **error) G_GNUC_WARN_UNUSED_RESULT;
void     input_rewind (Input *self);

/* Reads `len` octets at `offset`. Returns: FALSE with FAULT_IO, or FAULT_DATA when the file is shorter now. */
gboolean input_read (Input *self, guint64 offset, void *buffer, gsize len, GError **error) G_GNUC_WARN_UNUSED_RESULT;

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Input, input_free)
