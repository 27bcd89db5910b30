#include "import-call.h"

#include "connect.h"
#include "send-fd.h"
#include "spool.h"
#include "words.h"

struct ImportCall {
  Session            *session;
  const ImportMember *member;
  ImportRejectFunc    take;
  gpointer            data;
  ProgressLine       *progress;
  CsvOut             *csv; /* NULL: no file is wanted */
  CsvRejects         *rejects;
  GMainLoop          *loop;
  GVariant           *report;
  GError             *error;
};

ImportCall *
import_call_new (Session *session, const ImportMember *member, const char *rejects, ImportRejectFunc take, gpointer data, GError **error)
{
  CsvOut *csv = rejects != NULL ? csv_out_new (rejects, error) : NULL;
  ImportCall *self;

  if (rejects != NULL && csv == NULL)
    return NULL;
  self = g_new0 (ImportCall, 1);
  *self = (ImportCall){ .session = session, .member = member, .take = take, .data = data, .csv = csv };
  self->progress = progress_line_new (session->is_quiet || session_is_for_programs (session));
  self->rejects = csv != NULL ? csv_rejects_new (csv) : NULL;
  self->loop = g_main_loop_new (NULL, FALSE);
  return self;
}

void
import_call_free (ImportCall *self)
{
  if (self == NULL)
    return;
  g_main_loop_unref (self->loop);
  g_clear_pointer (&self->rejects, csv_rejects_free);
  g_clear_pointer (&self->csv, csv_out_free);
  progress_line_free (self->progress);
  g_free (self);
}

CsvRejects *
import_call_get_rejects (const ImportCall *self)
{
  return self->rejects;
}

void
import_call_hide (ImportCall *self)
{
  progress_line_hide (self->progress);
}

static void
rejected_cb (PrApp1 *core, GVariant *rows, gpointer data)
{
  ImportCall *self = data;
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  FrameReader reader;

  if (!frame_open (&reader, FRAME_REJECTS, g_variant_get_data (rows), g_variant_get_size (rows), NULL))
    return;
  while (frame_next (&reader, row, NULL))
    if (row->n_fields >= REJECT_FIELDS)
      self->take (row, self->data);
}

static void
progress_cb (PrApp1 *core, guint64 rows, guint64 reading, guint64 size, gpointer data)
{
  ImportCall *self = data;
  g_autofree char *text = words_counted (rows, "row read", "rows read");

  progress_line_set (self->progress, size > 0 ? (double) reading / (double) size : 0, text, FALSE);
}

static void
done_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  ImportCall *self = data;

  (void) self->member->finish (PR_APP1 (source), &self->report, NULL, result, &self->error);
  g_main_loop_quit (self->loop);
}

/* Until core answers. */
static void
import_call_follow (ImportCall *self, PrApp1 *core, const SendFd *file, const char *where, GVariant *options)
{
  gulong rejected = g_signal_connect (core, "import-rejected", G_CALLBACK (rejected_cb), self);
  gulong progress = g_signal_connect (core, "import-progress", G_CALLBACK (progress_cb), self);

  self->member->start (core, file->handle, where, options, file->list, NULL, done_cb, self);
  g_main_loop_run (self->loop);
  g_signal_handler_disconnect (core, rejected);
  g_signal_handler_disconnect (core, progress);
  progress_line_hide (self->progress);
}

GVariant *
import_call_run (ImportCall *self, const char *file, const char *where, GVariant *options, GError **error)
{
  SendFd sent = { 0 };

  if (send_fd_take (&sent, spool_open (file, error), error) && session_core (self->session, error) != NULL) {
    import_call_follow (self, self->session->core, &sent, where, options);
    if (self->error != NULL) {
      g_propagate_error (error, g_steal_pointer (&self->error));
      connect_explain (error);
    }
  }
  send_fd_clear (&sent);
  return g_steal_pointer (&self->report);
}

gboolean
import_call_end_rejects (ImportCall *self, const char *done, GError **error)
{
  if (self->rejects == NULL)
    return TRUE;
  csv_rejects_end (self->rejects);
  if (csv_out_finish (self->csv, error))
    return TRUE;
  g_prefix_error (error, "%s, but ", done);
  return FALSE;
}
