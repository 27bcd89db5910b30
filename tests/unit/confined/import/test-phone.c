#include "phone.h"

#include <string.h>

static const struct { const char *text, *region, *e164; PhoneFlaw flaw; } cases[] = {
  { "+44 20 7946 0958", "", "+442079460958", PHONE_FINE },
  { "+44 (0)20 7946 0958", "", "+442079460958", PHONE_FINE },
  { "(+44) 20-7946.0958", "", "+442079460958", PHONE_FINE },
  { "tel:+442079460958", "", "+442079460958", PHONE_FINE },
  { "'+442079460958", "", "+442079460958", PHONE_FINE },       /* a spreadsheet's mark for text */
  { "020 7946 0958", "GB", "+442079460958", PHONE_FINE },
  { "442079460958", "GB", "+442079460958", PHONE_FINE },       /* a number cell has no + */
  { "0044 20 7946 0958", "DE", "+442079460958", PHONE_FINE },
  { "+44 20 7946 0958", "IN", "+442079460958", PHONE_FINE },   /* + beats the region */
  { "098765 43210", "IN", "+919876543210", PHONE_FINE },
  { "9876543210", "IN", "+919876543210", PHONE_FINE },
  { "(202) 555-0123", "US", "+12025550123", PHONE_FINE },
  { "+44 20 7946 0958 ext. 12", "", "+442079460958", PHONE_FINE },
  { "020 7946 0958", "", NULL, PHONE_AMBIGUOUS },              /* anyone's */
  { "9876543210", "", NULL, PHONE_AMBIGUOUS },
  { "3.1E+09", "US", NULL, PHONE_ROUNDED },
  { "4,91511E+12", "DE", NULL, PHONE_ROUNDED },                /* with a German comma */
  { "1234567890", "US", NULL, PHONE_BAD },                     /* no area code begins with 1 */
  { "+44 20", "", NULL, PHONE_BAD },
  { "+999 123456789", "", NULL, PHONE_BAD },                   /* no such country */
  { "+44 20 7946 0958 123456789", "", NULL, PHONE_BAD },
  { "12", "DE", NULL, PHONE_BAD },
  { "none", "DE", NULL, PHONE_BAD },
  { "", "DE", NULL, PHONE_BAD },
  { "+", "", NULL, PHONE_BAD },
  { "\xff\xfe", "DE", NULL, PHONE_BAD },
};

static void
test_parse (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    char e164[PHONE_E164_LEN] = "untouched";
    PhoneFlaw flaw = phone_parse (cases[i].text, strlen (cases[i].text), cases[i].region, e164);

    if (flaw != cases[i].flaw)
      g_test_message ("%s %s", cases[i].text, cases[i].region);
    g_assert_cmpint (flaw, ==, cases[i].flaw);
    g_assert_cmpstr (e164, ==, cases[i].e164 != NULL ? cases[i].e164 : "untouched");
  }
}

static void
test_long (void)
{
  g_autofree char *text = g_strnfill (100000, '1');
  char e164[PHONE_E164_LEN];

  g_assert_cmpint (phone_parse (text, 100000, "US", e164), ==, PHONE_BAD);
  g_assert_cmpint (phone_parse ("+44\0" "2079460958", 14, "GB", e164), ==, PHONE_BAD);
}

static void
test_region (void)
{
  g_assert_true (phone_is_region ("IN"));
  g_assert_true (phone_is_region ("DE"));
  g_assert_false (phone_is_region (""));
  g_assert_false (phone_is_region ("ZZ"));
  g_assert_false (phone_is_region ("IND"));
  g_assert_false (phone_is_region ("49"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  phone_warm_up ();
  g_test_add_func ("/confined/import/phone/parse", test_parse);
  g_test_add_func ("/confined/import/phone/long", test_long);
  g_test_add_func ("/confined/import/phone/region", test_region);
  return g_test_run ();
}
