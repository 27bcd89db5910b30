/* refused.h - rows of a file that the worker may well give, and that core leaves out all the same: frame REJECTS, as the worker's own.
 * Used in: core/intake/import. */
#pragma once
#include "frame.h"

typedef struct {
  const char *field;    /* whose value it is about */
  Slice       value;    /* borrowed; shown cut */
  const char *reason;   /* a word; NULL: nothing is wrong */
  const char *sentence; /* for people */
} Refusal;

typedef struct Refused Refused;

Refused  *refused_new  (void); /* (transfer full) */
void      refused_free (Refused *self); /* NULL is a no-op */

/* row: of frame CONTACTS, whose values follow as the row's cells, so that a person can mend it: name, email, phone, then `fields`.
 * counts: reason (owned) -> guint64 *. */
void      refused_add  (Refused *self, const FrameRow *row, const char *const *fields, const Refusal *why, GHashTable *counts);

GVariant *refused_take (Refused *self); /* (transfer full) what came since the last call, or NULL: nothing */
