#include "encoded-word.h"

#include "charset.h"
#include <string.h>

#define CHARSET_MAX 40 /* octets of an encoding's name */

typedef struct { /* =?CHARSET?Q?TEXT?= */
  const char *charset, *text, *end; /* end: behind the last octet */
  gsize       charset_len, text_len;
  gboolean    is_base64;
} Word;

static gboolean
read_word (const char *at, Word *out)
{
  const char *second, *third;

  if (at[0] != '=' || at[1] != '?')
    return FALSE;
  out->charset = at + 2;
  second = strchr (out->charset, '?');
  if (second == NULL || second - out->charset > CHARSET_MAX || strchr ("QqBb", second[1]) == NULL || second[1] == '\0' || second[2] != '?')
    return FALSE;
  out->charset_len = strcspn (out->charset, "?*"); /* RFC 2231: *language */
  out->is_base64 = second[1] == 'B' || second[1] == 'b';
  out->text = second + 3;
  third = strstr (out->text, "?=");
  if (third == NULL || strcspn (out->text, "? \t") != (gsize) (third - out->text))
    return FALSE;
  out->text_len = (gsize) (third - out->text);
  out->end = third + 2;
  return TRUE;
}

static void
append_quoted (GByteArray *out, const char *text, gsize len)
{
  for (gsize i = 0; i < len; i++) {
    guint8 octet = text[i] == '_' ? ' ' : (guint8) text[i];

    if (text[i] == '=' && i + 2 < len && g_ascii_isxdigit (text[i + 1]) && g_ascii_isxdigit (text[i + 2])) {
      octet = (guint8) (g_ascii_xdigit_value (text[i + 1]) << 4 | g_ascii_xdigit_value (text[i + 2]));
      i += 2;
    }
    g_byte_array_append (out, &octet, 1);
  }
}

static void
append_octets (GByteArray *out, const Word *word)
{
  g_autofree char *text = g_strndup (word->text, word->text_len);
  g_autofree guint8 *octets = NULL;
  gsize len;

  if (!word->is_base64) {
    append_quoted (out, word->text, word->text_len);
    return;
  }
  octets = g_base64_decode (text, &len);
  g_byte_array_append (out, octets, (guint) len);
}

static gboolean
has_charset_of (const Word *self, const Word *other)
{
  return self->charset_len == other->charset_len && g_ascii_strncasecmp (self->charset, other->charset, other->charset_len) == 0;
}

/* A character may be cut between two words of one encoding: their octets are read as one. Returns: behind the last word taken. */
static const char *
word_collect (const Word *first, GByteArray *octets)
{
  Word word = *first, next;

  append_octets (octets, &word);
  while (read_word (word.end + strspn (word.end, " \t\r\n"), &next) && has_charset_of (&next, first)) {
    append_octets (octets, &next);
    word = next;
  }
  return word.end;
}

/* Returns: behind what was read, or NULL: it is not to be read. */
static const char *
decode_at (const char *at, GString *out)
{
  g_autoptr (GByteArray) octets = g_byte_array_new (), text = g_byte_array_new ();
  g_autofree char *name = NULL;
  g_autoptr (Charset) charset = NULL;
  const char *end;
  Word word;

  if (!read_word (at, &word))
    return NULL;
  name = g_strndup (word.charset, word.charset_len);
  charset = charset_open (name);
  end = word_collect (&word, octets);
  if (charset == NULL || octets->len == 0 || charset_feed (charset, octets->data, octets->len, TRUE, text) > 0 || text->len == 0 ||
      !g_utf8_validate ((const char *) text->data, (gssize) text->len, NULL)) /* nor with a NUL */
    return NULL;
  g_string_append_len (out, (const char *) text->data, (gssize) text->len);
  return end;
}

char *
encoded_word_decode (const char *text)
{
  GString *out = g_string_new (NULL);

  for (const char *at = text; *at != '\0';) {
    const char *mark = strstr (at, "=?"), *end;

    g_string_append_len (out, at, mark != NULL ? mark - at : -1);
    if (mark == NULL)
      break;
    end = decode_at (mark, out);
    if (end == NULL)
      g_string_append_c (out, '=');
    at = end != NULL ? end : mark + 1;
  }
  return g_string_free (out, FALSE);
}
