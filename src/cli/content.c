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
  if (!g_utf8_validate (raw, (gssize) len, NULL)) {
    g_set_error (error, FAULT, FAULT_DATA, "%s is not UTF-8 text; save it as UTF-8 and try again", path);
    return NULL;
  }
  if (g_str_has_prefix (raw, mark))
    start += sizeof mark - 1;
  return g_strdup (start);
}
