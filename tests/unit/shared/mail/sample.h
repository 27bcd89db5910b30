/* sample.h - a campaign and a row in a few words, for the tests of templates and mail. */
#pragma once
#include "skeleton.h"

#include <string.h>

#define SAMPLE_DATE G_GINT64_CONSTANT (1760000000)

static const char *const sample_columns[] = { "First Name", "city", "phone", "note", NULL };

static inline SkeletonSpec
sample_spec (const char *subject, const char *html, const char *text)
{
  return (SkeletonSpec){ .subject = subject, .html = html, .text = text, .from = "Ann <ann@example.org>", .columns = sample_columns };
}

/* Values in the order address, name, columns…; NULL ends them. `row` is big: keep it static. */
static inline void
sample_row (FrameRow *row, guint64 key, const char *const *values)
{
  row->key = key;
  row->aux = 1;
  row->n_fields = 0;
  for (; values[row->n_fields] != NULL; row->n_fields++)
    row->fields[row->n_fields] = (Slice){ values[row->n_fields], strlen (values[row->n_fields]) };
}
