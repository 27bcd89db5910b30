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
  g_assert (reply->code >= 200 && reply->code <= 559);
  g_assert (strlen (reply->text) == (size > 4 ? size - 4 : 0) && reply->len == strlen (reply->text)); /* no hidden tail */
  for (const char *p = reply->text; *p != '\0'; p++)
    g_assert (g_ascii_isprint (*p));
  g_assert (reply->status.class == 0 || (reply->status.class == reply->code / 100 && reply->status.subject < 1000 && reply->status.detail < 1000));
  return 0;
}
