#include "service.h"

#include "contract-import1.h"
#include "fault.h"
#include "kill-point.h"
#include "session.h"
#include "text.h"
#include <gio/gunixfdlist.h>
#include <string.h>

#define SHEET_NAME_MAX 250 /* contract: octets of option sheet */

typedef enum { STATE_NEW, STATE_READING, STATE_OVER } ImportState; /* Open or Look comes once, Next only while reading */

typedef struct {
  ImportState    state;
  ImportSession *session;
} ImportService;

static void
import_service_free (gpointer data)
{
  ImportService *self = data;

  import_session_free (self->session);
  g_free (self);
}

static gboolean
import_service_refuse (GDBusMethodInvocation *invocation, const char *why)
{
  g_dbus_method_invocation_return_error_literal (invocation, FAULT, FAULT_USAGE, why);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static int
steal_fd (GUnixFDList *fds, GVariant *handle)
{
  gint32 index = g_variant_get_handle (handle);

  if (fds == NULL || index < 0 || index >= g_unix_fd_list_get_length (fds))
    return -1;
  return g_unix_fd_list_get (fds, index, NULL);
}

static gboolean
read_map (GVariant *map, ImportSessionSpec *spec)
{
  GVariantIter iter;
  const char *word, *column;
  ColumnRole role;

  g_variant_iter_init (&iter, map);
  while (g_variant_iter_next (&iter, "{&s&s}", &word, &column)) {
    if (!column_role_from_word (word, &role))
      return FALSE;
    spec->map[role] = column;
  }
  return TRUE;
}

static gboolean
are_others_fine (GVariant *others)
{
  GVariantIter iter;
  const char *column, *word;

  g_variant_iter_init (&iter, others);
  while (g_variant_iter_next (&iter, "{&s&s}", &column, &word))
    if (strcmp (word, "field") != 0 && strcmp (word, "unused") != 0)
      return FALSE;
  return TRUE;
}

/* Takes the arguments of Open and Look. Returns: the file, which is the caller's; -1: the call was refused. */
static int
take_call (ImportService *self, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *file, GVariant *map, ImportSessionSpec *spec)
{
  int fd = -1;

  if (self->state != STATE_NEW)
    import_service_refuse (invocation, "a file is open already: one process, one file");
  else if (!read_map (map, spec))
    import_service_refuse (invocation, "a column can be mapped to email, name, phone, first or last only");
  else if (!are_others_fine (spec->others))
    import_service_refuse (invocation, "any other column is a field or unused");
  else if ((fd = steal_fd (fds, file)) < 0)
    import_service_refuse (invocation, "no file came with the call");
  return fd;
}

static gboolean
handle_open_cb (PrImport1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *file, const char *format,
                const char *encoding, const char *region, const char *sheet, const char *header, GVariant *map, GVariant *others, const char *several, const char *left,
                gpointer data)
{
  ImportService *self = data;
  ImportSessionSpec spec = { format, encoding, region, sheet, header, { NULL }, others, several, left };
  g_autoptr (GError) error = NULL;
  int fd = take_call (self, invocation, fds, file, map, &spec);

  if (fd < 0)
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  self->session = import_session_new (fd, &spec, &error);
  if (self->session == NULL) {
    self->state = STATE_OVER;
    g_dbus_method_invocation_return_gerror (invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  self->state = STATE_READING;
  pr_import1_complete_open (skeleton, invocation, NULL, import_session_get_format (self->session), import_session_get_encoding (self->session),
                            import_session_get_fields (self->session), import_session_get_aliases (self->session), import_session_get_notes (self->session));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static gboolean
handle_next_cb (PrImport1 *skeleton, GDBusMethodInvocation *invocation, guint max_rows, gpointer data)
{
  ImportService *self = data;
  g_autoptr (FrameWriter) contacts = NULL, rejects = NULL;
  g_autoptr (GError) error = NULL;
  guint64 reading = 0;
  gboolean is_done = FALSE;

  if (self->state != STATE_READING)
    return import_service_refuse (invocation, self->state == STATE_NEW ? "no file is open yet" : "there are no more rows");
  contacts = frame_writer_new (FRAME_CONTACTS);
  rejects = frame_writer_new (FRAME_REJECTS);
  KILL_POINT ("import-next");
  if (!import_session_next (self->session, max_rows, contacts, rejects, &reading, &is_done, &error)) {
    self->state = error->code == FAULT_USAGE ? self->state : STATE_OVER;
    g_dbus_method_invocation_return_gerror (invocation, error);
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  }
  if (is_done)
    self->state = STATE_OVER;
  KILL_POINT ("import-rows");
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(@ay@aytb)", frame_writer_finish (contacts),
                                                                    frame_writer_finish (rejects), reading, is_done));
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

static GVariant *
strings_variant (const GPtrArray *array)
{
  return array != NULL ? g_variant_new_strv ((const char *const *) array->pdata, array->len) : g_variant_new_strv (NULL, 0);
}

/* Other programs may write any name; what stands in a line is shown. */
static GVariant *
sheet_names (const ImportSession *session)
{
  const GPtrArray *names = import_session_get_sheets (session);
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE_STRING_ARRAY);

  for (guint i = 0; names != NULL && i < names->len; i++) {
    g_autofree char *shown = text_printable (g_ptr_array_index (names, i), -1, SHEET_NAME_MAX);

    g_variant_builder_add (&builder, "s", shown);
  }
  return g_variant_builder_end (&builder);
}

static void
answer_look (GDBusMethodInvocation *invocation, const ImportSession *session)
{
  const PlanView *view = import_session_get_view (session);
  g_autoptr (FrameWriter) cells = frame_writer_new (FRAME_CELLS), head = frame_writer_new (FRAME_CELLS);

  import_session_write_cells (session, cells);
  import_session_write_head (session, head);
  g_dbus_method_invocation_return_value_with_unix_fd_list (invocation, g_variant_new ("(ssb@as@ass@ayt@as@as@ay@as)", import_session_get_format (session),
    import_session_get_encoding (session), view->has_header, strings_variant (view->columns), strings_variant (view->roles), view->problem != NULL ? view->problem : "",
    frame_writer_finish (cells), view->header_row, strings_variant (view->notes), strings_variant (import_session_get_readings (session)), frame_writer_finish (head), sheet_names (session)), NULL);
}

static gboolean
handle_look_cb (PrImport1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *file, const char *format,
                const char *encoding, const char *region, const char *sheet, const char *header, GVariant *map, GVariant *others, const char *several, const char *left,
                gpointer data)
{
  ImportService *self = data;
  ImportSessionSpec spec = { format, encoding, region, sheet, header, { NULL }, others, several, left };
  g_autoptr (GError) error = NULL;
  int fd = take_call (self, invocation, fds, file, map, &spec);

  if (fd < 0)
    return G_DBUS_METHOD_INVOCATION_HANDLED;
  self->state = STATE_OVER;
  self->session = import_session_new_look (fd, &spec, &error);
  if (self->session == NULL)
    g_dbus_method_invocation_return_gerror (invocation, error);
  else
    answer_look (invocation, self->session);
  return G_DBUS_METHOD_INVOCATION_HANDLED;
}

GDBusInterfaceSkeleton *
import_service_new (void)
{
  PrImport1 *skeleton = pr_import1_skeleton_new ();
  ImportService *self = g_new0 (ImportService, 1);

  g_object_set_data_full (G_OBJECT (skeleton), "service", self, import_service_free);
  g_signal_connect (skeleton, "handle-open", G_CALLBACK (handle_open_cb), self);
  g_signal_connect (skeleton, "handle-look", G_CALLBACK (handle_look_cb), self);
  g_signal_connect (skeleton, "handle-next", G_CALLBACK (handle_next_cb), self);
  return G_DBUS_INTERFACE_SKELETON (skeleton);
}
