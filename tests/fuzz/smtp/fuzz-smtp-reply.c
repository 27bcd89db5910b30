#include "smtp-reply.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize size);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize size)
{
  static SmtpReply parsed;
  const SmtpReply *reply = &parsed;

  if (!smtp_reply_parse ((const char *) data, size, &parsed, NULL))
    return 0;
  g_assert (reply->code >= 200 && reply->code <= 599);
  g_assert (strlen (reply->text) == (size > 4 ? size - 4 : 0) && reply->len == strlen (reply->text)); /* no hidden tail */
  g_assert (g_utf8_validate (reply->text, (gssize) reply->len, NULL));
  for (const char *p = reply->text; *p != '\0'; p = g_utf8_next_char (p))
    g_assert (g_unichar_isprint (g_utf8_get_char (p)) && g_unichar_type (g_utf8_get_char (p)) != G_UNICODE_FORMAT);
  g_assert (reply->status.class == 0 || (reply->status.class == reply->code / 100 && reply->status.subject < 1000 && reply->status.detail < 1000));
  return 0;
}
