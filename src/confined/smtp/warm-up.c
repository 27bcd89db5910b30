#include "warm-up.h"

#include "sasl.h"
#include "skeleton.h"
#include <time.h>

/* One message of every kind: converters, time zone, MIME tables. */
static void
warm_compose (void)
{
  static const char *const columns[] = { "word", NULL };
  g_autoptr (GBytes) bytes = g_bytes_new_static ("x", 1);
  SkeletonFile file = { FALSE, "gr\xc3\xbc\xc3\x9f.txt", "text/plain", bytes };
  SkeletonSpec spec = { .subject = "{{word}} \xe2\x82\xac", .html = "<p>{{word}} \xe2\x82\xac</p>", .text = "", .from = "Ann <ann@example.org>",
                        .reply_to = "", .unsubscribe = "", .columns = columns, .files = &file, .n_files = 1 };
  g_autoptr (Skeleton) skeleton = skeleton_compile (&spec, NULL);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  static FrameRow row;
  SkeletonTraits traits;

  row = (FrameRow){ .key = 1, .aux = 1, .n_fields = 3 };
  row.fields[0] = (Slice){ "bob@example.org", 15 };
  row.fields[1] = (Slice){ "B\xc3\xb6" "b", 4 };
  row.fields[2] = (Slice){ "\xe4\xb8\xad", 3 };
  if (skeleton != NULL)
    (void) !skeleton_render (skeleton, &row, SKELETON_DOTTED, 0, out, &traits, NULL);
}

void
warm_up (void)
{
  tzset ();
  sasl_warm_up ();
  warm_compose ();
}
