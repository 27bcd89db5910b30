#include "frame.h"

#include <string.h>

static GVariant *
build (void)
{
  g_autoptr (FrameWriter) writer = frame_writer_new (FRAME_CONTACTS);

  frame_writer_row (writer, 7, 1, 3);
  frame_writer_string (writer, "Ann");
  frame_writer_string (writer, NULL); /* as empty */
  frame_writer_field (writer, "a\0b", 3);
  frame_writer_row (writer, G_MAXUINT64, G_MAXUINT32, 0);
  g_assert_cmpuint (frame_writer_get_count (writer), ==, 2);
  return g_variant_ref_sink (frame_writer_finish (writer));
}

static void
test_round (void)
{
  g_autoptr (GVariant) frame = build ();
  g_autoptr (GError) error = NULL;
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  FrameReader reader;
  gsize len;
  const guint8 *data = g_variant_get_fixed_array (frame, &len, 1);

  g_assert_true (frame_open (&reader, FRAME_CONTACTS, data, len, &error));
  g_assert_true (frame_next (&reader, row, &error));
  g_assert_cmpuint (row->key, ==, 7);
  g_assert_cmpuint (row->aux, ==, 1);
  g_assert_cmpuint (row->n_fields, ==, 3);
  g_assert_cmpmem (row->fields[0].data, row->fields[0].len, "Ann", 3);
  g_assert_cmpuint (row->fields[1].len, ==, 0);
  g_assert_cmpmem (row->fields[2].data, row->fields[2].len, "a\0b", 3);
  g_assert_true (frame_next (&reader, row, &error));
  g_assert_cmpuint (row->key, ==, G_MAXUINT64);
  g_assert_cmpuint (row->n_fields, ==, 0);
  g_assert_false (frame_next (&reader, row, &error));
  g_assert_no_error (error);
}

static void
test_writer_again (void)
{
  g_autoptr (FrameWriter) writer = frame_writer_new (FRAME_REJECTS);
  g_autoptr (GVariant) first = NULL, second = NULL;
  gsize len;

  frame_writer_row (writer, 1, 0, 1);
  frame_writer_raw (writer, "\1\0\0\0x", 5); /* a field already in frame form */
  first = g_variant_ref_sink (frame_writer_finish (writer));
  g_variant_get_fixed_array (first, &len, 1);
  g_assert_cmpuint (len, ==, 8 + 14 + 5);
  g_assert_cmpuint (frame_writer_get_count (writer), ==, 0); /* empty again */
  second = g_variant_ref_sink (frame_writer_finish (writer));
  g_variant_get_fixed_array (second, &len, 1);
  g_assert_cmpuint (len, ==, 8);
}

/* Everything shorter than the whole is refused, and never read beyond. */
static void
test_cut (void)
{
  g_autoptr (GVariant) frame = build ();
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  gsize len;
  const guint8 *data = g_variant_get_fixed_array (frame, &len, 1);

  for (gsize cut = 0; cut < len; cut++) {
    g_autofree guint8 *piece = g_memdup2 (data, MAX (cut, 1));
    g_autoptr (GError) error = NULL;
    FrameReader reader;

    if (frame_open (&reader, FRAME_CONTACTS, piece, cut, &error))
      while (frame_next (&reader, row, &error))
        ;
    g_assert_error (error, FRAME_ERROR, FRAME_ERROR_MALFORMED);
  }
}

#define L(literal) literal, sizeof (literal) - 1
static const struct { const char *data; gsize len; } bad[] = {
  { L ("") },
  { L ("PRX" "C\0\0\0\0") },                                                           /* another magic */
  { L ("PRF" "R\0\0\0\0") },                                                           /* another kind */
  { L ("PRF" "C\xff\xff\xff\xff") },                                                   /* a count that no frame can hold */
  { L ("PRF" "C\0\0\0\0x") },                                                          /* something behind the last row */
  { L ("PRF" "C\1\0\0\0" "12345678" "1234" "\1\0" "\xff\xff\xff\xff") },               /* a field longer than all */
  { L ("PRF" "C\1\0\0\0" "12345678" "1234" "\xff\xff" "\0\0\0\0") },                   /* over FRAME_FIELDS_MAX */
};

static void
test_bad (void)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);

  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    FrameReader reader;

    if (frame_open (&reader, FRAME_CONTACTS, bad[i].data, bad[i].len, &error))
      while (frame_next (&reader, row, &error))
        ;
    g_assert_error (error, FRAME_ERROR, FRAME_ERROR_MALFORMED);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/wire/frame/round", test_round);
  g_test_add_func ("/wire/frame/writer-again", test_writer_again);
  g_test_add_func ("/wire/frame/cut", test_cut);
  g_test_add_func ("/wire/frame/bad", test_bad);
  return g_test_run ();
}
