#include "bloom-filter.h"

#define LINES 65536 /* chosen: of 64 octets, 4 MiB: one in 300 is a false "perhaps" at 2 million entries, one in 4 at 10 million */
#define MARKS 4

struct BloomFilter {
  guint64 lines[LINES][8];
};

BloomFilter *
bloom_filter_new (void)
{
  return g_new0 (BloomFilter, 1);
}

void
bloom_filter_free (BloomFilter *self)
{
  g_free (self);
}

void
bloom_filter_add (BloomFilter *self, gint64 hash)
{
  guint64 *line = self->lines[(guint64) hash % LINES];
  guint64 rest = (guint64) hash >> 16;

  for (int i = 0; i < MARKS; i++, rest >>= 9)
    line[rest >> 6 & 7] |= G_GUINT64_CONSTANT (1) << (rest & 63);
}

gboolean
bloom_filter_has (const BloomFilter *self, gint64 hash)
{
  const guint64 *line = self->lines[(guint64) hash % LINES];
  guint64 rest = (guint64) hash >> 16;

  for (int i = 0; i < MARKS; i++, rest >>= 9)
    if ((line[rest >> 6 & 7] >> (rest & 63) & 1) == 0)
      return FALSE;
  return TRUE;
}
