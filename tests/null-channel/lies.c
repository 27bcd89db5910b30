#include "lies.h"

#include "contract-transport2.h"
#include <string.h>

#define LIES_KEPT 3 /* numbers that it has had kept by then: null-channel.c, LIE_AFTER */
#define NOBODY 4000000000u /* a recipient that no test has */

static void
tell_outcome (PrTransport2 *skeleton, guint64 campaign, guint64 recipient, guint32 attempt, guint8 outcome)
{
  g_autoptr (FrameWriter) rows = frame_writer_new (FRAME_OUTCOMES);
  guint64 campaign_le = GUINT64_TO_LE (campaign), none = 0;

  frame_writer_row (rows, recipient, attempt, 6);
  frame_writer_field (rows, &outcome, 1);
  frame_writer_string (rows, "250 a lie");
  frame_writer_string (rows, "");
  frame_writer_field (rows, &campaign_le, sizeof campaign_le);
  frame_writer_field (rows, &none, sizeof none);
  frame_writer_string (rows, "");
  pr_transport2_emit_outcomes (skeleton, frame_writer_finish (rows));
}

static void
tell_record (PrTransport2 *skeleton)
{
  g_autoptr (FrameWriter) records = frame_writer_new (FRAME_STATE);

  frame_writer_row (records, 0, 0, 2);
  frame_writer_string (records, "password/own");
  frame_writer_string (records, "x");
  pr_transport2_emit_state_changed (skeleton, 1 + LIES_KEPT, frame_writer_finish (records));
}

void
lies_tell (const char *lie, const Row *row, gpointer skeleton)
{
  guint64 campaign = row->campaign->id;

  if (strcmp (lie, "stranger") == 0)
    tell_outcome (skeleton, campaign, NOBODY, row->attempt, OUTCOME_ACCEPTED);
  else if (strcmp (lie, "campaign") == 0)
    tell_outcome (skeleton, campaign + 1, row->recipient, row->attempt, OUTCOME_ACCEPTED);
  else if (strcmp (lie, "attempt") == 0)
    tell_outcome (skeleton, campaign, row->recipient, row->attempt + 1, OUTCOME_ACCEPTED);
  else if (strcmp (lie, "outcome") == 0)
    tell_outcome (skeleton, campaign, row->recipient, row->attempt, STATE_QUEUED); /* "send it again" */
  else if (strcmp (lie, "twice") == 0) /* and the truth comes behind it */
    tell_outcome (skeleton, campaign, row->recipient, row->attempt, OUTCOME_ACCEPTED);
  else if (strcmp (lie, "record") == 0)
    tell_record (skeleton);
  else if (strcmp (lie, "endpoint") == 0)
    pr_transport2_emit_need_connection (skeleton, 0, 1); /* its kind connects to nothing */
  else if (strcmp (lie, "status") == 0)
    pr_transport2_emit_status (skeleton, "splendid", "");
  else
    pr_transport2_emit_paused (skeleton, "No Word", "a reason that the contract does not have");
}
