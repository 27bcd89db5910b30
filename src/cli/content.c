#include "content.h"

#include "fault.h"
#include <errno.h>
#include <stdio.h>
#include <string.h>

static FILE *
open_file (const char *path, GError **error)
{
  FILE *file = strcmp (path, "-") == 0 ? stdin : fopen (path, "re");

  if (file == NULL)
    g_set_error (error, FAULT, errno == EACCES ? FAULT_NO_PERM : FAULT_NO_INPUT, "%s cannot be read: %s", path,
                 g_strerror (errno));
  return file;
}

/* Lines up to the end of `text`, from 1. */
static guint
count_lines (const char *text)
{
  guint line = 1;

  for (; *text != '\0'; text++)
    line += *text == '\n';
  return line;
}

static gboolean
is_control (gunichar c)
{
  return (c < 0x20 && c != '\t' && c != '\n' && c != '\r') || (c >= 0x7f && c < 0xa0);
}

/* Control characters that separate lines or pages in some editor become line breaks; any other shows nothing and is a mistake.
 * Returns: (transfer full), or NULL with FAULT_DATA that says where. */
static char *
tidy_controls (const char *path, const char *text, GError **error)
{
  g_autoptr (GString) tidy = g_string_new (NULL);
  guint line = 1, column = 1;

  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (c == '\v' || c == '\f' || c == 0x85 || c == 0x2028 || c == 0x2029)
      c = '\n';
    if (is_control (c)) {
      g_set_error (error, FAULT, FAULT_DATA, "%s: line %u column %u: there is a control character (U+%04X) that no letter can hold; take it out", path, line, column,
                   (guint) c);
      return NULL;
    }
    g_string_append_unichar (tidy, c);
    column = c == '\n' ? 1 : column + 1;
    line += c == '\n';
  }
  return g_string_free (g_steal_pointer (&tidy), FALSE);
}

char *
content_read (const char *path, GError **error)
{
  static const char mark[] = "\xef\xbb\xbf";
  g_autofree char *raw = g_malloc (CONTENT_MAX + 2);
  FILE *file = open_file (path, error);
  const char *start = raw;
  gboolean is_failed;
  gsize len;

  if (file == NULL)
    return NULL;
  len = fread (raw, 1, CONTENT_MAX + 1, file);
  is_failed = ferror (file) != 0;
  if (file != stdin)
    fclose (file);
  raw[len] = '\0';
  if (is_failed) {
    g_set_error (error, FAULT, FAULT_NO_INPUT, "%s cannot be read: is it a folder?", path);
    return NULL;
  }
  if (len > CONTENT_MAX) {
    g_set_error (error, FAULT, FAULT_DATA, "%s is longer than 4 MiB; put pictures beside it as files, not into it", path);
    return NULL;
  }
  if (memchr (raw, '\0', len) != NULL) {
    g_set_error (error, FAULT, FAULT_DATA, "%s: line %u: there is a NUL; it is no text file, or it was saved as UTF-16: save it as UTF-8", path, count_lines (raw));
    return NULL;
  }
  if (!g_utf8_validate (raw, (gssize) len, NULL)) {
    g_set_error (error, FAULT, FAULT_DATA, "%s is not UTF-8 text; save it as UTF-8 and try again", path);
    return NULL;
  }
  if (g_str_has_prefix (raw, mark))
    start += sizeof mark - 1;
  return tidy_controls (path, start, error);
}
