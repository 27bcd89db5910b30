/* mime.h - the frame of all messages of a campaign, made by GMime once: constant octets and the points where something is filled in.
 * Boundaries are ours: 128 bits from getrandom() behind "=_". Neither quoted-printable nor base64 can write "=_" (RFC 2045 §6.7 (5)),
 * and all that comes from a row is written in one of both or as a header, so no value can hold a boundary, even one that knows it.
 * (GMime draws its own from a file that the lock refuses; they repeat.)
 * Trust:  names, types and contents of files are the user's own. Used in: skeleton. Source: RFC 2045, 2046 §5.1.1, 2183, 2231, 2392. */
#pragma once
#include "encoder.h"
#include "skeleton.h"

typedef enum { /* in the order of the header */
  PIECE_LITERAL, PIECE_FROM, PIECE_TO, PIECE_REPLY_TO, PIECE_SUBJECT, PIECE_DATE, PIECE_MESSAGE_ID, PIECE_UNSUBSCRIBE,
  PIECE_TEXT, PIECE_HTML,
  PIECE_COUNT
} PieceKind;

typedef struct {
  PieceKind   kind;
  GByteArray *literal; /* LITERAL: CRLF lines; else NULL */
} Piece;

typedef struct {
  gboolean has_message_id, has_reply_to, has_unsubscribe, is_one_click, has_text, has_html;
  EncoderKind text_encoding, html_encoding;
  const SkeletonFile *files;
  gsize       n_files;
  const char *const *content_ids; /* one for each file; NULL for an attachment */
} MimeSpec;

/* Returns: (transfer full) Piece in order; or NULL with TEMPLATE_ERROR_FORM (our bug or GMime's: no frame came out). */
GArray *mime_build (const MimeSpec *spec, GError **error);

/* "=_" and 128 random bits. (transfer full) */
char *mime_boundary_new (void);
