#include "name-key.h"

#include "text.h"
#include <string.h>

#define DISTANCE_NAME_MAX 128 /* octets; chosen */

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
      *to++ = text_lower (text[i]);
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
name_key_append (GByteArray *out, const char *name, gsize len)
{
  if (text_is_plain (name, len))
    append_ascii (out, name, len);
  else
    append_unicode (out, name, len);
}

char *
name_key_build (const char *name)
{
  GByteArray *key = g_byte_array_new ();

  name_key_append (key, name, strlen (name));
  return (char *) g_byte_array_free (key, FALSE);
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char *
name_key_sort_words (const char *name_key)
{
  g_autoptr (GPtrArray) words = g_ptr_array_new_with_free_func (g_free);
  const char *from = NULL, *p = name_key;

  for (;; p = g_utf8_next_char (p)) {
    gboolean is_word = *p != '\0' && (g_unichar_isalnum (g_utf8_get_char (p)) || g_unichar_ismark (g_utf8_get_char (p)));

    if (is_word && from == NULL)
      from = p;
    if (!is_word && from != NULL) {
      g_ptr_array_add (words, g_strndup (from, (gsize) (p - from)));
      from = NULL;
    }
    if (*p == '\0')
      break;
  }
  g_ptr_array_sort (words, compare_words);
  g_ptr_array_add (words, NULL);
  return g_strjoinv (" ", (char **) words->pdata);
}

guint
name_key_distance (const char *a, const char *b)
{
  guint row[DISTANCE_NAME_MAX + 1];
  gsize len = MIN (strlen (b), DISTANCE_NAME_MAX);

  for (guint j = 0; j <= len; j++)
    row[j] = j;
  for (guint i = 1; a[i - 1] != '\0'; i++) {
    guint corner = row[0];

    row[0] = i;
    for (gsize j = 1; j <= len; j++) {
      guint above = row[j];

      row[j] = MIN (MIN (above, row[j - 1]) + 1, corner + (a[i - 1] != b[j - 1]));
      corner = above;
    }
  }
  return row[len];
}
