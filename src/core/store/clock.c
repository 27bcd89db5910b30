#include "clock.h"

/* tests/faults: a clock that is set, and a machine that slept, as core sees them: the wall clock jumps and the monotonic one does not. */
static gint64
get_clock_offset_s (void)
{
  gint64 offset_s = 0;
#ifdef POSTRIDER_KILL_POINTS
  g_autofree char *text = NULL;

  if (g_getenv ("POSTRIDER_CLOCK") != NULL && g_file_get_contents (g_getenv ("POSTRIDER_CLOCK"), &text, NULL, NULL))
    offset_s = g_ascii_strtoll (text, NULL, 10);
#endif
  return offset_s;
}

gint64
clock_now_utc (void)
{
  return g_get_real_time () / G_USEC_PER_SEC + get_clock_offset_s ();
}
