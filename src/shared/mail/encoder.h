/* encoder.h - octets of a text part to quoted-printable or base64, as a stream.
 * Trust:  input may be any octets. Output has CRLF only, lines of at most 76 characters, none that begins with a dot (so it needs no
 *         dot-stuffing), and never "=_" (so no boundary that holds it can occur).
 * Used in: skeleton. Source: RFC 2045 §6.7, §6.8; RFC 2049 §3 ("From ", "."). */
#pragma once
#include <glib.h>

typedef enum { ENCODER_QP, ENCODER_BASE64 } EncoderKind;

typedef struct {
  GByteArray *out; /* borrowed */
  EncoderKind kind;
  guint       column;
  guint       n_held;  /* base64: octets not yet written */
  guint8      held[3];
  char        last;    /* the last octet that came in */
} Encoder;

void encoder_start  (Encoder *self, EncoderKind kind, GByteArray *out);
void encoder_put    (Encoder *self, const char *data, gsize len); /* LF is a line break and leaves as CRLF */
void encoder_break  (Encoder *self);                              /* QP: column 0 without a line break in the text */
void encoder_finish (Encoder *self);                              /* ends the last line */

/* Octets already encoded from column 0 by another encoder of the same kind that stopped with `column` and `last`. */
void encoder_splice (Encoder *self, const guint8 *data, gsize len, guint column, char last);

/* Which of both is shorter for such text. */
EncoderKind encoder_choose (gsize n_octets, gsize n_special);
gsize       encoder_count_special (const char *data, gsize len);
