#include "sieve.h"

#define LINES 65536 /* chosen: of 64 octets, 4 MiB: one in 300 is a false "perhaps" at 2 million entries, one in 4 at 10 million */
#define MARKS 4

struct Sieve {
  guint64 lines[LINES][8];
};

Sieve *
sieve_new (void)
{
  return g_new0 (Sieve, 1);
}

void
sieve_free (Sieve *self)
{
  g_free (self);
}

void
sieve_add (Sieve *self, gint64 hash)
{
  guint64 *line = self->lines[(guint64) hash % LINES];
  guint64 rest = (guint64) hash >> 16;

  for (int i = 0; i < MARKS; i++, rest >>= 9)
    line[rest >> 6 & 7] |= G_GUINT64_CONSTANT (1) << (rest & 63);
}

gboolean
sieve_has (const Sieve *self, gint64 hash)
{
  const guint64 *line = self->lines[(guint64) hash % LINES];
  guint64 rest = (guint64) hash >> 16;

  for (int i = 0; i < MARKS; i++, rest >>= 9)
    if ((line[rest >> 6 & 7] >> (rest & 63) & 1) == 0)
      return FALSE;
  return TRUE;
}
