/* What comes out is a day that there is, and it is the same when it is read again as ISO 8601. The first octet chooses the region. */
#include "date.h"

#include <string.h>

int LLVMFuzzerTestOneInput (const guint8 *data, gsize len);

int
LLVMFuzzerTestOneInput (const guint8 *data, gsize len)
{
  static const char *const regions[] = { "", "GB", "US", "DE" };
  g_autofree char *iso = NULL;
  Date date, again;

  if (len < 1 || date_parse ((const char *) data + 1, len - 1, regions[data[0] % 4], &date) != DATE_FINE)
    return 0;
  g_assert_true (g_date_valid_dmy ((GDateDay) date.day, (GDateMonth) date.month, (GDateYear) date.year));
  g_assert_true (date.hour >= 0 && date.hour < 24 && date.minute >= 0 && date.minute < 60 && ABS (date.zone_s) < 16 * 3600);
  date_to_utc (&date);
  date_is_future (&date, 1743681600);
  iso = g_strdup_printf ("%04d-%02d-%02d", date.year, date.month, date.day);
  g_assert_cmpint (date_parse (iso, strlen (iso), "", &again), ==, DATE_FINE);
  g_assert_true (again.year == date.year && again.month == date.month && again.day == date.day);
  return 0;
}
