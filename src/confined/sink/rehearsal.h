/* rehearsal.h - which recipients get trouble, so that refused, later and unknown can be tried before they are met.
 * Trust:  patterns come from the user by core; addresses are a client's, parsed by command.c. Used in: confined/sink (service, session). Pure.
 * Source: RFC 3463 (5.1.1), RFC 6647 (greylisting: the first try is put off), RFC 5321 §4.5.3.2.6 (no answer behind the dot). */
#pragma once
#include <glib.h>

#define REHEARSAL_PATTERNS_MAX 64 /* chosen; more are refused */
#define REHEARSAL_PATTERN_MAX 320 /* octets: an address */

typedef enum {
  REHEARSAL_NONE,
  REHEARSAL_REFUSE, /* 550 5.1.1 to each RCPT */
  REHEARSAL_DELAY,  /* 450 4.2.0 to the first RCPT of an address */
  REHEARSAL_DROP,   /* the first message to an address is kept, and the connection ends without an answer */
} RehearsalPart;

typedef struct Rehearsal Rehearsal;

Rehearsal *rehearsal_new  (void); /* trouble for nobody */
void       rehearsal_free (Rehearsal *self); /* NULL is a no-op */

/* Adds a pattern (borrowed, UTF-8; `*` and `?` stand for any characters, case does not count) over the whole address.
 * Returns: FALSE for an empty or overlong one, or when there are too many. */
gboolean rehearsal_add (Rehearsal *self, RehearsalPart part, const char *pattern) G_GNUC_WARN_UNUSED_RESULT;

RehearsalPart rehearsal_get_part (const Rehearsal *self, const char *address); /* of the first pattern added that fits. NULL self: none */

/* Returns: TRUE the first time that it is asked for this address and part. What was asked is forgotten after 100,000 addresses. */
gboolean rehearsal_is_first (Rehearsal *self, RehearsalPart part, const char *address);
