/* bloom-filter.h - hashes seen before: "no" is certain, "perhaps" is not (in blocks of one cache line; Putze, Sanders, Singler 2007).
 * Its size is fixed, whatever it is asked to hold: more entries make more "perhaps", which cost time and nothing else.
 * Used in: core/store/merge. Pure. */
#pragma once
#include <glib.h>

typedef struct BloomFilter BloomFilter;

BloomFilter *bloom_filter_new  (void); /* (transfer full) */
void         bloom_filter_free (BloomFilter *self); /* NULL is a no-op */
void         bloom_filter_add  (BloomFilter *self, gint64 hash);
gboolean     bloom_filter_has  (const BloomFilter *self, gint64 hash); /* FALSE: never added */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (BloomFilter, bloom_filter_free)
