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

SmtpReply *
smtp_reply_parse (const char *line, gsize len, GError **error)
{
  g_autoptr (SmtpReply) self = NULL;

  if (len > SMTP_REPLY_LINE_MAX || !is_reply (line, len)) {
    g_set_error (error, SMTP_REPLY_ERROR, SMTP_REPLY_ERROR_MALFORMED, "not an SMTP reply (%" G_GSIZE_FORMAT " octets)", len);
    return NULL;
  }
  self = g_new0 (SmtpReply, 1);
  self->code = (guint) (100 * (line[0] - '0') + 10 * (line[1] - '0') + (line[2] - '0'));
  self->is_last = len == 3 || line[3] == ' ';
  self->text = g_malloc0 (MAX (len, 4) - 3);
  for (gsize i = 4; i < len; i++) /* people read this: no escapes, no hidden tail after a NUL */
    self->text[i - 4] = g_ascii_isprint (line[i]) ? line[i] : '?';
  parse_status (self);
  return g_steal_pointer (&self);
}

void
smtp_reply_free (SmtpReply *self)
{
  if (self != NULL)
    g_free (self->text);
  g_free (self);
}
