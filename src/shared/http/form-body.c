#include "form-body.h"

#include <string.h>

static gboolean
form_is_plain (char character)
{
  return g_ascii_isalnum (character) || memchr ("*-._", character, 4) != NULL;
}

/* out: room for three octets a character, or NULL: only counted. Returns: octets. */
static gsize
form_encode (const char *text, char *out)
{
  static const char digits[] = "0123456789ABCDEF";
  gsize n = 0;

  for (const char *p = text; *p != '\0'; p++) {
    guchar octet = (guchar) *p;
    gboolean is_one = form_is_plain (*p) || *p == ' ';

    if (out != NULL && is_one)
      out[n] = *p == ' ' ? '+' : *p;
    else if (out != NULL) {
      out[n] = '%';
      out[n + 1] = digits[octet >> 4];
      out[n + 2] = digits[octet & 0xf];
    }
    n += is_one ? 1 : 3;
  }
  return n;
}

static gsize
form_write (const FormField *fields, char *out)
{
  gsize n = 0;

  for (const FormField *field = fields; field->name != NULL; field++) {
    if (field->value == NULL)
      continue;
    if (n > 0 && out != NULL)
      out[n] = '&';
    n += n > 0;
    n += form_encode (field->name, out != NULL ? out + n : NULL);
    if (out != NULL)
      out[n] = '=';
    n++;
    n += form_encode (field->value, out != NULL ? out + n : NULL);
  }
  return n;
}

SecretBytes *
form_body_build (const FormField *fields)
{
  gsize len = form_write (fields, NULL);
  char *scratch = g_malloc (len + 1);
  SecretBytes *body;

  (void) form_write (fields, scratch);
  body = secret_bytes_new (scratch, len);
  explicit_bzero (scratch, len);
  g_free (scratch);
  return body;
}
