#include "content.h"

#include <string.h>

enum { /* where in a line we are */
  AT_START,   /* of a line: a dot here is transparency or the end */
  AT_DOT,     /* behind that dot */
  AT_DOT_CR,  /* behind dot CR: LF ends the message */
  IN_LINE,
  IN_LINE_CR, /* behind a CR that is held back */
  STATE_MASK = 0x0f,
  DROPS = 0x10, /* keeps nothing */
};

void
sink_content_init (SinkContent *self)
{
  memset (self, 0, sizeof *self);
  self->buffer = g_byte_array_new ();
}

void
sink_content_clear (SinkContent *self)
{
  g_clear_pointer (&self->buffer, g_byte_array_unref);
}

void
sink_content_reset (SinkContent *self)
{
  g_byte_array_set_size (self->buffer, 0);
  self->octets = 0;
  self->line_len = 0;
  self->state = AT_START;
  self->has_bare = FALSE;
  self->has_long_line = FALSE;
}

void
sink_content_set_kept (SinkContent *self, gboolean is_kept)
{
  self->state = (guint8) ((self->state & STATE_MASK) | (is_kept ? 0 : DROPS));
  if (!is_kept)
    g_byte_array_set_size (self->buffer, 0);
}

static void
set_state (SinkContent *self, guint8 state)
{
  self->state = (guint8) ((self->state & DROPS) | state);
}

static void
sink_content_keep (SinkContent *self, const char *data, gsize len)
{
  if ((self->state & DROPS) == 0)
    g_byte_array_append (self->buffer, (const guint8 *) data, (guint) len);
}

/* Octets inside a line, free of CR and LF. */
static void
add_text (SinkContent *self, const char *data, gsize len)
{
  sink_content_keep (self, data, len);
  self->octets += len;
  self->line_len += (guint) MIN (len, SINK_CONTENT_LINE_MAX + 1);
  if (self->line_len > SINK_CONTENT_LINE_MAX) {
    self->has_long_line = TRUE;
    self->line_len = SINK_CONTENT_LINE_MAX + 1; /* no overflow on an endless line */
  }
}

static void
add_bare (SinkContent *self, char c)
{
  self->has_bare = TRUE;
  add_text (self, &c, 1);
}

/* One step inside a line: up to the next CR or LF, or that itself. Returns: how many octets were taken, at least one. */
static gsize
add_in_line (SinkContent *self, const char *data, gsize len)
{
  if ((self->state & STATE_MASK) == IN_LINE_CR) {
    if (data[0] == '\n') {
      sink_content_keep (self, "\n", 1);
      self->octets += 2;
      self->line_len = 0;
      set_state (self, AT_START);
      return 1;
    }
    set_state (self, IN_LINE);
    add_bare (self, '\r');
  }
  if (data[0] == '\r') {
    set_state (self, IN_LINE_CR);
    return 1;
  }
  if (data[0] == '\n') {
    add_bare (self, '\n');
    return 1;
  }
  {
    const char *lf = memchr (data, '\n', len);
    gsize text = lf != NULL ? (gsize) (lf - data) : len;
    const char *cr = memchr (data, '\r', text);

    text = cr != NULL ? (gsize) (cr - data) : text;
    add_text (self, data, text);
    return text;
  }
}

gsize
sink_content_add_dotted (SinkContent *self, const char *data, gsize len, gboolean *out_is_end)
{
  gsize i = 0;

  *out_is_end = FALSE;
  while (i < len) {
    switch (self->state & STATE_MASK) {
    case AT_START:
      set_state (self, data[i] == '.' ? AT_DOT : IN_LINE);
      i += data[i] == '.';
      break;
    case AT_DOT:
      set_state (self, data[i] == '\r' ? AT_DOT_CR : IN_LINE);
      i += data[i] == '\r';
      break;
    case AT_DOT_CR:
      if (data[i] == '\n') {
        set_state (self, AT_START);
        *out_is_end = TRUE;
        return i + 1;
      }
      set_state (self, IN_LINE);
      add_bare (self, '\r');
      break;
    default:
      i += add_in_line (self, data + i, len - i);
    }
  }
  return i;
}

void
sink_content_add_chunk (SinkContent *self, const char *data, gsize len)
{
  for (gsize i = 0; i < len;) {
    if ((self->state & STATE_MASK) == AT_START)
      set_state (self, IN_LINE);
    i += add_in_line (self, data + i, len - i);
  }
}

void
sink_content_finish (SinkContent *self)
{
  if ((self->state & STATE_MASK) == IN_LINE_CR)
    add_bare (self, '\r');
  set_state (self, AT_START);
}
