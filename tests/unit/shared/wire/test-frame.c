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

/* Frames in memory that ends where they end: a limit that is off by one is read, or written, beyond it. */
static GByteArray *
start_frame (guint32 count, guint16 n_fields)
{
  GByteArray *frame = g_byte_array_new ();
  const guint8 head[] = { 'P', 'R', 'F', 'C', (guint8) count, 0, 0, 0, 7, 0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, (guint8) n_fields, (guint8) (n_fields >> 8) };

  g_byte_array_append (frame, head, sizeof head);
  return frame;
}

static gboolean
is_frame_taken (GByteArray *taken)
{
  g_autoptr (GByteArray) bytes = taken;
  g_autofree guint8 *exact = g_memdup2 (bytes->data, bytes->len);
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  g_autoptr (GError) error = NULL;
  FrameReader reader;

  if (frame_open (&reader, FRAME_CONTACTS, exact, bytes->len, &error))
    while (frame_next (&reader, row, &error))
      for (guint i = 0; i < row->n_fields; i++) /* whatever comes of the frame: what is handed out lies in it */
        g_assert_true ((const guint8 *) row->fields[i].data + row->fields[i].len <= exact + bytes->len);
  if (error != NULL)
    g_assert_error (error, FRAME_ERROR, FRAME_ERROR_MALFORMED);
  return error == NULL;
}

static void
test_field_length (void)
{
  static const struct { guint8 says, has; gboolean is_good; } rows[] = { { 3, 3, TRUE }, { 0, 0, TRUE }, { 4, 3, FALSE }, { 1, 0, FALSE }, { 2, 3, FALSE } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    GByteArray *frame = start_frame (1, 1);
    const guint8 len[] = { rows[i].says, 0, 0, 0 };

    g_byte_array_append (frame, len, sizeof len);
    g_byte_array_append (frame, (const guint8 *) "abc", rows[i].has);
    g_assert_cmpint (is_frame_taken (frame), ==, rows[i].is_good);
  }
}

static void
test_number_of_fields (void)
{
  for (guint n = FRAME_FIELDS_MAX - 1; n <= FRAME_FIELDS_MAX + 1; n++) {
    GByteArray *frame = start_frame (1, (guint16) n);

    for (guint i = 0; i < n; i++)
      g_byte_array_append (frame, (const guint8 *) "\0\0\0\0", 4);
    g_assert_cmpint (is_frame_taken (frame), ==, n <= FRAME_FIELDS_MAX);
  }
}

/* As many rows as it says, to the last octet. */
static void
test_number_of_rows (void)
{
  for (guint32 count = 0; count <= 2; count++)
    g_assert_cmpint (is_frame_taken (start_frame (count, 0)), ==, count == 1);
}

/* Fields alone, as the store keeps them: a length that goes one octet beyond the end is no field. */
static void
test_raw (void)
{
  static const struct { const char *bytes; gsize len; guint count; } rows[] = {
    { "", 0, 0 },
    { "\1\0\0\0x", 5, 1 },
    { "\1\0\0\0x\0\0\0\0", 9, 2 },
    { "\2\0\0\0x", 5, 0 },
    { "\0\0\0", 3, 0 },
    { "\1\0\0\0x\xff\xff\xff\xff", 9, 1 },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree guint8 *exact = g_memdup2 (rows[i].bytes, MAX (rows[i].len, 1));

    g_assert_cmpuint (frame_count_raw (exact, rows[i].len), ==, rows[i].count);
  }
}

/* The first value of all may be larger than what the writer begins with. */
static void
test_large_first (void)
{
  g_autoptr (FrameWriter) writer = frame_writer_new (FRAME_CONTACTS);
  g_autofree char *much = g_strnfill (100000, 'x');

  frame_writer_row (writer, 1, 0, 1);
  frame_writer_field (writer, much, 100000); /* ASan looks */
  g_assert_cmpuint (frame_writer_get_size (writer), ==, 8 + 14 + 4 + 100000);
}

/* Many rows, a field of all sizes among them: the writer's memory grows behind nobody's back. */
static void
test_grows (void)
{
  g_autoptr (FrameWriter) writer = frame_writer_new (FRAME_CONTACTS);
  g_autofree char *much = g_strnfill (20000, 'x');
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  g_autoptr (GVariant) frame = NULL;
  g_autoptr (GError) error = NULL;
  FrameReader reader;
  guint n = 0;

  for (guint i = 0; i < 300; i++) {
    frame_writer_row (writer, i, 0, 1);
    frame_writer_field (writer, much, i * 61);
  }
  g_assert_cmpuint (frame_writer_get_size (writer), ==, 8 + 300 * 18 + 61 * 299 * 300 / 2);
  frame = g_variant_ref_sink (frame_writer_finish (writer));
  g_assert_true (frame_open (&reader, FRAME_CONTACTS, g_variant_get_data (frame), g_variant_get_size (frame), &error));
  for (; frame_next (&reader, row, &error); n++)
    g_assert_cmpmem (row->fields[0].data, row->fields[0].len, much, n * 61);
  g_assert_no_error (error);
  g_assert_cmpuint (n, ==, 300);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/wire/frame/round", test_round);
  g_test_add_func ("/shared/wire/frame/writer-again", test_writer_again);
  g_test_add_func ("/shared/wire/frame/cut", test_cut);
  g_test_add_func ("/shared/wire/frame/bad", test_bad);
  g_test_add_func ("/shared/wire/frame/field-length", test_field_length);
  g_test_add_func ("/shared/wire/frame/number-of-fields", test_number_of_fields);
  g_test_add_func ("/shared/wire/frame/number-of-rows", test_number_of_rows);
  g_test_add_func ("/shared/wire/frame/raw", test_raw);
  g_test_add_func ("/shared/wire/frame/large-first", test_large_first);
  g_test_add_func ("/shared/wire/frame/grows", test_grows);
  return g_test_run ();
}
