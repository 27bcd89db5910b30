#include "brake.h"

#include <string.h>

#define ROOM_FIRST 2   /* chosen: two letters tell what there is to know about the third */
#define ROOM_STEP 4    /* each acceptance makes room for itself and three more: a window that grows is not kept waiting by it */
#define ROOM_MOST 100000
#define STRIKES_SLOW 3 /* chosen: one 4.7.x is greylisting of one person; three in a row ask for a slower pace */

struct Brake {
  FailureStreak *streaks;
  guint          out, room;    /* rows that left the queue and have no answer; how many there may be */
  gboolean       is_held_back; /* a row was */
  gboolean       has_accepted;
  guint          epoch;        /* counts hang-ups: rows that were out at one are lost with it, not to a further one */
  gboolean       has_lost;     /* a row of this epoch became unknown; its connection's end follows */
  const char    *stopped_by;   /* static: the word that the account was paused for; NULL: it was not */
};

Brake *
brake_new (void)
{
  Brake *self = g_new0 (Brake, 1);

  self->streaks = failure_streak_new ();
  self->room = ROOM_FIRST;
  return self;
}

void
brake_free (Brake *self)
{
  if (self != NULL)
    failure_streak_free (self->streaks);
  g_free (self);
}

gboolean
brake_take (Brake *self, Row *row)
{
  if (self->out >= self->room) {
    self->is_held_back = TRUE;
    return FALSE;
  }
  self->out++;
  row->epoch = self->epoch;
  return TRUE;
}

void
brake_give_back (Brake *self)
{
  self->out--;
}

gboolean
brake_is_eased (Brake *self)
{
  gboolean is_eased = self->is_held_back && self->out < self->room;

  self->is_held_back = self->is_held_back && !is_eased;
  return is_eased;
}

static void
note_accepted (Brake *self, const Row *row)
{
  self->has_accepted = TRUE;
  self->room = MIN (self->room + ROOM_STEP, ROOM_MOST);
  failure_streak_end (self->streaks);
  failure_streak_end (row->campaign->streaks);
}

/* "Relay denied" to the first recipient is about the account; once somebody passed it is about this one's domain. What a person resumed
 * after, and what others passed since, is about this one too: nobody is asked a second time because of them. */
static Verdict
brake_settle (const Brake *self, const Row *row, const Verdict *verdict)
{
  Verdict settled = *verdict;

  if (!self->has_accepted || verdict->pause == NULL)
    return settled;
  if (strcmp (verdict->pause, "relay-denied") == 0)
    return (Verdict){ OUTCOME_REFUSED, REASON_NONE, NULL, 0, NULL };
  if (strcmp (verdict->pause, "policy") == 0 && verdict->pause_after == 1 && row->attempt > 1)
    settled.pause = NULL;
  return settled;
}

/* A letter's refusals are equal by code and reason, within one campaign: another one's letter may well pass meanwhile. */
static guint
brake_count (Brake *self, const Row *row, const Verdict *verdict, guint code)
{
  gboolean is_content = g_strcmp0 (verdict->pause, PAUSE_CONTENT) == 0;

  return is_content ? failure_streak_count (row->campaign->streaks, verdict, code << 8 | verdict->reason) : failure_streak_count (self->streaks, verdict, 0);
}

static char *
describe_stop (const Verdict *verdict, guint n, const char *text)
{
  return n == 1 ? g_strdup (text) : g_strdup_printf ("%u in a row were answered like this, and nobody was accepted in between: %s", n, text);
}

/* The wire is emptied before more is risked: from the second like answer on, one letter may be out for each that may still come. */
static void
brake_tighten (Brake *self, const Verdict *verdict, guint n)
{
  if (n >= 2 && verdict->outcome == OUTCOME_REFUSED && verdict->pause_after <= ROW_COUNT_FEW)
    self->room = ROOM_FIRST;
}

Verdict
brake_weigh (Brake *self, const Row *row, const RowResult *result, char **out_stop)
{
  Verdict verdict = brake_settle (self, row, &result->verdict);
  guint n;

  *out_stop = NULL;
  self->out--;
  if (verdict.outcome == OUTCOME_ACCEPTED)
    note_accepted (self, row);
  if (verdict.outcome == OUTCOME_UNKNOWN && row->epoch == self->epoch)
    self->has_lost = TRUE;
  if (verdict.pause == NULL)
    return verdict;
  if (self->stopped_by != NULL && strcmp (self->stopped_by, verdict.pause) == 0 && verdict.outcome == OUTCOME_REFUSED) {
    verdict.outcome = OUTCOME_LATER; /* it was on the wire when the reason was known already: not this person's fault */
    verdict.reason = REASON_NONE;
    return verdict;
  }
  n = brake_count (self, row, &verdict, result->code);
  brake_tighten (self, &verdict, n);
  if (verdict.outcome == OUTCOME_LATER && n >= STRIKES_SLOW && strcmp (verdict.pause, "busy") == 0)
    verdict.reason = REASON_SLOW;
  if (n >= verdict.pause_after) {
    *out_stop = describe_stop (&verdict, n, result->text);
    self->stopped_by = verdict.pause;
    failure_streak_end (row->campaign->streaks);
  }
  return verdict;
}

char *
brake_weigh_trouble (Brake *self, const Verdict *verdict, const char *text)
{
  guint n = failure_streak_count (self->streaks, verdict, 0);

  return n > 0 && n >= verdict->pause_after ? g_strdup (text) : NULL;
}

char *
brake_weigh_end (Brake *self)
{
  static const Verdict hung_up = { OUTCOME_UNKNOWN, REASON_NONE, PAUSE_HANGS_UP, ROW_COUNT_SAME, NULL };
  guint n;

  if (!self->has_lost)
    return NULL;
  self->has_lost = FALSE;
  self->epoch++;
  self->room = ROOM_FIRST;
  n = failure_streak_count (self->streaks, &hung_up, 0);
  if (n < hung_up.pause_after)
    return NULL;
  return g_strdup_printf ("%u times in a row the connection ended behind a letter without an answer. Whether the server took them is not known: they are shown "
                          "as unknown, and nobody gets a second copy. Look whether they arrived, try `account test`, then resume", n);
}

void
brake_release (Brake *self)
{
  self->stopped_by = NULL;
  self->room = ROOM_FIRST;
  failure_streak_end (self->streaks);
}
