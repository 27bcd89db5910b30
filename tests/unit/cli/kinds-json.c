/* kinds-json - core's table of kinds as JSON on standard output: the page's made-up core is held against it (page/test/kinds.test.mjs). */
#include "json-out.h"
#include "kind.h"

int
main (void)
{
  g_autoptr (GVariant) all = g_variant_ref_sink (kinds_describe ());

  json_out_rows ("kinds", all, FALSE);
  return 0;
}
