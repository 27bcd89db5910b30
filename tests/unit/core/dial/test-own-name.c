#include "own-name.h"

static const struct { const char *machine, *records[3], *chosen; } rows[] = {
  { "box", { "box.example.org" }, "box.example.org" },
  { "box.example.org", { "box.example.org" }, "box.example.org" },
  { "BOX", { "box.example.org" }, "box.example.org" },
  { "box", { NULL }, NULL },
  { "box", { "evil.example.org" }, NULL },          /* whoever owns the name server does not name the machine */
  { "box", { "boxer.example.org" }, NULL },
  { "box", { "box" }, NULL },                       /* bare */
  { "box", { "box.local" }, NULL },
  { "box", { "box.lan", "box.example.org" }, "box.example.org" },
  { "box", { "box.example.org MAIL FROM" }, NULL }, /* it becomes a line of SMTP */
};

static void
test_choose (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_test_message ("row %" G_GSIZE_FORMAT, i);
    g_assert_cmpstr (own_name_choose (rows[i].machine, rows[i].records), ==, rows[i].chosen);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/dial/own-name/choose", test_choose);
  return g_test_run ();
}
