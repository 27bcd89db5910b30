/* sql-words.h - states, reasons and kinds as a statement has them: numbers and words from their tables (outcome.h, campaign-state.h, delivery-kind.h), in the text itself, since
 * an index of some states is found by no other way. checks/sql-words.py fails on a number that stands there by itself. Used in: core. */
#pragma once
#include "campaign-state.h"
#include "delivery-kind.h"
#include "outcome.h"

#define SQL_STATE(name) G_STRINGIFY (STATE_NUMBER_##name)                 /* recipient.state, tally.state, ledger.state */
#define SQL_CAMPAIGN_STATE(name) G_STRINGIFY (CAMPAIGN_NUMBER_##name)     /* campaign.state */
#define SQL_REASON(name) "'" REASON_WORD_##name "'"                       /* recipient.reason, ledger.reason */

#define SQL_DELIVERY(name) "'" DELIVERY_WORD_##name "'"                   /* delivery.kind, delivery_tally.kind */

/* `of`: a table's alias with its dot, or "". */
#define SQL_IS_WAITING(of) of "state IN (" SQL_STATE (QUEUED) "," SQL_STATE (LATER) ")" /* for its turn, or its time */
#define SQL_IS_SETTLED(of) \
  of "state IN (" SQL_STATE (ACCEPTED) "," SQL_STATE (REFUSED) "," SQL_STATE (UNKNOWN) ")" /* nothing more comes of itself */
/* What a person resolved as sent counts as sent. */
#define SQL_MAY_HAVE_GOT(of) \
  "(" of "state IN (" SQL_STATE (HANDED) "," SQL_STATE (ACCEPTED) "," SQL_STATE (UNKNOWN) ")" \
  " OR (" of "state=" SQL_STATE (SKIPPED) " AND " of "reason=" SQL_REASON (TREATED_AS_SENT) "))"

#define SQL_CAMPAIGN_IS_NEW(of) of "state IN (" SQL_CAMPAIGN_STATE (PREPARING) "," SQL_CAMPAIGN_STATE (PREPARED) ")"
#define SQL_CAMPAIGN_HAS_ENDED(of) of "state IN (" SQL_CAMPAIGN_STATE (DONE) "," SQL_CAMPAIGN_STATE (CANCELLED) ")"
#define SQL_CAMPAIGN_IS_STARTED(of) of "state IN (" SQL_CAMPAIGN_STATE (SENDING) "," SQL_CAMPAIGN_STATE (PAUSED) ")" /* and has not ended */
#define SQL_CAMPAIGN_IS_OPEN(of) \
  of "state IN (" SQL_CAMPAIGN_STATE (PREPARED) "," SQL_CAMPAIGN_STATE (SENDING) "," SQL_CAMPAIGN_STATE (PAUSED) ")" /* its people are chosen, and it has not ended */
