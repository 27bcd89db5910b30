/* Any file through the whole worker but D-Bus: frames that core would take (valid UTF-8, canonical addresses), or an error in a sentence. */
#include "address.h"
#include "clean.h"
#include "fault.h"
#include "session.h"

#include <fcntl.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize len);

static void
check_contacts (FrameWriter *contacts, guint n_fields)
{
  g_autoptr (GVariant) frame = g_variant_ref_sink (frame_writer_finish (contacts));
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  g_autoptr (GError) error = NULL;
  FrameReader reader;
  gsize len;
  const guint8 *bytes = g_variant_get_fixed_array (frame, &len, 1);

  g_assert_true (frame_open (&reader, FRAME_CONTACTS, bytes, len, &error));
  while (frame_next (&reader, row, &error)) {
    g_assert_cmpuint (row->n_fields, ==, 3 + n_fields);
    for (guint i = 0; i < row->n_fields; i++)
      g_assert_true (clean_is (row->fields[i], i < 3 ? CLEAN_LINE : CLEAN_TEXT));
    g_assert_true (row->fields[1].len == 0 || address_is_canonical (row->fields[1].data, row->fields[1].len));
    g_assert_true (row->fields[2].len == 0 || phone_is_e164 (row->fields[2].data, row->fields[2].len));
    g_assert_cmpuint (row->fields[1].len + row->fields[2].len, >, 0);
  }
  g_assert_no_error (error);
}

static void
read_all (ImportSession *session)
{
  g_autoptr (FrameWriter) contacts = frame_writer_new (FRAME_CONTACTS), rejects = frame_writer_new (FRAME_REJECTS);
  guint n_fields = g_strv_length ((char **) import_session_get_fields (session));
  gboolean is_done = FALSE;
  guint64 reading;

  while (!is_done && import_session_next (session, 50, contacts, rejects, &reading, &is_done, NULL)) {
    g_variant_unref (g_variant_ref_sink (frame_writer_finish (rejects)));
    check_contacts (contacts, n_fields);
  }
}

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize len)
{
  static const ImportSessionSpec spec = { "auto", "", "GB", "", "auto", { NULL }, NULL, "each", "listed" };
  g_autoptr (ImportSession) session = NULL;
  g_autoptr (GError) error = NULL;
  int fd = memfd_create ("file", MFD_CLOEXEC);
  g_autofree char *path = g_strdup_printf ("/proc/self/fd/%d", fd);

  g_assert_cmpint (write (fd, data, len), ==, (gssize) len);
  session = import_session_new (open (path, O_RDONLY | O_CLOEXEC), &spec, &error); /* a worker takes nothing that it could write */
  close (fd);
  g_assert_cmpint (session == NULL, ==, error != NULL);
  if (session != NULL)
    read_all (session);
  else
    g_assert_true (error->domain == FAULT && error->message[0] != '\0');
  return 0;
}
