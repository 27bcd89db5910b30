#include "fold.h"

#include "address.h"
#include <string.h>

static gboolean
is_ascii (const char *text, gsize len)
{
  for (gsize i = 0; i < len; i++)
    if ((guint8) text[i] >= 0x80)
      return FALSE;
  return TRUE;
}

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
  g_autofree char *folded = g_utf8_casefold (text, (gssize) len);
  g_autofree char *normal = g_utf8_normalize (folded, -1, G_NORMALIZE_NFC);
  g_autoptr (GString) key = g_string_new (NULL);

  for (const char *p = normal != NULL ? normal : folded; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (!g_unichar_isspace (c))
      g_string_append_unichar (key, c);
    else if (key->len > 0 && key->str[key->len - 1] != ' ')
      g_string_append_c (key, ' ');
  }
  if (key->len > 0 && key->str[key->len - 1] == ' ')
    g_string_truncate (key, key->len - 1);
  g_byte_array_append (out, (const guint8 *) key->str, (guint) key->len + 1);
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
