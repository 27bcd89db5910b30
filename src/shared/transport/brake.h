/* brake.h - when answers say that going on would only do harm, and how much may be on the wire until they say otherwise.
 * A letter that is refused for everybody, a server that hangs up behind each letter: found out by the first few, not by the whole list. So few
 * rows leave at first, and for each acceptance four more: after the fourth round trip a thousand may be out. docs/decisions/few-letters-first.md
 * Used in: send-queue. How many answers of which kind: the verdict says. */
#pragma once
#include "row.h"
#include "verdict.h"

typedef struct Brake Brake;

Brake *brake_new  (void);
void   brake_free (Brake *self); /* NULL is a no-op */

/* May this row leave now? FALSE: not before an answer to those that are out. TRUE: it is out until brake_give_back() or brake_weigh(). */
gboolean brake_take      (Brake *self, Row *row);
void     brake_give_back (Brake *self); /* never begun */
gboolean brake_is_eased  (Brake *self); /* a row was held back, and another may leave now: says so once */

/* What the answer means for this row here and now. *out_stop: (transfer full) the sentence to pause with, for the reason
 * verdict.pause; or NULL: it goes on. */
Verdict brake_weigh (Brake *self, const Row *row, const RowResult *result, char **out_stop);

/* An answer about the account, to no row. Returns: as out_stop. */
char *brake_weigh_trouble (Brake *self, const Verdict *verdict, const char *text);

/* A connection has ended. Returns: (transfer full) the sentence when servers have hung up behind letters too often in a row (PAUSE_HANGS_UP). */
char *brake_weigh_end (Brake *self);

void brake_release (Brake *self); /* a person or core looked at it: all counts begin anew, and few rows leave */
