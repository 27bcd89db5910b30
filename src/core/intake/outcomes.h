/* outcomes.h - what a transport says about recipients, checked against what it was given.
 * Trust:  input is hostile; any fault in it ends the transport. Used in: core/dispatch. Source: Transport2.Outcomes, docs/design.md §5. */
#pragma once
#include "ledger.h"

typedef struct Outstanding Outstanding; /* what one transport holds: (campaign, recipient) -> attempt */
Outstanding *outstanding_new  (void);
void         outstanding_free (Outstanding *self);
void         outstanding_add  (Outstanding *self, guint64 campaign, guint64 recipient, guint32 attempt);
guint        outstanding_get_count (const Outstanding *self);
guint64      outstanding_get_first (const Outstanding *self, guint64 campaign); /* walks all; G_MAXUINT64: none */
guint        outstanding_count_campaign (const Outstanding *self, guint64 campaign); /* walks all */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Outstanding, outstanding_free)

/* frame: an `ay` as it came. Appends LedgerOutcome to `out` and takes each from `held`.
 * Returns: FALSE with `error` (FAULT_PROTOCOL or FRAME_ERROR): drop the transport, ignore `out`. */
gboolean outcomes_parse (GVariant *frame, Outstanding *held, GArray *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;

/* The same for Recall's answer: never begun. out: LedgerHanded. */
gboolean outcomes_parse_recalled (GVariant *recipients, guint64 campaign, Outstanding *held, GArray *out, GError **error) G_GNUC_WARN_UNUSED_RESULT;
