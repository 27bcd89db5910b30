/* refused.h - rows of a file that the worker may well give, and that core leaves out all the same: frame REJECTS, as the worker's own.
 * Used in: core/intake/import. */
#pragma once
#include "frame.h"

typedef struct Refused Refused;

Refused  *refused_new  (void); /* (transfer full) */
void      refused_free (Refused *self); /* NULL is a no-op */

/* counts: reason (owned) -> guint64 *. field, reason, sentence: texts; the value is shown cut. */
void      refused_add  (Refused *self, guint64 row, const char *field, Slice value, const char *reason, const char *sentence, GHashTable *counts);

GVariant *refused_take (Refused *self); /* (transfer full) what came since the last call, or NULL: nothing */
