#include "fold.h"

#include "address-idna.h"
#include "text.h"
#include <string.h>

#define DISTANCE_NAME_MAX 128 /* octets; chosen */

/* g_ascii_tolower() is a call; this is made for every octet of a million addresses. */
static inline guint8
lower (char c)
{
  return (guint8) (c >= 'A' && c <= 'Z' ? c | 0x20 : c);
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
      *to++ = lower (text[i]);
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
  if (text_is_plain (name, len))
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

  if (text_is_plain (address, len)) {
    g_byte_array_set_size (out, (guint) (start + len + 1));
    for (gsize i = 0; i < len; i++)
      out->data[start + i] = lower (address[i]);
    out->data[start + len] = '\0';
  } else {
    g_autofree char *text = g_strndup (address, len);
    g_autofree char *key = address_key (text);

    g_byte_array_append (out, (const guint8 *) key, (guint) strlen (key) + 1);
  }
}

static int
compare_words (gconstpointer a, gconstpointer b)
{
  return strcmp (*(const char *const *) a, *(const char *const *) b);
}

char *
fold_sort_words (const char *name_key)
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
fold_distance (const char *a, const char *b)
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

char *
fold_canonical_address (const char *typed)
{
  g_autofree char *text = g_strstrip (g_strdup (typed));
  AddressFlaw flaw;

  return address_canonical (text, strlen (text), &flaw);
}

char *
fold_typed_address (const char *typed)
{
  g_autofree char *whole = strchr (typed, '@') == NULL ? g_strconcat ("x@", typed, NULL) : g_strdup (typed); /* a domain alone */
  g_autofree char *canonical = fold_canonical_address (whole);

  if (canonical == NULL)
    return address_key (typed);
  return address_key (strchr (typed, '@') == NULL ? strchr (canonical, '@') + 1 : canonical);
}
