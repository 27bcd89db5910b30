/* postrider-show ADDRESS: opens one address in the user's own program, where the desktop has no portal, and leaves. It has no lock, since what it
 * starts would inherit it, and a browser does not run so; hence it speaks with nobody, and core has looked at the address first. */
#include "fault.h"
#include <gio/gio.h>
#include <stdio.h>
#include <string.h>

int
main (int argc, char *argv[])
{
  g_autoptr (GError) error = NULL;

  if (argc != 2 || !(g_str_has_prefix (argv[1], "https://") || g_str_has_prefix (argv[1], "http://") || g_str_has_prefix (argv[1], "mailto:"))) {
    fputs ("usage: postrider-show ADDRESS (core starts this program; see `postrider app`)\n", stderr);
    return FAULT_USAGE;
  }
  if (g_app_info_launch_default_for_uri (argv[1], NULL, &error))
    return 0;
  fprintf (stderr, "postrider-show: %s\n", error->message);
  return FAULT_UNAVAILABLE;
}
