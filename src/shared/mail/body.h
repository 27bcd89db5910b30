/* body.h - one text part: a bound template whose constant stretches are encoded beforehand.
 * A stretch begins in a line that a value began; its first line is encoded while rendering, what follows its first line break (or a
 * soft break that we set) was encoded once. Base64 has no such points (three octets are one unit): there everything is encoded as it comes.
 * Trust:  values are hostile. Used in: skeleton. */
#pragma once
#include "encoder.h"
#include "template.h"

typedef struct Body Body;

Body       *body_new  (Template *template); /* takes the bound template */
void        body_free (Body *self);
EncoderKind body_get_encoding (const Body *self);
gsize       body_get_overhead (const Body *self); /* octets outside sections and holes, encoded */

/* Appends to `out`, up to about out_max. Returns: as template_run(). */
const char *body_render (const Body *self, const FrameRow *row, GByteArray *out, gsize out_max);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Body, body_free)
