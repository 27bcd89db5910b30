#include "gmail-body.h"

#include <string.h>

#define BEFORE "{\"raw\":\""
#define BEHIND "\"}"

/* RFC 4648 §5, without what fills up the end: its length is known. */
static void
make_url_safe (char *text)
{
  for (; *text != '\0'; text++)
    if (*text == '+')
      *text = '-';
    else if (*text == '/')
      *text = '_';
    else if (*text == '=')
      *text = '\0';
}

GByteArray *
gmail_body_build_json (const GByteArray *message)
{
  g_autofree char *base64 = g_base64_encode (message->data, message->len);
  GByteArray *body = g_byte_array_sized_new (message->len / 3 * 4 + 64);

  make_url_safe (base64);
  g_byte_array_append (body, (const guint8 *) BEFORE, strlen (BEFORE));
  g_byte_array_append (body, (const guint8 *) base64, (guint) strlen (base64));
  g_byte_array_append (body, (const guint8 *) BEHIND, strlen (BEHIND));
  return body;
}
