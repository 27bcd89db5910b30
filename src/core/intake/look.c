#include "look.h"

#include "clean.h"
#include "contract-import1.h"
#include "fault.h"
#include "frame.h"
#include "import.h"
#include "peer.h"
#include "rules.h"
#include "spool.h"
#include "text.h"
#include <gio/gunixfdlist.h>
#include <unistd.h>

#define LOOK_TIMEOUT_MS 30000 /* chosen: a workbook's shared strings come before its first row */
#define LOOK_ROWS_MAX 20      /* contract */

typedef struct { /* one call, owned by its task; the task is held until look_end() */
  char      *format, *encoding, *region, *sheet, *header, *several, *left;
  GVariant  *map, *others;
  int        fd;
  Peer      *peer;
  PrImport1 *worker;
  gboolean   is_over;
} LookCall;

static void
call_free (LookCall *call)
{
  g_free (call->format);
  g_free (call->encoding);
  g_free (call->region);
  g_free (call->sheet);
  g_free (call->header);
  g_free (call->several);
  g_free (call->left);
  g_variant_unref (call->map);
  g_variant_unref (call->others);
  g_clear_object (&call->worker);
  g_clear_pointer (&call->peer, peer_free);
  if (call->fd >= 0)
    close (call->fd);
  g_free (call);
}

void
look_free (Look *self)
{
  if (self == NULL)
    return;
  g_free (self->format);
  g_free (self->encoding);
  g_free (self->problem);
  g_strfreev (self->columns);
  g_strfreev (self->roles);
  g_strfreev (self->notes);
  g_strfreev (self->readings);
  g_strfreev (self->sheets);
  g_clear_pointer (&self->rows, g_variant_unref);
  g_clear_pointer (&self->head, g_variant_unref);
  g_free (self);
}

/* The end, once: the worker is not needed any more, and nothing that it could still say counts. look: taken, or NULL with `error` (taken). */
static void
look_end (GTask *task, Look *look, GError *error)
{
  LookCall *call = g_task_get_task_data (task);

  if (call->is_over) {
    look_free (look);
    g_clear_error (&error);
    return;
  }
  call->is_over = TRUE;
  g_clear_pointer (&call->peer, peer_free);
  if (look != NULL)
    g_task_return_pointer (task, look, (GDestroyNotify) look_free);
  else
    g_task_return_error (task, error);
  g_object_unref (task);
}

static gboolean
are_rows_fine (GVariant *frame, guint n_columns)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  g_autoptr (GError) malformed = NULL;
  FrameReader reader;
  guint n_rows = 0;

  if (!frame_open (&reader, FRAME_CELLS, g_variant_get_data (frame), g_variant_get_size (frame), NULL))
    return FALSE;
  while (frame_next (&reader, row, &malformed)) {
    if (++n_rows > LOOK_ROWS_MAX || row->n_fields > n_columns)
      return FALSE;
    for (guint i = 0; i < row->n_fields; i++)
      if (!clean_is (row->fields[i], CLEAN_LINE))
        return FALSE;
  }
  return malformed == NULL;
}

static gboolean
is_fine (const Look *look)
{
  static const char *const words[] = { "email", "name", "phone", "first", "last", "field", "unused", NULL };

  if (g_strv_length (look->columns) != g_strv_length (look->roles) || g_strv_length (look->columns) > IMPORT_COLUMNS_MAX)
    return FALSE;
  for (gsize i = 0; look->roles[i] != NULL; i++)
    if (!g_strv_contains (words, look->roles[i]))
      return FALSE;
  return g_strv_length (look->readings) % 2 == 0 && are_rows_fine (look->rows, g_strv_length (look->columns)) &&
         are_rows_fine (look->head, IMPORT_COLUMNS_MAX);
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  LookCall *call = g_task_get_task_data (task);
  g_autoptr (Look) look = g_new0 (Look, 1);
  GError *error = NULL;

  if (!pr_import1_call_look_finish (PR_IMPORT1 (source), &look->format, &look->encoding, &look->has_header, &look->columns, &look->roles, &look->problem,
                                    &look->rows, &look->header_row, &look->notes, &look->readings, &look->head, &look->sheets, NULL, result, &error)) {
    look_end (task, NULL, fault_of_peer (error));
    return;
  }
  if (is_fine (look)) {
    look_end (task, g_steal_pointer (&look), NULL);
    return;
  }
  if (call->peer != NULL)
    peer_drop (call->peer, "it described columns that cannot be");
  look_end (task, NULL, g_error_new (FAULT, FAULT_PROTOCOL, "the import worker was ended because it described columns that cannot be"));
}

static void
ready_cb (Peer *peer, const GError *failed, gpointer data)
{
  g_autoptr (GTask) task = g_object_ref (data);
  LookCall *call = g_task_get_task_data (task);
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  GError *error = failed != NULL ? g_error_copy (failed) : NULL;

  if (error == NULL)
    call->worker = pr_import1_proxy_new_sync (peer_get_connection (peer),
                                              G_DBUS_PROXY_FLAGS_DO_NOT_LOAD_PROPERTIES | G_DBUS_PROXY_FLAGS_DO_NOT_CONNECT_SIGNALS,
                                              NULL, PEER_PATH, NULL, &error); /* asks nobody: does not block */
  if (call->worker == NULL || g_unix_fd_list_append (fds, call->fd, &error) < 0) {
    look_end (task, NULL, error);
    return;
  }
  g_dbus_proxy_set_default_timeout (G_DBUS_PROXY (call->worker), LOOK_TIMEOUT_MS);
  pr_import1_call_look (call->worker, g_variant_new_handle (0), call->format, call->encoding, call->region, call->sheet, call->header, call->map,
                        call->others, call->several, call->left, fds, g_task_get_cancellable (task), looked_cb, g_object_ref (task));
}

static void
closed_cb (Peer *peer, PeerEnd end, const char *why, gpointer data)
{
  look_end (data, NULL, g_error_new (FAULT, end == PEER_VIOLATED ? FAULT_PROTOCOL : FAULT_OS, "the import worker failed (%s)", why));
}

static void
spooled_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  static const PeerSpec spec = { .program = "import", .interface = "org.postrider.Import1" };
  GTask *task = data;
  LookCall *call = g_task_get_task_data (task);
  guint64 size = 0;
  GError *error = NULL;

  call->fd = spool_open_finish (result, &size, &error);
  if (call->fd < 0) {
    look_end (task, NULL, error);
    return;
  }
  call->peer = peer_start (&spec, ready_cb, closed_cb, task);
}

void
look_async (const LookSpec *spec, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, cancellable, callback, data);
  LookCall *call = g_new0 (LookCall, 1);

  *call = (LookCall){ g_strdup (spec->format), g_strdup (spec->encoding), g_strdup (spec->region), g_strdup (spec->sheet), g_strdup (spec->header),
                  g_strdup (spec->several), g_strdup (spec->left),
                  import_ref_words (spec->map), import_ref_words (spec->others), -1, NULL, NULL, FALSE };
  g_task_set_task_data (task, call, (GDestroyNotify) call_free);
  spool_open_async (spec->file, spec->spool_folder, IMPORT_FILE_MAX_BYTES, cancellable, spooled_cb, task);
}

Look *
look_finish (GAsyncResult *result, GError **error)
{
  return g_task_propagate_pointer (G_TASK (result), error);
}
