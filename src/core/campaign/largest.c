#include "largest.h"

#include "text.h"
#include <string.h>

#define TOP 12     /* chosen: of all */
#define KINDS 32   /* chosen: sets of places that people have values in; more are left to the others */
#define PLACES 19  /* chosen: of so many the longest value is kept */

typedef struct {
  guint64 id, kind; /* kind: a bit a place that has a value */
  double  size, total; /* size: of what is compared; total: of all values */
} Candidate;

struct Largest {
  guint          n_places;
  LargestWeight *weights;
  Candidate      top[TOP], places[PLACES], kinds[KINDS];
  guint          n_kinds;
};

Largest *
largest_new (guint n_places, const LargestWeight *weights)
{
  Largest *self = g_new0 (Largest, 1);

  self->n_places = n_places;
  self->weights = g_memdup2 (weights, n_places * sizeof *weights);
  return self;
}

void
largest_free (Largest *self)
{
  if (self != NULL)
    g_free (self->weights);
  g_free (self);
}

static double
largest_weigh_value (const LargestWeight *weight, Slice value)
{
  gsize wide = 0, special = 0;

  if (text_is_missing (value.data, value.len))
    return 0;
  for (gsize i = 0; i < value.len; i++) {
    guchar c = (guchar) value.data[i];

    wide += c >= 0x80;
    special += c == '&' || c == '<' || c == '>' || c == '"' || c == '\'';
  }
  return (double) (value.len - wide - special) * weight->plain + (double) wide * weight->wide + (double) special * weight->special;
}

static gboolean
is_larger (const Candidate *a, const Candidate *b)
{
  return b->id == 0 || a->size > b->size || (a->size >= b->size && a->total > b->total);
}

static void
keep_larger (Candidate *place, const Candidate *candidate, double size)
{
  Candidate with_size = *candidate;

  with_size.size = size;
  if (is_larger (&with_size, place))
    *place = with_size;
}

static void
keep_of_kind (Largest *self, const Candidate *candidate)
{
  guint i = 0;

  while (i < self->n_kinds && self->kinds[i].kind != candidate->kind)
    i++;
  if (i == KINDS)
    return;
  self->n_kinds = MAX (self->n_kinds, i + 1);
  keep_larger (&self->kinds[i], candidate, candidate->total);
}

/* Sorted, the largest first; the last one is given up. */
static void
keep_of_all (Largest *self, const Candidate *candidate)
{
  guint at = TOP;

  while (at > 0 && is_larger (candidate, &self->top[at - 1]))
    at--;
  if (at == TOP)
    return;
  memmove (self->top + at + 1, self->top + at, (TOP - 1 - at) * sizeof *self->top);
  self->top[at] = *candidate;
}

void
largest_add (Largest *self, guint64 id, const Slice *values)
{
  double sizes[PLACES] = { 0 };
  Candidate candidate = { .id = id };

  for (guint i = 0; i < self->n_places; i++) {
    double size = largest_weigh_value (&self->weights[i], values[i]);

    candidate.total += size;
    if (!text_is_missing (values[i].data, values[i].len))
      candidate.kind |= (guint64) 1 << (i % 64);
    if (i < PLACES)
      sizes[i] = size;
  }
  candidate.size = candidate.total;
  for (guint i = 0; i < MIN (self->n_places, PLACES); i++)
    keep_larger (&self->places[i], &candidate, sizes[i]);
  keep_of_kind (self, &candidate);
  keep_of_all (self, &candidate);
}

static void
append_new (GArray *ids, const Candidate *candidates, guint n)
{
  for (guint i = 0; i < n && ids->len < LARGEST_MAX; i++) {
    gboolean is_there = candidates[i].id == 0;

    for (guint j = 0; j < ids->len; j++)
      is_there |= g_array_index (ids, guint64, j) == candidates[i].id;
    if (!is_there)
      g_array_append_val (ids, candidates[i].id);
  }
}

GArray *
largest_get_ids (const Largest *self)
{
  GArray *ids = g_array_new (FALSE, FALSE, sizeof (guint64));

  append_new (ids, self->top, 1);
  append_new (ids, self->kinds, self->n_kinds);
  append_new (ids, self->places, PLACES);
  append_new (ids, self->top, TOP);
  return ids;
}
