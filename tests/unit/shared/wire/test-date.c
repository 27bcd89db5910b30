/* Days as people, spreadsheets and other programs write them. Sources of the forms: ISO 8601 and RFC 3339 (appendix of examples), RFC 5322 A.1.1,
 * Unicode CLDR 42 (order of day and month by region), columns of exports by Mailchimp (OPTIN_TIME), Brevo and Google Forms. */
#include "date.h"
#include <string.h>

typedef struct {
  const char *text, *region;
  DateFlaw    flaw;
  const char *right; /* year-month-day hour:minute, zone in minutes where there is one */
} Case;

static const Case cases[] = {
  { "2025-04-03", "", DATE_FINE, "2025-04-03 12:00" },
  { " 2025-04-03 ", "", DATE_FINE, "2025-04-03 12:00" },
  { "2025/4/3", "US", DATE_FINE, "2025-04-03 12:00" },
  { "20250403", "", DATE_FINE, "2025-04-03 12:00" },
  { "1985-04-12T23:20:50.52Z", "", DATE_FINE, "1985-04-12 23:20 +0" },  /* RFC 3339 §5.8 */
  { "1996-12-19T16:39:57-08:00", "", DATE_FINE, "1996-12-19 16:39 -480" },
  { "2024-03-04 10:11:12", "", DATE_FINE, "2024-03-04 10:11" }, /* Mailchimp */
  { "2024/03/04 10:11:12 AM GMT+2", "", DATE_FINE, "2024-03-04 10:11 +120" }, /* Google Forms */
  { "2024/03/04 1:11:12 PM GMT", "", DATE_FINE, "2024-03-04 13:11 +0" },
  { "Fri, 21 Nov 1997 09:55:06 -0600", "", DATE_FINE, "1997-11-21 09:55 -360" }, /* RFC 5322 A.1.1 */
  { "3.4.2025", "", DATE_FINE, "2025-04-03 12:00" },     /* with dots the day is first, everywhere */
  { "03.04.25", "DE", DATE_FINE, "2025-04-03 12:00" },
  { "03.04.99", "DE", DATE_FINE, "1999-04-03 12:00" },
  { "03/04/2025", "GB", DATE_FINE, "2025-04-03 12:00" },
  { "03/04/2025", "US", DATE_FINE, "2025-03-04 12:00" },
  { "03-04-2025", "IN", DATE_FINE, "2025-04-03 12:00" },
  { "03/04/2025", "", DATE_AMBIGUOUS, NULL },
  { "3/4/2025 16:30", "", DATE_AMBIGUOUS, NULL },
  { "04/04/2025", "", DATE_FINE, "2025-04-04 12:00" },   /* one and the same */
  { "31/12/2024", "", DATE_FINE, "2024-12-31 12:00" },
  { "12/31/2024", "", DATE_FINE, "2024-12-31 12:00" },
  { "12/31/2024", "GB", DATE_FINE, "2024-12-31 12:00" }, /* the only day that it can be */
  { "5/6/2024 12:05 AM", "US", DATE_FINE, "2024-05-06 00:05" },
  { "5/6/2024 12:05 pm", "US", DATE_FINE, "2024-05-06 12:05" },
  { "3 April 2025", "", DATE_FINE, "2025-04-03 12:00" },
  { "April 3, 2025", "", DATE_FINE, "2025-04-03 12:00" },
  { "April 3rd, 2025", "", DATE_FINE, "2025-04-03 12:00" },
  { "03-Apr-25", "", DATE_FINE, "2025-04-03 12:00" },
  { "3. M\xc3\xa4rz 2025", "DE", DATE_FINE, "2025-03-03 12:00" },
  { "3. Dez. 2025", "DE", DATE_FINE, "2025-12-03 12:00" },
  { "3 ao\xc3\xbbt 2025", "FR", DATE_FINE, "2025-08-03 12:00" },
  { "3 de enero de 2025", "ES", DATE_FINE, "2025-01-03 12:00" },
  { "29.02.2024", "", DATE_FINE, "2024-02-29 12:00" },
  { "29.02.2025", "", DATE_BAD, NULL },
  { "31.02.2025", "", DATE_BAD, NULL },
  { "00.01.2025", "", DATE_BAD, NULL },
  { "13/13/2025", "", DATE_BAD, NULL },
  { "2025-13-01", "", DATE_BAD, NULL },
  { "2025-04", "", DATE_BAD, NULL },
  { "45321", "", DATE_BAD, NULL },           /* a spreadsheet's number: of which of its two calendars? */
  { "3.4.2025 25:00", "", DATE_BAD, NULL },
  { "3.4-2025", "", DATE_BAD, NULL },
  { "0001-01-01", "", DATE_BAD, NULL },
  { "2025-04-03 and more", "", DATE_BAD, NULL },
  { "", "", DATE_NONE, NULL },
  { "sign-up sheet", "", DATE_NONE, NULL },
  { "March", "", DATE_NONE, NULL },
  { "yes", "", DATE_NONE, NULL },
  { "\xff\xfe", "", DATE_NONE, NULL },
  { "form at the open day, 3 March 2026, signed by hand in the entrance hall", "", DATE_NONE, NULL },
};

static void
test_parse (gconstpointer data)
{
  const Case *row = data;
  g_autofree char *shown = NULL;
  Date date;

  g_assert_cmpint (date_parse (row->text, strlen (row->text), row->region, &date), ==, row->flaw);
  if (row->flaw != DATE_FINE)
    return;
  shown = g_strdup_printf ("%04d-%02d-%02d %02d:%02d", date.year, date.month, date.day, date.hour, date.minute);
  if (date.has_zone) {
    g_autofree char *day = g_steal_pointer (&shown);

    shown = g_strdup_printf ("%s %+d", day, date.zone_s / 60);
  }
  g_assert_cmpstr (shown, ==, row->right);
  g_assert_cmpint (date_to_utc (&date), !=, 0);
}

/* Every octet string of a row, cut anywhere and with any octet changed, is read within its bounds (ASan). */
static void
test_cut (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++)
    for (gsize len = 0; len <= strlen (cases[i].text); len++)
      for (gsize at = 0; at <= len; at++) {
        g_autofree char *text = g_memdup2 (cases[i].text, len);
        Date date;

        if (at < len)
          text[at] = (char) (text[at] ^ 0x41);
        date_parse (text, len, "US", &date);
      }
}

static void
test_utc (void)
{
  const Date with_zone = { 1985, 4, 12, 23, 20, 50, TRUE, TRUE, 0 }, noon = { 2025, 4, 3, 12, 0, 0, FALSE, FALSE, 0 };

  g_assert_cmpint (date_to_utc (&with_zone), ==, 482196050); /* date -u -d 1985-04-12T23:20:50Z +%s */
  g_assert_cmpint (date_to_utc (&noon), ==, 1743681600);     /* TZ=UTC date -d '2025-04-03 12:00' +%s */
}

static void
test_future (void)
{
  const gint64 now = 1743681600 - 12 * 3600 + 60; /* one minute past midnight of 3 April 2025 */
  const Date today = { 2025, 4, 3, 12, 0, 0, FALSE, FALSE, 0 }, tomorrow = { 2025, 4, 4, 12, 0, 0, FALSE, FALSE, 0 };
  const Date soon = { 2025, 4, 3, 0, 10, 0, TRUE, TRUE, 0 }, later = { 2025, 4, 3, 9, 0, 0, TRUE, TRUE, 0 };

  g_assert_false (date_is_future (&today, now)); /* though its noon is still to come */
  g_assert_true (date_is_future (&tomorrow, now));
  g_assert_false (date_is_future (&soon, now));
  g_assert_true (date_is_future (&later, now));
}

int
main (int argc, char *argv[])
{
  g_setenv ("TZ", "UTC", TRUE);
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/shared/wire/date/%" G_GSIZE_FORMAT "-%s", i, cases[i].region);

    g_test_add_data_func (path, &cases[i], test_parse);
  }
  g_test_add_func ("/shared/wire/date/cut", test_cut);
  g_test_add_func ("/shared/wire/date/utc", test_utc);
  g_test_add_func ("/shared/wire/date/future", test_future);
  return g_test_run ();
}
