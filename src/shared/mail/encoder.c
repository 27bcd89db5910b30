#include "encoder.h"

#include <string.h>

#define QP_LINE 75          /* RFC 2045: 76 with the "=" of a soft line break */
#define BASE64_LINE 76
#define QP_GROWTH 4          /* "=XX" and its share of soft line breaks */

static const char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/* Room for `n` octets at the end of `out`; encoder_leave() says how far it was used. Only encoder.c knows of this trick:
 * one check for a run instead of one for each octet. */
static guint8 *
encoder_reserve (GByteArray *out, gsize n, guint *out_len)
{
  *out_len = out->len;
  g_byte_array_set_size (out, out->len + (guint) n);
  return out->data + *out_len;
}

static void
encoder_leave (GByteArray *out, const guint8 *end)
{
  g_byte_array_set_size (out, (guint) (end - out->data));
}

void
encoder_start (Encoder *self, EncoderKind kind, GByteArray *out)
{
  *self = (Encoder){ .out = out, .kind = kind };
}

static guint8 *
soft_break (Encoder *self, guint8 *p)
{
  self->column = 0;
  *p++ = '=', *p++ = '\r', *p++ = '\n';
  return p;
}

static guint8 *
put_code (Encoder *self, guint8 *p, guint8 c)
{
  static const char hex[] = "0123456789ABCDEF";

  if (self->column + 3 > QP_LINE)
    p = soft_break (self, p);
  *p++ = '=', *p++ = (guint8) hex[c >> 4], *p++ = (guint8) hex[c & 15];
  self->column += 3;
  return p;
}

/* White space before a line break may be lost on the way: it is written as a code. */
static guint8 *
hard_break (Encoder *self, guint8 *p)
{
  if (self->column > 0 && (p[-1] == ' ' || p[-1] == '\t')) {
    self->column--;
    p = put_code (self, p - 1, p[-1]);
  }
  *p++ = '\r', *p++ = '\n';
  self->column = 0;
  return p;
}

/* "." would need dot-stuffing, "From " is mangled by mbox files: neither opens a line. */
static gboolean
is_risky_start (const char *data, gsize left)
{
  return data[0] == '.' || (data[0] == 'F' && memcmp (data, "From", MIN (left, 4)) == 0);
}

static inline gboolean
is_literal (guchar c)
{
  return (c >= 32 && c < 127 && c != '=') || c == '\t';
}

/* Octets from `data` on that stand for themselves. */
static gsize
count_literal (const char *data, gsize len)
{
  gsize n = 0;

  while (n < len && is_literal ((guchar) data[n]))
    n++;
  return n;
}

/* `len` octets that stand for themselves, of `left` that are there: cut into lines. */
static guint8 *
put_run (Encoder *self, guint8 *p, const char *data, gsize len, gsize left)
{
  while (len > 0) {
    gsize n;

    if (self->column == QP_LINE)
      p = soft_break (self, p);
    if (self->column == 0 && is_risky_start (data, left)) {
      p = put_code (self, p, (guint8) *data);
      data++, len--, left--;
      continue;
    }
    n = MIN (len, QP_LINE - self->column);
    memcpy (p, data, n);
    p += n, data += n, len -= n, left -= n;
    self->column += (guint) n;
  }
  return p;
}

static void
put_qp (Encoder *self, const char *data, gsize len)
{
  guint old_len;
  guint8 *p = encoder_reserve (self->out, len * QP_GROWTH + 16, &old_len);

  while (len > 0) {
    gsize n = count_literal (data, len);

    p = put_run (self, p, data, n, len);
    data += n, len -= n;
    if (len == 0)
      break;
    p = *data == '\n' ? hard_break (self, p) : put_code (self, p, (guint8) *data);
    data++, len--;
  }
  encoder_leave (self->out, p);
}

static guint8 *
put_triple (Encoder *self, guint8 *p)
{
  guint32 bits = (guint32) self->held[0] << 16 | (guint32) self->held[1] << 8 | self->held[2];

  *p++ = (guint8) digits[bits >> 18];
  *p++ = (guint8) digits[bits >> 12 & 63];
  *p++ = (guint8) digits[bits >> 6 & 63];
  *p++ = (guint8) digits[bits & 63];
  self->n_held = 0;
  self->column += 4;
  if (self->column == BASE64_LINE) {
    *p++ = '\r', *p++ = '\n';
    self->column = 0;
  }
  return p;
}

static void
put_base64 (Encoder *self, const char *data, gsize len)
{
  guint old_len;
  guint8 *p = encoder_reserve (self->out, len * QP_GROWTH + 16, &old_len); /* a line feed becomes two octets: 8/3, and line breaks */

  for (gsize i = 0; i < len; i++) {
    if (data[i] == '\n') {
      self->held[self->n_held++] = '\r';
      if (self->n_held == 3)
        p = put_triple (self, p);
    }
    self->held[self->n_held++] = (guint8) data[i];
    if (self->n_held == 3)
      p = put_triple (self, p);
  }
  encoder_leave (self->out, p);
}

void
encoder_put (Encoder *self, const char *data, gsize len)
{
  if (len == 0)
    return;
  if (self->kind == ENCODER_QP)
    put_qp (self, data, len);
  else
    put_base64 (self, data, len);
  self->last = data[len - 1];
}

void
encoder_break (Encoder *self)
{
  if (self->kind == ENCODER_BASE64 || self->column == 0)
    return;
  g_byte_array_append (self->out, (const guint8 *) "=\r\n", 3);
  self->column = 0;
}

void
encoder_splice (Encoder *self, const guint8 *data, gsize len, guint column, char last)
{
  g_byte_array_append (self->out, data, (guint) len);
  self->column = column;
  self->last = last;
}

static void
encoder_pad (Encoder *self)
{
  guint n_held = self->n_held, old_len;
  guint8 *p = encoder_reserve (self->out, 8, &old_len);

  if (n_held > 0) {
    memset (self->held + n_held, 0, 3 - n_held);
    p = put_triple (self, p);
    for (guint i = 0; i < 3 - n_held; i++)
      (self->column == 0 ? p - 2 : p)[-1 - (int) i] = '='; /* behind the line's last four there is a CRLF already */
  }
  if (self->column > 0)
    *p++ = '\r', *p++ = '\n';
  encoder_leave (self->out, p);
}

void
encoder_finish (Encoder *self)
{
  if (self->last != '\n')
    encoder_put (self, "\n", 1);
  if (self->kind == ENCODER_BASE64)
    encoder_pad (self);
}

EncoderKind
encoder_choose (gsize n_octets, gsize n_special)
{
  return n_special > n_octets / 6 ? ENCODER_BASE64 : ENCODER_QP; /* n + 2 s against 4/3 n */
}

gsize
encoder_count_special (const char *data, gsize len)
{
  gsize n = 0;

  for (gsize i = 0; i < len; i++)
    n += !is_literal ((guchar) data[i]) && data[i] != '\n';
  return n;
}
