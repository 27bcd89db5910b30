/* import-driver.c - runs the real, locked postrider-import over its real contract and prints what it says, a line each:
 * found FORMAT ENCODING FIELD… | contact ROW FIELD… | reject ROW AUX FIELD… | error CODE TEXT, tab between, percent-encoded.
 * note TEXT | roles ROLE… | problem TEXT | readings ENCODING NAMES… | sheets NAME….
 * DRIVER_ORDER: next-first | open-twice | after-end | no-fd | bad-map | bad-others asks in a wrong way; look asks Look alone.
 * Arguments: FILE [format=F] [encoding=E] [region=R] [sheet=S] [header=H] [several=S] [left=L] [batch=N] [map:ROLE=COLUMN]… [other:COLUMN=WORD]… */
#include "contract-import1.h"
#include "fault.h"
#include "frame.h"
#include "peer.h"

#include <fcntl.h>
#include <gio/gunixfdlist.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct {
  GMainLoop *loop;
  char     **argv;
  const char *format, *encoding, *region, *sheet, *header, *several, *left;
  guint      batch;
  int        status;
} Driver;

static void
print_octets (const char *data, gsize len)
{
  g_autofree char *escaped = g_uri_escape_bytes ((const guint8 *) data, len, NULL);

  printf ("\t%s", escaped);
}

static void
print_frame (FrameKind kind, const char *what, GVariant *frame)
{
  g_autoptr (GError) error = NULL;
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  FrameReader reader;
  gsize len;
  const char *data = g_variant_get_fixed_array (frame, &len, 1);

  if (!frame_open (&reader, kind, data, len, &error))
    g_error ("%s", error->message);
  while (frame_next (&reader, row, &error)) {
    printf ("%s\t%" G_GUINT64_FORMAT, what, row->key);
    if (kind == FRAME_REJECTS)
      printf ("\t%u", row->aux);
    for (guint i = 0; i < row->n_fields; i++)
      print_octets (row->fields[i].data, row->fields[i].len);
    printf ("\n");
  }
  if (error != NULL)
    g_error ("%s", error->message);
}

static void
print_error (Driver *self, GError *error)
{
  g_autofree char *remote = g_dbus_error_get_remote_error (error);

  fault_strip_remote (error);
  printf ("error\t%s", remote != NULL ? remote : "local");
  print_octets (error->message, strlen (error->message));
  printf ("\n");
  self->status = 1;
}

static GVariant *
call (Peer *peer, const char *method, GVariant *arguments, GUnixFDList *fds, GError **error)
{
  return g_dbus_connection_call_with_unix_fd_list_sync (peer_get_connection (peer), NULL, PEER_PATH, "org.postrider.Import1", method,
                                                        arguments, NULL, G_DBUS_CALL_FLAGS_NONE, 600000, fds, NULL, NULL, error);
}

static gboolean
is_order (const char *wanted)
{
  return g_strcmp0 (g_getenv ("DRIVER_ORDER"), wanted) == 0;
}

/* Those that begin with `prefix`; bad: NULL, or one more that is none. */
static GVariant *
read_pairs (Driver *self, const char *prefix, const char *bad)
{
  GVariantBuilder pairs;

  g_variant_builder_init (&pairs, G_VARIANT_TYPE ("a{ss}"));
  for (char **argument = self->argv + 2; *argument != NULL; argument++)
    if (g_str_has_prefix (*argument, prefix)) {
      g_auto (GStrv) pair = g_strsplit (*argument + strlen (prefix), "=", 2);

      g_variant_builder_add (&pairs, "{ss}", pair[0], pair[1]);
    }
  if (bad != NULL)
    g_variant_builder_add (&pairs, "{ss}", "street", bad);
  return g_variant_builder_end (&pairs);
}

static GVariant *
question (Driver *self)
{
  return g_variant_new ("(hsssss@a{ss}@a{ss}ss)", 0, self->format, self->encoding, self->region, self->sheet, self->header,
                        read_pairs (self, "map:", is_order ("bad-map") ? "1" : NULL), read_pairs (self, "other:", is_order ("bad-others") ? "email" : NULL), self->several, self->left);
}

static void
print_words (const char *what, GVariant *words)
{
  printf ("%s", what);
  for (gsize i = 0; i < g_variant_n_children (words); i++) {
    g_autoptr (GVariant) word = g_variant_get_child_value (words, i);

    print_octets (g_variant_get_string (word, NULL), g_variant_get_size (word) - 1);
  }
  printf ("\n");
}

static gboolean
look_at (Driver *self, Peer *peer, GUnixFDList *fds)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = call (peer, "Look", question (self), fds, &error);
  g_autoptr (GVariant) roles = NULL, readings = NULL, sheets = NULL;
  g_autofree char *problem = NULL;

  if (reply == NULL) {
    print_error (self, error);
    return FALSE;
  }
  g_variant_get (reply, "(ssbas@assaytas@asay@as)", NULL, NULL, NULL, NULL, &roles, &problem, NULL, NULL, NULL, &readings, NULL, &sheets);
  print_words ("roles", roles);
  if (g_variant_n_children (readings) > 0)
    print_words ("readings", readings);
  if (g_variant_n_children (sheets) > 0)
    print_words ("sheets", sheets);
  if (problem[0] != '\0') {
    printf ("problem");
    print_octets (problem, strlen (problem));
    printf ("\n");
  }
  return FALSE; /* no row follows */
}

static gboolean
open_file (Driver *self, Peer *peer)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = NULL;
  g_auto (GStrv) fields = NULL, notes = NULL;
  const char *format, *encoding;
  int fd = open (self->argv[1], O_RDONLY | O_CLOEXEC);

  if (fd < 0 || g_unix_fd_list_append (fds, fd, &error) < 0)
    g_error ("%s: no such file", self->argv[1]);
  close (fd);
  if (is_order ("look"))
    return look_at (self, peer, fds);
  reply = call (peer, "Open", question (self), is_order ("no-fd") ? NULL : fds, &error);
  if (reply == NULL) {
    print_error (self, error);
    return FALSE;
  }
  g_variant_get (reply, "(&s&s^as@as^as)", &format, &encoding, &fields, NULL, &notes);
  printf ("found\t%s\t%s", format, encoding);
  for (gsize i = 0; fields[i] != NULL; i++)
    print_octets (fields[i], strlen (fields[i]));
  printf ("\n");
  for (gsize i = 0; notes[i] != NULL; i++) {
    printf ("note");
    print_octets (notes[i], strlen (notes[i]));
    printf ("\n");
  }
  return TRUE;
}

static gboolean
next_batch (Driver *self, Peer *peer)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = call (peer, "Next", g_variant_new ("(u)", self->batch), NULL, &error), contacts = NULL, rejects = NULL;
  guint64 reading;
  gboolean is_done;

  if (reply == NULL) {
    print_error (self, error);
    return FALSE;
  }
  g_variant_get (reply, "(@ay@aytb)", &contacts, &rejects, &reading, &is_done);
  print_frame (FRAME_CONTACTS, "contact", contacts);
  print_frame (FRAME_REJECTS, "reject", rejects);
  return !is_done;
}

static void
ready_cb (Peer *peer, const GError *error, gpointer data)
{
  Driver *self = data;

  if (error != NULL) {
    printf ("error\tstart\t%s\n", error->message);
    self->status = 1;
  } else if (is_order ("next-first")) {
    next_batch (self, peer);
  } else if (open_file (self, peer) && is_order ("open-twice")) {
    open_file (self, peer);
  } else if (self->status == 0) {
    while (next_batch (self, peer))
      while (g_main_context_iteration (NULL, FALSE)) /* peer counts what the main loop has not seen yet as a flood */
        ;
    if (is_order ("after-end"))
      next_batch (self, peer);
  }
  g_main_loop_quit (self->loop);
}

static void
closed_cb (Peer *peer, PeerEnd end, const char *why, gpointer data)
{
  Driver *self = data;

  printf ("error\tclosed\t%s\n", why);
  self->status = 1;
  g_main_loop_quit (self->loop);
}

static void
read_argument (Driver *self, const char *argument)
{
  const char *value = strchr (argument, '=');

  if (value == NULL)
    g_error ("%s: NAME=VALUE", argument);
  value++;
  if (g_str_has_prefix (argument, "format="))
    self->format = value;
  else if (g_str_has_prefix (argument, "encoding="))
    self->encoding = value;
  else if (g_str_has_prefix (argument, "region="))
    self->region = value;
  else if (g_str_has_prefix (argument, "sheet="))
    self->sheet = value;
  else if (g_str_has_prefix (argument, "header="))
    self->header = value;
  else if (g_str_has_prefix (argument, "several="))
    self->several = value;
  else if (g_str_has_prefix (argument, "left="))
    self->left = value;
  else if (g_str_has_prefix (argument, "batch="))
    self->batch = (guint) g_ascii_strtoull (value, NULL, 10);
}

int
main (int argc, char *argv[])
{
  static const PeerSpec spec = { "import", NULL, "org.postrider.Import1", 0 };
  Driver self = { .loop = g_main_loop_new (NULL, FALSE), .argv = argv, .format = "auto", .encoding = "", .region = "", .sheet = "",
                  .header = "auto", .several = "listed", .left = "listed", .batch = 1000 };
  Peer *peer;

  if (argc < 2)
    g_error ("which file?");
  fault_quark ();
  for (int i = 2; i < argc; i++)
    read_argument (&self, argv[i]);
  peer = peer_start (&spec, ready_cb, closed_cb, &self);
  g_main_loop_run (self.loop);
  peer_free (peer);
  g_main_loop_unref (self.loop);
  return self.status;
}
