#include "little-endian.h"

static const struct { guint64 value; guint octets; guint8 bytes[8]; } rows[] = {
  { 0, 1, { 0 } },
  { 0x1234, 2, { 0x34, 0x12 } },
  { 0xfedcba98, 4, { 0x98, 0xba, 0xdc, 0xfe } },                  /* the top bit must not spread when widened */
  { G_MAXUINT64 - 1, 8, { 0xfe, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff } },
};

static void
test_there_and_back (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GByteArray) grown = g_byte_array_new ();
    guint8 put[9] = { 0 };

    put[rows[i].octets] = 0x5a; /* what stands behind stays */
    le_put (put, rows[i].value, rows[i].octets);
    le_append (grown, rows[i].value, rows[i].octets);
    g_assert_cmpmem (put, rows[i].octets, rows[i].bytes, rows[i].octets);
    g_assert_cmpmem (grown->data, grown->len, rows[i].bytes, rows[i].octets);
    g_assert_cmpuint (put[rows[i].octets], ==, 0x5a);
    g_assert_cmpuint (le_get (put, rows[i].octets), ==, rows[i].value);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/base/little-endian/there-and-back", test_there_and_back);
  return g_test_run ();
}
