/* largest.h - who may get the largest message of a campaign: these few are built before it starts, so that its size is known, not guessed.
 * What a message has besides its values is the same for everybody who has values in the same places: of each such kind the likeliest is kept, of
 * each place the longest value, and the likeliest of all. Used in: core/campaign, core/control. Pure. */
#pragma once
#include "frame.h"

typedef struct Largest Largest;

#define LARGEST_MAX 64 /* chosen: people that are built */

typedef struct { /* octets that one of a value makes in a message */
  double plain, wide, special; /* of a letter, of an octet beyond ASCII, of a character that HTML escapes */
} LargestWeight;

/* weights: one a place (borrowed until it returns). (transfer full) */
Largest *largest_new  (guint n_places, const LargestWeight *weights);
void     largest_free (Largest *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Largest, largest_free)

void     largest_add  (Largest *self, guint64 id, const Slice *values); /* one a place; borrowed until it returns */

/* Returns: (transfer full) array of guint64, LARGEST_MAX at most, the likeliest first. */
GArray  *largest_get_ids (const Largest *self);
