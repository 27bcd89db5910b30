#include "lies.h"

#include "contract-transport2.h"
#include <string.h>

#define NOBODY 4000000000u /* a recipient that no test has */

static void
tell_outcome (PrTransport2 *skeleton, guint64 campaign, guint64 recipient, guint32 attempt, guint8 outcome)
{
  g_autoptr (FrameWriter) rows = frame_writer_new (FRAME_OUTCOMES);
  guint64 campaign_le = GUINT64_TO_LE (campaign);

  frame_writer_row (rows, recipient, attempt, 4);
  frame_writer_field (rows, &outcome, 1);
  frame_writer_string (rows, "250 a lie");
  frame_writer_string (rows, "");
  frame_writer_field (rows, &campaign_le, sizeof campaign_le);
  pr_transport2_emit_outcomes (skeleton, frame_writer_finish (rows));
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
  else
    pr_transport2_emit_paused (skeleton, "No Word", "a reason that the contract does not have");
}
