/* bench-render.c - microseconds for one message of about 2 KB (HTML and text, ten values). Not a test: run it on a release build. */
#include "sample.h"

#include <stdio.h>
#include <stdlib.h>

#define ROUNDS 200000

int
main (void)
{
  static FrameRow row;
  static const char *const values[] = { "bob.lee@example.com", "Bob Lee", "Bob", "Köln", "+492215550100", "see you <there> & then", NULL };
  g_autoptr (GString) html = g_string_new ("<html><body><h1>Hello {{first name|friend}}</h1><p>Dear {{name}}, your city is {{city}}.</p>\n");
  g_autoptr (GError) error = NULL;
  g_autoptr (Skeleton) skeleton = NULL;
  g_autoptr (GByteArray) out = g_byte_array_new ();
  SkeletonTraits traits;
  SkeletonSpec spec;
  gint64 start;

  for (guint i = 0; i < 6; i++)
    g_string_append (html, "<p>Our shop has new things in every week of the year, and you were among the first.</p>\n");
  g_string_append (html, "<p>{{note}}</p><p><a href=\"https://example.org/?c={{city}}\">More</a></p></body></html>\n");
  spec = sample_spec ("{{first name}}, news from {{city}}", html->str, NULL);
  skeleton_warm_up ();
  skeleton = skeleton_compile (&spec, &error);
  sample_row (&row, 1, values);
  start = g_get_monotonic_time ();
  for (guint i = 0; i < ROUNDS; i++) {
    g_byte_array_set_size (out, 0);
    row.key = i;
    if (!skeleton_render (skeleton, &row, SKELETON_DOTTED, SAMPLE_DATE + i, out, &traits, &error))
      return EXIT_FAILURE;
  }
  printf ("%u octets: %.2f us a message\n", out->len, (double) (g_get_monotonic_time () - start) / ROUNDS);
  return EXIT_SUCCESS;
}
