/* What earlier transports of this lane left behind: their journals are read before anything new starts. */
#include "lane-private.h"

#include "holder.h"
#include "mark.h"

#define RECOVERY_POLL_MS 50     /* a transport whose core died leaves within ten seconds; look often, it is cheap */
#define RECOVERY_LONG_US (30 * (gint64) G_USEC_PER_SEC) /* chosen: three times that; then a person is told who it is */

/* Until this has worked, nobody knows whether a transport of an earlier core is still at work. */
gboolean
lane_list_journals (Lane *self, GError **error)
{
  g_autoptr (GArray) found = self->is_unlisted ? recovery_list (self->core, self->account_id, error) : NULL;

  if (found == NULL)
    return !self->is_unlisted;
  g_array_append_vals (self->unrecovered, found->data, found->len);
  self->is_unlisted = FALSE;
  return TRUE;
}

/* What the store could not be told when the transport lied: before its journal is read. */
static gboolean
mark_liars (Lane *self, GError **error)
{
  for (; self->liars->len > 0; g_array_set_size (self->liars, self->liars->len - 1))
    if (!recovery_mark_dropped (self->core, g_array_index (self->liars, guint64, self->liars->len - 1), error))
      return FALSE;
  return TRUE;
}

/* It has not left in all that time: stopped, or waiting for a disk that does not answer. We may not end it, for it may be sending. */
static void
note_holder (Lane *self)
{
  gint64 now_us = g_get_monotonic_time ();
  g_autofree char *pids = NULL;

  if (self->busy_since_us == 0)
    self->busy_since_us = now_us;
  if (self->holder != NULL || now_us - self->busy_since_us < RECOVERY_LONG_US)
    return;
  pids = holder_find ("postrider-smtp");
  self->holder = pids[0] != '\0'
                   ? g_strdup_printf ("an earlier sending process still holds its journal and does not leave (process %s). If it does nothing any more, end it: "
                                      "kill -9 %s; what it was sending then shows as unknown", pids, pids)
                   : g_strdup ("an earlier sending process still holds its journal and does not leave; if it stays, end it (`pgrep postrider-smtp` finds it), "
                               "or restart the machine");
  g_warning ("%s", self->holder);
  lane_touch_all (self);
}

/* Journals of earlier transports, oldest first. Returns: FALSE while one is still held: nothing may start on this lane. */
gboolean
lane_recover (Lane *self)
{
  while (self->is_unlisted || self->unrecovered->len > 0) {
    g_autoptr (GError) error = NULL;
    RecoveryResult result = RECOVERY_FAILED;

    if (lane_list_journals (self, &error) && self->unrecovered->len == 0)
      return TRUE;
    if (!self->is_unlisted && mark_liars (self, &error) && lane_flush_outcomes (self, &error))
      result = recovery_apply (self->core, g_array_index (self->unrecovered, guint64, 0), NULL, &error);
    if (result == RECOVERY_BUSY) {
      note_holder (self);
      lane_schedule_turn (self, RECOVERY_POLL_MS);
      return FALSE;
    }
    if (result == RECOVERY_FAILED) {
      g_warning ("recovery: %s", error->message);
      lane_wait_for_store (self, error);
      return FALSE;
    }
    g_array_remove_index (self->unrecovered, 0);
    self->busy_since_us = 0;
    g_clear_pointer (&self->holder, g_free);
    mark_update (self->core);
    lane_touch_all (self);
  }
  return TRUE;
}
