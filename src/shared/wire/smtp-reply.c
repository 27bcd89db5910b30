#include "smtp-reply.h"

G_DEFINE_QUARK (smtp-reply-error-quark, smtp_reply_error)

static gboolean
is_reply (const char *line, gsize len)
{
  return len >= 3 && line[0] >= '2' && line[0] <= '5' && line[1] >= '0' && line[1] <= '5' &&
         g_ascii_isdigit (line[2]) && (len == 3 || line[3] == ' ' || line[3] == '-');
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
  for (gsize i = 0; i < out_reply->len; i++) /* people read this: no escapes, no hidden tail after a NUL */
    out_reply->text[i] = g_ascii_isprint (line[i + 4]) ? line[i + 4] : '?';
  out_reply->text[out_reply->len] = '\0';
  out_reply->status = (SmtpStatus){ 0, 0, 0 };
  parse_status (out_reply);
  return TRUE;
}
