/* consent.h - where and when the people of a file agreed: in words for all of them, by a column, or both. Pure but for the clock.
 * Trust:  values are a stranger's, checked by rules.h; words and names of columns are the user's. Used in: core/intake/import.
 * Source: org.postrider.App1.Import (consent, consent_column, consent_time).
 * Errors: FAULT_DATA (no such column), FAULT_USAGE (a date that is none). */
#pragma once
#include "merge.h"
#include "refused.h"

#define CONSENT_MAX 1024 /* chosen: octets of "where and when they agreed" */

typedef struct { /* all borrowed */
  const char *words, *column, *time, *region; /* "" where missing; time: a date, or a column with dates */
  gboolean    is_again;                       /* people who were forgotten have agreed anew: it is on record, with words or without */
} ConsentSpec;

typedef struct Consent Consent;

/* fields: Open's. (transfer full) */
Consent *consent_new  (const ConsentSpec *spec, const char *const *fields, GError **error);
void     consent_free (Consent *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Consent, consent_free)

/* For all rows: borrowed words ("": none), a time (0: that of the import). */
const char *consent_get_words (const Consent *self);
gint64      consent_get_utc   (const Consent *self);

/* Reads the row's own columns out of row->fields into row->consent and row->consent_utc.
 * Returns: FALSE with `out_refusal`: this person did not agree, or not on such a day. */
gboolean consent_take (const Consent *self, MergeRow *row, Refusal *out_refusal);
