#include "text.h"

#include <string.h>

/* Also the marks that turn the writing direction: a reply must not rearrange the line it is quoted in. */
static gboolean
is_shown (gunichar c)
{
  return !g_unichar_iscntrl (c) && c != 0x2028 && c != 0x2029 && !(c >= 0x202a && c <= 0x202e) &&
         !(c >= 0x2066 && c <= 0x2069) && c != 0xfeff;
}

char *
text_printable (const char *data, gssize len, gsize max)
{
  gsize n = len < 0 ? strlen (data) : (gsize) len;
  g_autofree char *valid = NULL;
  GString *shown;

  if (n + 6 <= max && text_is_plain (data, n))
    return g_strndup (data, n);
  valid = n > 0 ? g_utf8_make_valid (data, (gssize) n) : g_strdup ("");
  shown = g_string_new (NULL);
  for (const char *p = valid; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (shown->len + 6 > max) {
      g_string_append (shown, "…");
      break;
    }
    g_string_append_unichar (shown, is_shown (c) && c != 0xfffd ? c : '?');
  }
  return g_string_free (shown, FALSE);
}

char *
text_fold (const char *text, gssize len)
{
  g_autofree char *folded = g_utf8_casefold (text, len);
  g_autofree char *normal = g_utf8_normalize (folded, -1, G_NORMALIZE_NFC);
  GString *key = g_string_new (NULL);

  for (const char *p = normal != NULL ? normal : folded; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (!g_unichar_isspace (c))
      g_string_append_unichar (key, c);
    else if (key->len > 0 && key->str[key->len - 1] != ' ')
      g_string_append_c (key, ' ');
  }
  if (key->len > 0 && key->str[key->len - 1] == ' ')
    g_string_truncate (key, key->len - 1);
  return g_string_free (key, FALSE);
}

#define MISSING_MAX 7 /* octets of the longest of the words below */

gboolean
text_is_missing (const char *data, gsize len)
{
  static const char *const words[] = { "-", "NULL", "(null)", "<null>", "\\N", "n/a", "<NA>", "#N/A", "#REF!", "#VALUE!", "#NAME?",
                                       "#DIV/0!", "#NUM!", "#NULL!" };
  static const char *const exact[] = { "nan", "NaN", "NAN", "NaT", "None" };

  if (len > MISSING_MAX && !g_ascii_isspace (data[0]) && !g_ascii_isspace (data[len - 1]))
    return FALSE;
  while (len > 0 && g_ascii_isspace (data[0]))
    data++, len--;
  while (len > 0 && g_ascii_isspace (data[len - 1]))
    len--;
  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (strlen (words[i]) == len && g_ascii_strncasecmp (words[i], data, len) == 0)
      return TRUE;
  for (gsize i = 0; i < G_N_ELEMENTS (exact); i++) /* Nan is a first name */
    if (strlen (exact[i]) == len && memcmp (exact[i], data, len) == 0)
      return TRUE;
  return len == 0;
}

char *
text_quote (const char *foreign, gsize max)
{
  g_autofree char *shown = text_printable (foreign, -1, max);
  GString *quoted = g_string_new (shown);

  g_string_replace (quoted, "“", "'", 0);
  g_string_replace (quoted, "”", "'", 0);
  g_string_prepend (quoted, "“");
  g_string_append (quoted, "”");
  return g_string_free (quoted, FALSE);
}

char *
text_count (guint64 count, const char *one, const char *other)
{
  return g_strdup_printf ("%" G_GUINT64_FORMAT " %s", count, count == 1 ? one : other);
}

void
text_add_sentence (GStrvBuilder *sentences, const char *format, ...)
{
  g_autofree char *sentence = NULL;
  va_list values;

  va_start (values, format);
  sentence = g_strdup_vprintf (format, values);
  va_end (values);
  g_strv_builder_add (sentences, sentence);
}
