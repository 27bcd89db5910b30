/* What earlier transports of this lane left behind is settled before anything new starts. */
#include "lane-private.h"

#include "rollback-guard.h"

#define RECOVERY_POLL_MS 50 /* a transport whose core died leaves within ten seconds; look often, it is cheap */

/* One step. What a transport had told before it went comes first. */
static TransportSettled
lane_settle (Lane *self, GError **error)
{
  const char *owner = transport_link_get_journal_owner (self->link);
  TransportSettled result = lane_flush_outcomes (self, error) ? transport_link_settle (self->link, error) : TRANSPORT_FAILED;

  if (result == TRANSPORT_SETTLED)
    rollback_guard_update (self->core);
  if (result == TRANSPORT_SETTLED || transport_link_get_journal_owner (self->link) != owner)
    lane_touch_all (self);
  return result;
}

/* Returns: FALSE while one is still held: nothing may start on this lane. */
gboolean
lane_recover (Lane *self)
{
  while (!transport_link_is_settled (self->link)) {
    g_autoptr (GError) error = NULL;
    TransportSettled result = lane_settle (self, &error);

    if (result == TRANSPORT_BUSY)
      lane_schedule_cycle (self, RECOVERY_POLL_MS);
    if (result == TRANSPORT_FAILED) {
      g_warning ("recovery: %s", error->message);
      lane_wait_for_store (self, error);
    }
    if (result != TRANSPORT_SETTLED)
      return FALSE;
  }
  return TRUE;
}
