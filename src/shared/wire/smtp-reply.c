#include "smtp-reply.h"

#include <string.h>

G_DEFINE_QUARK (smtp-reply-error-quark, smtp_reply_error)

static gboolean
is_reply (const char *line, gsize len)
{
  return len >= 3 && line[0] >= '2' && line[0] <= '5' && g_ascii_isdigit (line[1]) && g_ascii_isdigit (line[2]) && (len == 3 || line[3] == ' ' || line[3] == '-');
}

/* One to three digits. Returns: what stands behind them, or NULL. */
static const char *
parse_number (const char *at, guint *out_number)
{
  guint number = 0, n = 0;

  for (; n < 3 && g_ascii_isdigit (at[n]); n++)
    number = 10 * number + (guint) (at[n] - '0');
  *out_number = number;
  return n > 0 && !g_ascii_isdigit (at[n]) ? at + n : NULL;
}

static void
parse_status (SmtpReply *self)
{
  SmtpStatus status = { 0, 0, 0 };
  const char *at = self->text;

  if ((guint) (at[0] - '0') != self->code / 100 || at[0] == '3' || at[1] != '.')
    return;
  status.class = self->code / 100;
  at = parse_number (at + 2, &status.subject);
  if (at == NULL || *at != '.')
    return;
  at = parse_number (at + 1, &status.detail);
  if (at != NULL && (*at == ' ' || *at == '\0'))
    self->status = status;
}

/* Where servers say it in their own language (RFC 6531 §3.7.4.2, and many without it): whole printable characters stay, all else is "?". */
static void
copy_text (char *out, const char *in, gsize len)
{
  for (gsize i = 0, n; i < len; i += n) {
    gunichar c = (guchar) in[i] < 0x80 ? (gunichar) (guchar) in[i] : g_utf8_get_char_validated (in + i, (gssize) (len - i));
    gboolean is_whole = c != (gunichar) -1 && c != (gunichar) -2;

    n = is_whole ? (gsize) g_utf8_skip[(guchar) in[i]] : 1;
    if (is_whole && (c < 0x80 ? g_ascii_isprint ((char) c) : g_unichar_isprint (c) && g_unichar_type (c) != G_UNICODE_FORMAT))
      memcpy (out + i, in + i, n);
    else
      memset (out + i, '?', n);
  }
  out[len] = '\0';
}

gboolean
smtp_reply_parse (const char *line, gsize len, SmtpReply *out_reply, GError **error)
{
  if (len > SMTP_REPLY_LINE_MAX || !is_reply (line, len)) {
    g_set_error (error, SMTP_REPLY_ERROR, SMTP_REPLY_ERROR_MALFORMED, "not an SMTP reply (%" G_GSIZE_FORMAT " octets)", len);
    return FALSE;
  }
  out_reply->code = (guint) (100 * (line[0] - '0') + 10 * (line[1] - '0') + (line[2] - '0'));
  out_reply->is_last = len == 3 || line[3] == ' ';
  out_reply->len = MAX (len, 4) - 4;
  copy_text (out_reply->text, len > 4 ? line + 4 : "", out_reply->len); /* people read this: no escapes, no hidden tail after a NUL */
  out_reply->status = (SmtpStatus){ 0, 0, 0 };
  parse_status (out_reply);
  return TRUE;
}
