/* Waiting: nothing can go, and it goes on by itself. And what is known of the trouble behind it. */
#include "lane-private.h"

#include "fault.h"
#include "text.h"
#include <string.h>

void
lane_wait (Lane *self, const char *reason, const char *text, gint64 delay_s)
{
  static const gint64 delays_s[] = { 2, 5, 15, 30, 60, 120, 300 }; /* chosen: a flicker is over soon, a night offline costs nothing */
  gint64 now_us = g_get_monotonic_time ();

  if (delay_s == 0)
    delay_s = delays_s[MIN (self->waits, G_N_ELEMENTS (delays_s) - 1)];
  self->waits++;
  if (self->reason == NULL)
    self->waiting_since_us = now_us;
  g_free (self->reason);
  g_free (self->text);
  self->reason = g_strdup (reason);
  self->text = text_printable (text, -1, 512);
  self->wait_until_us = now_us + delay_s * G_USEC_PER_SEC;
  transport_link_hold (self->link);
  if (transport_link_is_open (self->link) && transport_link_count_outstanding (self->link) > 0 && !self->is_recalling) {
    self->is_recalling = TRUE; /* what was never begun waits in the store, not in a process */
    lane_recall_all (self);
  }
  lane_touch_all (self);
  lane_wake (self);
}

/* Was it the hand-over, the next cycle comes at once and records without it. Else a cycle is planned before the wait wakes us: a full disk
 * stays full for a while. */
void
lane_wait_for_store (Lane *self, const GError *error)
{
  if (!lane_can_send (self) || !transport_link_is_settled (self->link))
    lane_schedule_cycle (self, LANE_DISK_RETRY_S * 1000);
  if (error->code == FAULT_NO_PERM)
    lane_wait (self, "vault", "the vault is locked, and with it the list of forgotten people who must not be written to; unlock it: `postrider vault unlock`",
               LANE_DISK_RETRY_S);
  else
    lane_wait (self, "disk", error->message, LANE_DISK_RETRY_S);
}

static void
forget_trouble (Lane *self)
{
  g_clear_pointer (&self->last_wait_reason, g_free);
  g_clear_pointer (&self->last_wait_text, g_free);
}

/* The store is tried again at once, by the cycle that we are in; a network or a process may take a minute to fail again. */
static void
remember_trouble (Lane *self)
{
  gboolean is_store = strcmp (self->reason, "disk") == 0 || strcmp (self->reason, "vault") == 0;

  if (!is_store) {
    forget_trouble (self);
    self->last_wait_reason = g_steal_pointer (&self->reason);
    self->last_wait_text = g_steal_pointer (&self->text);
  }
  g_clear_pointer (&self->reason, g_free);
  g_clear_pointer (&self->text, g_free);
}

void
lane_end_wait (Lane *self)
{
  gint64 now_us = g_get_monotonic_time (), waited_s = (now_us - self->waiting_since_us) / G_USEC_PER_SEC;

  if (self->reason == NULL || now_us < self->wait_until_us)
    return;
  if (waited_s > 0)
    ledger_shift_lifetime (self->core->database, self->account_id, waited_s, NULL); /* no chance to try uses up no lifetime */
  remember_trouble (self);
  self->is_recalling = FALSE;
  transport_link_resume (self->link);
  lane_touch_all (self);
}

/* Said to who watches; no wait begins, or goes on. */
void
lane_try_again (Lane *self, const char *reason, const char *text)
{
  forget_trouble (self);
  self->last_wait_reason = g_strdup (reason);
  self->last_wait_text = g_strdup (text);
  lane_touch_all (self);
}

void
lane_went_well (Lane *self)
{
  self->waits = self->losses = self->deaths = 0;
  forget_trouble (self);
  if (!self->is_noted_well)
    account_note_worked (self->core, self->account_id);
  self->is_noted_well = TRUE;
}

/* The account's own card says it, too. */
void
lane_note_trouble (Lane *self, const char *reason, const char *text)
{
  self->is_noted_well = FALSE;
  account_note_trouble (self->core, self->account_id, reason, text);
}
