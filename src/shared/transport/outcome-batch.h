/* outcome-batch.h - what became of rows, put together into frames for core: many in one signal, none older than a blink.
 * Used in: send-queue. Source: contract/ (Transport2.Outcomes). */
#pragma once
#include "row.h"
#include "verdict.h"

typedef struct OutcomeBatch OutcomeBatch;
typedef void (*OutcomeBatchFunc) (GVariant *rows, gpointer data); /* floating, as in D-Bus signals */

OutcomeBatch *outcome_batch_new  (OutcomeBatchFunc send, gpointer data);
void          outcome_batch_free (OutcomeBatch *self); /* what was not sent is in the journal; NULL is a no-op */

void          outcome_batch_add   (OutcomeBatch *self, const Row *row, const Verdict *verdict, const RowResult *result); /* verdict: as the brake weighed it. All borrowed */
gboolean      outcome_batch_is_full (const OutcomeBatch *self); /* enough for a signal of its own */
void          outcome_batch_flush (OutcomeBatch *self); /* sends what there is; by itself it does so a little after the first one came */
