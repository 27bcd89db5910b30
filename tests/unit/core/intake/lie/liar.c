/* A worker that breaks the contract in the way that the file's first word names. Only for test-lies. */
#include "contract-import1.h"
#include "frame.h"
#include "serve.h"
#include <gio/gunixfdlist.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static char lie[64];
static guint answers;

static void
put (FrameWriter *frame, guint64 key, const char *name, const char *email, const char *phone, const char *city)
{
  frame_writer_row (frame, key, 0, 4);
  frame_writer_string (frame, name);
  frame_writer_string (frame, email);
  frame_writer_string (frame, phone);
  frame_writer_string (frame, city);
}

static gboolean
is (const char *word)
{
  return strcmp (lie, word) == 0;
}

static gboolean
handle_open (PrImport1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, GVariant *file, const char *format, const char *encoding,
             const char *region, const char *sheet, const char *header, GVariant *map, GVariant *others, const char *several, const char *left, gpointer data)
{
  static const char *const fields[] = { "city", NULL }, *const twice[] = { "city", "CITY", NULL }, *const control[] = { "ci\nty", NULL };
  static const char *const notes[] = { NULL };
  static const char *const aliases[] = { "Your Name", "name", NULL }, *const false_alias[] = { "Your Name", "city", NULL };
  int fd = g_unix_fd_list_get (fds, 0, NULL);

  memset (lie, 0, sizeof lie);
  if (pread (fd, lie, sizeof lie - 1, 0) < 0)
    abort ();
  if (is ("dies-at-once"))
    abort ();
  if (is ("writes-the-file") && write (fd, "x", 1) == 1)
    memcpy (lie, "honest", 7); /* it could: the test will see an import that works */
  if (is ("stalls-at-once"))
    return TRUE;
  pr_import1_complete_open (skeleton, invocation, NULL, is ("unknown-encoding-word") ? "a b" : "csv", "utf-8",
                            is ("same-column-twice") ? twice : is ("control-in-column") ? control : fields,
                            is ("alias-of-no-column") ? false_alias : aliases, notes);
  return TRUE;
}

/* The frame's bytes with one of them changed. */
static GVariant *
forge (GVariant *frame, gsize at, guint8 value)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (frame);
  gsize len = g_variant_get_size (owned);
  guint8 *bytes = g_memdup2 (g_variant_get_data (owned), len);

  bytes[at] = value;
  return g_variant_new_from_data (G_VARIANT_TYPE_BYTESTRING, bytes, len, TRUE, g_free, bytes);
}

static void
put_contacts (FrameWriter *frame)
{
  put (frame, answers, is ("control-in-name") ? "An\x1b[2Jn" : is ("bad-utf8") ? "An\xffn" : "Ann", is ("bad-address") ? "ann" :
       is ("newline-in-address") ? "ann@example.org\nBcc: x@example.org" : is ("nobody") ? "" : "ann@example.org", is ("bad-phone") ? "12" : "",
       is ("bad-utf8-value") ? "\xc3" : "Kiel");
  if (is ("row-number-back"))
    put (frame, 0, "Ben", "ben@example.org", "", "");
  if (is ("wrong-count")) {
    frame_writer_row (frame, 9, 0, 3);
    for (int i = 0; i < 3; i++)
      frame_writer_string (frame, "b@example.org");
  }
  for (guint i = 0; is ("more-than-asked") && i < 5001; i++)
    put (frame, 10, "Ann", "ann@example.org", "", "");
}

static gboolean
handle_next (PrImport1 *skeleton, GDBusMethodInvocation *invocation, guint max_rows, gpointer data)
{
  g_autoptr (FrameWriter) contacts = frame_writer_new (FRAME_CONTACTS), rejects = frame_writer_new (FRAME_REJECTS);
  gboolean is_done = ++answers > 2 || is ("honest");
  GVariant *frame;

  if (answers == 2 && is ("stalls"))
    return TRUE;
  if (answers == 2 && is ("dies"))
    abort ();
  if (answers == 2 && is ("leaves"))
    exit (0);
  if (answers == 2 && is ("unasked"))
    g_dbus_connection_emit_signal (g_dbus_method_invocation_get_connection (invocation), NULL, "/org/postrider", "org.postrider.Import1", "Hurry", NULL, NULL);
  if (!is ("brings-nothing"))
    put_contacts (contacts);
  if (is ("bad-reason")) {
    frame_writer_row (rejects, 1, 0, 4);
    for (int i = 0; i < 4; i++)
      frame_writer_string (rejects, "two words");
  }
  if (is ("wrong-type")) {
    g_autoptr (GDBusMessage) reply = g_dbus_message_new_method_reply (g_dbus_method_invocation_get_message (invocation));

    g_dbus_message_set_body (reply, g_variant_new ("(ssst)", "", "", "", (guint64) 0)); /* GLib itself would not let us */
    g_dbus_connection_send_message (g_dbus_method_invocation_get_connection (invocation), reply, G_DBUS_SEND_MESSAGE_FLAGS_NONE, NULL, NULL);
    return TRUE;
  }
  frame = frame_writer_finish (contacts);
  if (is ("forged-frame"))
    frame = forge (frame, 4, 200); /* the count */
  if (is ("forged-kind"))
    frame = forge (frame, 3, 'O');
  g_dbus_method_invocation_return_value (invocation, g_variant_new ("(@ay@aytb)", frame, frame_writer_finish (rejects),
                                                                    is ("reads-beyond") ? (guint64) 1 << 40 : (guint64) 0,
                                                                    is_done && !is ("brings-nothing")));
  return TRUE;
}

int
main (void)
{
  g_autoptr (PrImport1) skeleton = pr_import1_skeleton_new ();
  g_autoptr (GDBusConnection) connection = serve_connect (NULL);

  g_signal_connect (skeleton, "handle-open", G_CALLBACK (handle_open), NULL);
  g_signal_connect (skeleton, "handle-next", G_CALLBACK (handle_next), NULL);
  if (connection == NULL || !g_dbus_interface_skeleton_export (G_DBUS_INTERFACE_SKELETON (skeleton), connection, "/org/postrider", NULL))
    return 1;
  serve_run (connection, NULL, 0, NULL);
  return 0;
}
