#include "fold.h"

#include "address.h"
#include "text.h"
#include <string.h>

static gboolean
is_ascii (const char *text, gsize len)
{
  for (gsize i = 0; i < len; i++)
    if ((guint8) text[i] >= 0x80)
      return FALSE;
  return TRUE;
}

/* text_fold() without its cost, for most of the names. */
static void
append_ascii (GByteArray *out, const char *text, gsize len)
{
  gsize start = out->len;
  guint8 *to;

  g_byte_array_set_size (out, (guint) (start + len + 1));
  to = out->data + start;
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isspace (text[i]))
      *to++ = (guint8) g_ascii_tolower (text[i]);
    else if (to > out->data + start && to[-1] != ' ')
      *to++ = ' ';
  if (to > out->data + start && to[-1] == ' ')
    to--;
  *to++ = '\0';
  g_byte_array_set_size (out, (guint) (to - out->data));
}

static void
append_unicode (GByteArray *out, const char *text, gsize len)
{
  g_autofree char *key = text_fold (text, (gssize) len);

  g_byte_array_append (out, (const guint8 *) key, (guint) strlen (key) + 1);
}

void
fold_name_append (GByteArray *out, const char *name, gsize len)
{
  if (is_ascii (name, len))
    append_ascii (out, name, len);
  else
    append_unicode (out, name, len);
}

char *
fold_name (const char *name)
{
  GByteArray *key = g_byte_array_new ();

  fold_name_append (key, name, strlen (name));
  return (char *) g_byte_array_free (key, FALSE);
}

void
fold_address_append (GByteArray *out, const char *address, gsize len)
{
  gsize start = out->len;

  if (is_ascii (address, len)) {
    g_byte_array_append (out, (const guint8 *) address, (guint) len);
    for (gsize i = start; i < out->len; i++)
      out->data[i] = (guint8) g_ascii_tolower ((char) out->data[i]);
    g_byte_array_append (out, (const guint8 *) "", 1);
  } else {
    g_autofree char *text = g_strndup (address, len);
    g_autofree char *key = address_key (text);

    g_byte_array_append (out, (const guint8 *) key, (guint) strlen (key) + 1);
  }
}
