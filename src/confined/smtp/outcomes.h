/* outcomes.h - what became of rows, put together into frames for core: many in one signal, none older than a blink.
 * Used in: lane. Source: contract/ (Transport1.Outcomes). */
#pragma once
#include "row.h"
#include "reply-table.h"

typedef struct Outcomes Outcomes;
typedef void (*OutcomesFunc) (GVariant *rows, gpointer data); /* floating, as in D-Bus signals */

Outcomes *outcomes_new  (OutcomesFunc send, gpointer data);
void      outcomes_free (Outcomes *self); /* what was not sent is in the journal; NULL is a no-op */

void      outcomes_add   (Outcomes *self, const Row *row, const Verdict *verdict, const char *text); /* row, text: borrowed */
gboolean  outcomes_are_many (const Outcomes *self); /* enough for a signal of their own */
void      outcomes_flush (Outcomes *self); /* sends what there is; by itself it does so a little after the first one came */
