/* Whatever is read can be written again to the same octets; nothing is read outside. */
#include "frame.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize len);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize len)
{
  FrameKind kind = len > 3 ? (FrameKind) data[3] : FRAME_CONTACTS;
  g_autoptr (FrameWriter) writer = frame_writer_new (kind);
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) again = NULL;
  FrameReader reader;
  gsize n;
  const guint8 *bytes;

  if (!frame_open (&reader, kind, data, len, &error))
    return 0;
  while (frame_next (&reader, row, &error)) {
    frame_writer_row (writer, row->key, row->aux, row->n_fields);
    for (guint i = 0; i < row->n_fields; i++)
      frame_writer_field (writer, row->fields[i].data, row->fields[i].len);
  }
  again = g_variant_ref_sink (frame_writer_finish (writer));
  bytes = g_variant_get_fixed_array (again, &n, 1);
  if (error == NULL)
    g_assert_cmpmem (bytes, n, data, len);
  return 0;
}
