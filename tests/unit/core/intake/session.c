#include "session.h"

#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static guint64
sum (GHashTable *counts)
{
  GHashTableIter iter;
  gpointer count;
  guint64 total = 0;

  g_hash_table_iter_init (&iter, counts);
  while (g_hash_table_iter_next (&iter, NULL, &count))
    total += *(guint64 *) count;
  return total;
}

static void
rejects_cb (GVariant *frame, gpointer data)
{
  ((Session *) data)->reject_frames++;
}

static void
progress_cb (guint64 rows, guint64 reading, guint64 size, gpointer data)
{
  ((Session *) data)->progresses++;
}

static void
done_cb (const ImportReport *report, const GError *error, gpointer data)
{
  Session *self = data;

  g_assert_true ((report == NULL) != (error == NULL));
  if (error != NULL) {
    self->error = g_error_copy (error);
  } else {
    self->read = report->read;
    self->created = report->created;
    self->updated = report->updated;
    self->merged = report->merged;
    self->unchanged = report->unchanged;
    self->rejected = sum (report->rejected);
    self->left_out = sum (report->left_out);
    self->format = g_strdup (report->format);
    self->encoding = g_strdup (report->encoding);
    self->fields = g_strjoinv (",", report->fields);
  }
  g_main_loop_quit (self->loop);
}

static int
make_file (const char *bytes, gsize len)
{
  int fd = memfd_create ("contacts", MFD_CLOEXEC);

  g_assert_cmpint (write (fd, bytes, len), ==, (gssize) len);
  return fd;
}

static int
make_pipe (const char *bytes, gsize len)
{
  int fds[2];

  g_assert_cmpint (pipe (fds), ==, 0);
  g_assert_cmpint (write (fds[1], bytes, len), ==, (gssize) len); /* tests keep it below the pipe's size */
  close (fds[1]);
  return fds[0];
}

void
session_run_fd (Session *self, Database *database, int fd, const ImportSpec *defaults)
{
  static const ImportFuncs funcs = { rejects_cb, progress_cb, done_cb };
  ImportSpec spec = *defaults;
  Import *import;

  memset (self, 0, sizeof *self);
  self->loop = g_main_loop_new (NULL, FALSE);
  spec.file = fd;
  import = import_start (database, &spec, &funcs, self);
  close (fd);
  g_main_loop_run (self->loop);
  import_free (import);
}

void
session_run (Session *self, Database *database, const char *bytes, gssize len, gboolean is_pipe, const ImportSpec *defaults)
{
  gsize size = len < 0 ? strlen (bytes) : (gsize) len;

  session_run_fd (self, database, is_pipe ? make_pipe (bytes, size) : make_file (bytes, size), defaults);
}

void
session_clear (Session *self)
{
  g_clear_pointer (&self->loop, g_main_loop_unref);
  g_clear_pointer (&self->format, g_free);
  g_clear_pointer (&self->encoding, g_free);
  g_clear_pointer (&self->fields, g_free);
  g_clear_error (&self->error);
}
