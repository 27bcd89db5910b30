/* template-run.c - a bound template and a row, written out. No allocation. */
#include "template.h"

#include "text.h"

#include <string.h>

typedef struct {
  char  data[TEMPLATE_URL_MAX];
  gsize len;
} Url;

static void
put_url (void *sink, const char *data, gsize len)
{
  Url *url = sink;
  gsize n = MIN (len, sizeof url->data - url->len);

  memcpy (url->data + url->len, data, n);
  url->len += n;
}

static void
put_url_literal (void *sink, const TemplateOp *op, guint index)
{
  put_url (sink, op->text, op->len);
}

/* Where it cannot be written, or is longer than a header may have it, the whole message is refused for its header. */
static void
put_unsubscribe (const Template *self, const TemplateOp *op, const FrameRow *row, const TemplateOutput *output)
{
  Url url = { .len = 0 };
  TemplateOutput whole = { put_url_literal, put_url, &url, NULL, 0 };

  if (template_run (self->unsubscribe, row, &whole) == NULL)
    escape_value (op->place, (Slice){ url.data, url.len }, output->put_value, output->sink);
}

static gboolean
find_value (const FrameRow *row, int field, Slice *out_value)
{
  if (field < 0 || (guint) field >= row->n_fields || text_is_missing (row->fields[field].data, row->fields[field].len))
    return FALSE;
  *out_value = row->fields[field];
  return TRUE;
}

const char *
template_run (const Template *self, const FrameRow *row, const TemplateOutput *output)
{
  for (guint i = 0; i < self->ops->len;) {
    const TemplateOp *op = template_get (self, i);
    Slice value = { op->text, op->len };
    const gboolean is_unsubscribe = op->field == TEMPLATE_UNSUBSCRIBE && self->unsubscribe != NULL;
    gboolean is_there = op->kind != TEMPLATE_LITERAL && (is_unsubscribe || find_value (row, op->field, &value));

    if (op->kind == TEMPLATE_LITERAL)
      output->put_literal (output->sink, op, i);
    else if (op->kind == TEMPLATE_HOLE && is_unsubscribe)
      put_unsubscribe (self, op, row, output);
    else if (op->kind == TEMPLATE_HOLE && (is_there || op->text != NULL))
      escape_value (op->place, value, output->put_value, output->sink);
    else if (op->kind == TEMPLATE_HOLE && op->is_required)
      return template_get_name (self, op);
    else if (op->kind == TEMPLATE_HOLE) /* in a section: nothing, but an opened attribute or link must not stay open */
      escape_value (op->place, (Slice){ "", 0 }, output->put_value, output->sink);
    if (output->bytes != NULL && output->bytes->len > output->bytes_max)
      return NULL;
    i = op->kind >= TEMPLATE_SECTION && is_there != (op->kind == TEMPLATE_SECTION) ? op->end : i + 1;
  }
  return NULL;
}
