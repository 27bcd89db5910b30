#include "csv-out.h"

#include "fault.h"
#include "kill-point.h"
#include <errno.h>
#include <fcntl.h>
#include <glib/gstdio.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

struct CsvOut {
  FILE    *out;
  char    *path;      /* the name in the end; NULL: standard output or no regular file */
  char    *temporary; /* the name until then */
  gboolean is_row_begun;
};

static gboolean
open_beside (CsvOut *self, const char *path, GError **error)
{
  g_autofree char *real = realpath (path, NULL); /* a link stays a link: its target is replaced */
  int fd;

  self->path = g_strdup (real != NULL ? real : path);
  self->temporary = g_strconcat (self->path, ".XXXXXX", NULL);
  fd = g_mkstemp_full (self->temporary, O_WRONLY | O_CLOEXEC, 0600);
  if (fd < 0) {
    g_set_error (error, FAULT, FAULT_CANT_CREATE, "%s cannot be written: %s", path, g_strerror (errno));
    g_clear_pointer (&self->temporary, g_free);
    return FALSE;
  }
  self->out = fdopen (fd, "w");
  return TRUE;
}

CsvOut *
csv_out_new (const char *path, GError **error)
{
  g_autoptr (CsvOut) self = g_new0 (CsvOut, 1);
  struct stat found;

  if (path == NULL || strcmp (path, "-") == 0) {
    self->out = stdout;
  } else if (stat (path, &found) == 0 && !S_ISREG (found.st_mode)) {
    self->out = S_ISDIR (found.st_mode) ? NULL : fopen (path, "we");
    if (self->out == NULL) {
      g_set_error (error, FAULT, FAULT_CANT_CREATE, "%s cannot be written: %s", path,
                   g_strerror (S_ISDIR (found.st_mode) ? EISDIR : errno));
      return NULL;
    }
  } else if (!open_beside (self, path, error)) {
    return NULL;
  }
  return g_steal_pointer (&self);
}

CsvOut *
csv_out_new_fd (int fd, GError **error)
{
  g_autoptr (CsvOut) self = g_new0 (CsvOut, 1);

  self->out = fdopen (fd, "w");
  if (self->out == NULL) {
    g_set_error (error, FAULT, FAULT_CANT_CREATE, "the file cannot be written: %s", g_strerror (errno));
    close (fd);
    return NULL;
  }
  return g_steal_pointer (&self);
}

static void
csv_out_separate (CsvOut *self)
{
  if (self->is_row_begun)
    putc (',', self->out);
  self->is_row_begun = TRUE;
}

static void
csv_out_put (CsvOut *self, gboolean is_defused, const char *data, gsize len)
{
  gboolean is_quoted = FALSE;

  for (gsize i = 0; i < len && !is_quoted; i++)
    is_quoted = strchr (",\"\r\n", data[i]) != NULL && data[i] != '\0';
  csv_out_separate (self);
  is_quoted |= len > 0 && (data[0] == ' ' || data[len - 1] == ' ');
  if (is_quoted)
    putc ('"', self->out);
  if (is_defused)
    putc ('\'', self->out);
  for (gsize i = 0; i < len; i++) {
    if (data[i] == '"')
      putc ('"', self->out);
    putc (data[i], self->out);
  }
  if (is_quoted)
    putc ('"', self->out);
}

static gboolean
is_formula (const char *data, gsize len)
{
  return len > 0 && data[0] != '\0' && strchr ("=+-@\t\r", data[0]) != NULL;
}

void
csv_out_text (CsvOut *self, const char *text)
{
  csv_out_value (self, text, text != NULL ? strlen (text) : 0);
}

void
csv_out_value (CsvOut *self, const char *data, gsize len)
{
  csv_out_put (self, is_formula (data, len), data, len);
}

void
csv_out_phone (CsvOut *self, const char *data, gsize len)
{
  gboolean is_number = len > 1 && data[0] == '+';

  for (gsize i = 1; i < len && is_number; i++)
    is_number = g_ascii_isdigit (data[i]);
  csv_out_put (self, !is_number && is_formula (data, len), data, len);
}

void
csv_out_end_row (CsvOut *self)
{
  fputs ("\r\n", self->out);
  self->is_row_begun = FALSE;
}

void
csv_out_header (CsvOut *self, const char *title, ...)
{
  va_list titles;

  va_start (titles, title);
  for (; title != NULL; title = va_arg (titles, const char *))
    csv_out_text (self, title);
  va_end (titles);
  csv_out_end_row (self);
}

gboolean
csv_out_finish (CsvOut *self, GError **error)
{
  gboolean is_written;

  if (self->out == stdout) /* main looks at it in the end, for all commands */
    return TRUE;
  is_written = fflush (self->out) == 0 && !ferror (self->out);
  if (!is_written || (self->temporary != NULL && fsync (fileno (self->out)) != 0)) {
    g_set_error (error, FAULT, FAULT_IO, "%s could not be written: %s", self->path != NULL ? self->path : "the output",
                 g_strerror (errno));
    return FALSE;
  }
  KILL_POINT ("cli-export-written");
  if (self->temporary != NULL && g_rename (self->temporary, self->path) != 0) {
    g_set_error (error, FAULT, FAULT_CANT_CREATE, "%s cannot be written: %s", self->path, g_strerror (errno));
    return FALSE;
  }
  KILL_POINT ("cli-export-renamed");
  g_clear_pointer (&self->temporary, g_free);
  return TRUE;
}

void
csv_out_free (CsvOut *self)
{
  if (self == NULL)
    return;
  if (self->out != NULL && self->out != stdout)
    fclose (self->out);
  if (self->temporary != NULL)
    g_unlink (self->temporary);
  g_free (self->temporary);
  g_free (self->path);
  g_free (self);
}
