#include "reading.h"

#include "charset.h"
#include "text.h"
#include <string.h>

#define NAMES 3
#define NAME_MAX_BYTES 48
#define SHOWN_MAX 400

static const char *const candidates[] = { "utf-8", "windows-1252", "windows-1250", "windows-1251", "macintosh", "cp850", "windows-1254", "windows-1253", "windows-1257",
                                          "koi8-r", "windows-1255", "windows-1256", "shift_jis", "gb18030", "big5", "euc-kr" };

/* Adds a value between separators, if it has an octet that is not ASCII. */
static void
add_name (GPtrArray *names, const guint8 *from, const guint8 *to)
{
  g_autoptr (GBytes) name = NULL;
  gboolean is_high = FALSE;

  for (const guint8 *p = from; p < to && !is_high; p++)
    is_high = *p >= 0x80;
  if (!is_high || to - from > NAME_MAX_BYTES)
    return;
  name = g_bytes_new (from, (gsize) (to - from));
  for (guint i = 0; i < names->len; i++)
    if (g_bytes_equal (names->pdata[i], name))
      return;
  g_ptr_array_add (names, g_steal_pointer (&name));
}

static void
reading_collect (GPtrArray *names, const guint8 *data, gsize len)
{
  const guint8 *from = data, *end = data + len;

  for (const guint8 *p = data; p < end && names->len < NAMES; p++)
    if (strchr (",;\t|\"\r\n<>", *p) != NULL) { /* and NUL */
      add_name (names, from, p);
      from = p + 1;
    }
}

/* Returns: (transfer full) the names in this encoding, or NULL: they cannot be. A file that is UTF-8 in part has one at least that is. */
static char *
read_names (const char *encoding, const GPtrArray *names)
{
  g_autoptr (GString) list = g_string_new (NULL);
  guint n_good = 0;

  for (guint i = 0; i < names->len; i++) {
    g_autoptr (Charset) charset = charset_open (encoding);
    g_autoptr (GByteArray) text = g_byte_array_new ();
    gsize len, bad;
    const guint8 *octets = g_bytes_get_data (names->pdata[i], &len);
    g_autofree char *shown = NULL;

    if (charset == NULL)
      return NULL;
    bad = charset_feed (charset, octets, len, TRUE, text);
    shown = text->len > 0 ? text_printable ((const char *) text->data, (gssize) text->len, 4 * NAME_MAX_BYTES) : g_strdup ("?");
    n_good += bad == 0 && strchr (shown, '?') == NULL;
    if (n_good <= i && strcmp (encoding, "utf-8") != 0)
      return NULL;
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", shown);
  }
  return n_good > 0 ? text_printable (list->str, -1, SHOWN_MAX) : NULL;
}

static gboolean
is_listed (const GPtrArray *readings, const char *text)
{
  for (guint i = 1; i < readings->len; i += 2)
    if (strcmp (readings->pdata[i], text) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
find_names (Input *input, GPtrArray *names, GError **error)
{
  g_autofree guint8 *piece = g_malloc (INPUT_PIECE);
  guint64 size = input_get_size (input);

  for (guint64 at = 0; at < size && names->len < NAMES; at += INPUT_PIECE) {
    gsize len = (gsize) MIN (INPUT_PIECE, size - at);

    if (!input_read (input, at, piece, len, error))
      return FALSE;
    reading_collect (names, piece, len);
    if (at + len == size && names->len == 0) /* one line without an end */
      add_name (names, piece, piece + len);
  }
  return TRUE;
}

GPtrArray *
reading_list (Input *input, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func ((GDestroyNotify) g_bytes_unref);
  GPtrArray *readings;

  if (!find_names (input, names, error))
    return NULL;
  readings = g_ptr_array_new_with_free_func (g_free);
  for (gsize i = 0; i < G_N_ELEMENTS (candidates) && readings->len < 2 * READING_MAX; i++) {
    g_autofree char *text = read_names (candidates[i], names);

    if (text == NULL || is_listed (readings, text))
      continue;
    g_ptr_array_add (readings, g_strdup (candidates[i]));
    g_ptr_array_add (readings, g_steal_pointer (&text));
  }
  return readings;
}
