/* What core makes for each message beside a person's values: the same names in the columns as values in the rows, and no one's fields moved. */
#include "hidden-columns.h"
#include "hidden-values.h"
#include "message-id.h"

#include "little-endian.h"
#include <string.h>

static const HiddenValues mail = { "0123456789abcdef", "example.org" }, chat = { "0123456789abcdef", NULL };

static void
test_columns (void)
{
  static const char *const own[] = { "phone", "City", NULL };
  g_auto (GStrv) of_mail = hidden_values_append_columns (&mail, own), of_chat = hidden_values_append_columns (&chat, own);

  g_assert_cmpuint (g_strv_length (of_mail), ==, 2 + hidden_values_count (&mail));
  g_assert_cmpuint (hidden_values_count (&mail), ==, 1);
  g_assert_cmpstr (of_mail[1], ==, "City");
  g_assert_cmpint (hidden_column_find ((const char *const *) of_mail, HIDDEN_MESSAGE_ID), ==, 4);
  g_assert_cmpuint (hidden_values_count (&chat), ==, 0);
  g_assert_cmpuint (g_strv_length (of_chat), ==, 2);
}

static void
test_row (void)
{
  static FrameRow row;
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_RECIPIENTS);
  g_autoptr (GByteArray) values = g_byte_array_new ();
  g_autofree char *id = message_id_new (mail.identity, 7, "example.org"), *told = hidden_values_make_message_id (&mail, 7), *none = hidden_values_make_message_id (&chat, 7);
  g_autoptr (GVariant) rows = NULL;
  FrameReader reader;

  le_append (values, 4, 4);
  g_byte_array_append (values, (const guint8 *) "Bonn", 4);
  hidden_values_write_row (&mail, frame, 7, 3, "a@example.com", "Ann", values->data, values->len);
  hidden_values_write_row (&chat, frame, 8, 1, "+4930111", "Ben", NULL, 0);
  rows = g_variant_ref_sink (frame_writer_finish (frame));
  g_assert_true (frame_open (&reader, FRAME_RECIPIENTS, g_variant_get_data (rows), g_variant_get_size (rows), NULL));
  g_assert_true (frame_next (&reader, &row, NULL));
  g_assert_cmpuint (row.key, ==, 7);
  g_assert_cmpuint (row.aux, ==, 3);
  g_assert_cmpuint (row.n_fields, ==, 4);
  g_assert_cmpmem (row.fields[0].data, row.fields[0].len, "a@example.com", 13);
  g_assert_cmpmem (row.fields[2].data, row.fields[2].len, "Bonn", 4);
  g_assert_cmpmem (row.fields[3].data, row.fields[3].len, id, strlen (id)); /* as it was before core made it: ledgers depend on it */
  g_assert_true (frame_next (&reader, &row, NULL));
  g_assert_cmpuint (row.n_fields, ==, 2);
  g_assert_false (frame_next (&reader, &row, NULL));
  g_assert_cmpstr (told, ==, id);
  g_assert_cmpstr (none, ==, "");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/ledger/hidden-values/columns", test_columns);
  g_test_add_func ("/core/ledger/hidden-values/row", test_row);
  return g_test_run ();
}
