#include "full-name.h"

static const struct { const char *text; gboolean is_valid, is_public; } rows[] = {
  { "mail.example.org", TRUE, TRUE },
  { "box-1.xn--kln-sna.de", TRUE, TRUE },
  { "3com.com", TRUE, TRUE },            /* RFC 1123 §2.1 */
  { "box", FALSE, FALSE },               /* RFC 5321 §2.3.5: a bare name says nothing */
  { "", FALSE, FALSE },
  { "mail.example.org.", FALSE, FALSE }, /* no trailing dot in SMTP */
  { ".example.org", FALSE, FALSE },
  { "mail..org", FALSE, FALSE },
  { "-mail.example.org", FALSE, FALSE },
  { "mail-.example.org", FALSE, FALSE },
  { "my_box.example.org", FALSE, FALSE },
  { "m\303\274ller.example.org", FALSE, FALSE },
  { "mail.example.org\r\nMAIL", FALSE, FALSE },
  { "192.0.2.1", FALSE, FALSE },
  { "2001:db8::1", FALSE, FALSE },
  { "box.local", TRUE, FALSE },          /* RFC 6762 */
  { "box.LOCAL", TRUE, FALSE },
  { "localhost.localdomain", TRUE, FALSE },
  { "box.lan", TRUE, FALSE },
  { "box.internal", TRUE, FALSE },       /* ICANN SAC113 */
  { "box.home.arpa", TRUE, FALSE },      /* RFC 8375 */
  { "box.example", TRUE, FALSE },        /* RFC 2606 */
  { "a234567890123456789012345678901234567890123456789012345678901234.example.org", FALSE, FALSE }, /* 64 octets in a label */
};

static void
test_rows (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("%s", rows[i].text);
    g_assert_cmpint (full_name_is_valid (rows[i].text), ==, rows[i].is_valid);
    g_assert_cmpint (full_name_is_public (rows[i].text), ==, rows[i].is_public);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/base/full-name/full-name", test_rows);
  return g_test_run ();
}
