#include "body.h"

#include <string.h>

#define HEAD_MAX 120 /* octets; chosen: a longer first line is cut by a soft break of our own */
#define HEAD_CUT 48

typedef struct {
  gsize       head;      /* octets that are encoded while rendering */
  gboolean    is_broken; /* a soft break, then the tail */
  GByteArray *tail;      /* or NULL */
  guint       tail_column;
  char        tail_last;
} Literal;

struct Body {
  Template   *template;
  EncoderKind encoding;
  gsize       overhead;
  Literal    *literals; /* one for each operation */
};

typedef struct {
  const Body *body;
  Encoder     encoder;
} BodyRender;

static void
literal_split (Literal *self, const TemplateOp *op)
{
  const char *end = memchr (op->text, '\n', MIN (op->len, HEAD_MAX));
  Encoder encoder;

  if (end != NULL)
    self->head = (gsize) (end + 1 - op->text);
  else if (op->len > HEAD_MAX)
    self->head = HEAD_CUT, self->is_broken = TRUE;
  else
    self->head = op->len;
  if (self->head == op->len)
    return;
  self->tail = g_byte_array_new ();
  encoder_start (&encoder, ENCODER_QP, self->tail);
  encoder_put (&encoder, op->text + self->head, op->len - self->head);
  self->tail_column = encoder.column;
  self->tail_last = encoder.last;
}

static void
body_measure (Body *self)
{
  gsize n = 0, special = 0, behind = 0;

  for (guint i = 0; i < self->template->ops->len; i++) {
    const TemplateOp *op = template_get (self->template, i);

    if (op->kind >= TEMPLATE_SECTION)
      behind = MAX (behind, op->end);
    if (op->kind != TEMPLATE_LITERAL)
      continue;
    n += op->len;
    special += encoder_count_special (op->text, op->len);
    if (i >= behind)
      self->overhead += op->len;
  }
  self->encoding = encoder_choose (n, special);
  if (self->encoding == ENCODER_BASE64)
    self->overhead = self->overhead / 3 * 4;
}

Body *
body_new (Template *template)
{
  Body *self = g_new0 (Body, 1);

  self->template = template;
  self->literals = g_new0 (Literal, template->ops->len);
  body_measure (self);
  for (guint i = 0; i < template->ops->len; i++) {
    const TemplateOp *op = template_get (template, i);

    if (op->kind == TEMPLATE_LITERAL && self->encoding == ENCODER_QP)
      literal_split (&self->literals[i], op);
    else
      self->literals[i].head = op->len;
  }
  return self;
}

void
body_free (Body *self)
{
  if (self == NULL)
    return;
  for (guint i = 0; i < self->template->ops->len; i++)
    g_clear_pointer (&self->literals[i].tail, g_byte_array_unref);
  g_free (self->literals);
  template_free (self->template);
  g_free (self);
}

EncoderKind
body_get_encoding (const Body *self)
{
  return self->encoding;
}

gsize
body_get_overhead (const Body *self)
{
  return self->overhead;
}

static void
put_literal (void *sink, const TemplateOp *op, guint index)
{
  BodyRender *render = sink;
  const Literal *literal = &render->body->literals[index];

  encoder_put (&render->encoder, op->text, literal->head);
  if (literal->is_broken)
    encoder_break (&render->encoder);
  if (literal->tail != NULL)
    encoder_splice (&render->encoder, literal->tail->data, literal->tail->len, literal->tail_column, literal->tail_last);
}

static void
put_value (void *sink, const char *data, gsize len)
{
  encoder_put (&((BodyRender *) sink)->encoder, data, len);
}

const char *
body_render (const Body *self, const FrameRow *row, GByteArray *out, gsize out_max)
{
  BodyRender render = { .body = self };
  TemplateOutput output = { put_literal, put_value, &render, out, out_max };
  const char *missing;

  encoder_start (&render.encoder, self->encoding, out);
  missing = template_run (self->template, row, &output);
  encoder_finish (&render.encoder);
  return missing;
}
