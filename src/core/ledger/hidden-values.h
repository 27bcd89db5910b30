/* hidden-values.h - what core alone makes for each message of a campaign, in columns behind its own (shared/wire/hidden-columns), and the one way in which a
 * recipient's row is written for a transport: at the hand-over and for a preview alike. A further value is a row of hidden-values.c.
 * Used in: core/ledger, core/campaign, core/control, core/app. */
#pragma once
#include "frame.h"

typedef struct {
  guint8      identity[16]; /* of the campaign: seeds its Message-IDs (shared/wire/message-id) */
  const char *domain;       /* of the sender, borrowed; NULL: messages of this kind have no Message-ID */
} HiddenValues;

/* (transfer full) the campaign's own columns, then the hidden ones. */
GStrv hidden_values_append_columns (const HiddenValues *self, const char *const *columns);
guint hidden_values_count (const HiddenValues *self);
void  hidden_values_write (const HiddenValues *self, FrameWriter *frame, guint64 recipient); /* behind the values of the row that is begun */

/* One row of frame RECIPIENTS. fields: in frame form, as the store has them. */
void  hidden_values_write_row (const HiddenValues *self, FrameWriter *frame, guint64 recipient, guint32 aux, const char *address, const char *name, const void *fields,
                               gsize len);

/* (transfer full) as people are told it; "" where there is none. */
char *hidden_values_make_message_id (const HiddenValues *self, guint64 recipient);
