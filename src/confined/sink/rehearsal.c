#include "rehearsal.h"

#include <string.h>

#define SEEN_MAX 100000 /* chosen: some megabytes */

typedef struct {
  RehearsalPart part;
  GPatternSpec *spec; /* owned; of lower case */
} Rule;

struct Rehearsal {
  GArray     *rules;
  GHashTable *seen; /* hashes of part and address: two addresses with one hash share their first time */
};

static void
rule_clear (gpointer data)
{
  g_pattern_spec_free (((Rule *) data)->spec);
}

Rehearsal *
rehearsal_new (void)
{
  Rehearsal *self = g_new0 (Rehearsal, 1);

  self->rules = g_array_new (FALSE, FALSE, sizeof (Rule));
  g_array_set_clear_func (self->rules, rule_clear);
  self->seen = g_hash_table_new (NULL, NULL);
  return self;
}

void
rehearsal_free (Rehearsal *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->rules);
  g_hash_table_unref (self->seen);
  g_free (self);
}

gboolean
rehearsal_add (Rehearsal *self, RehearsalPart part, const char *pattern)
{
  g_autofree char *lower = NULL;
  Rule rule = { .part = part };

  if (*pattern == '\0' || strlen (pattern) > REHEARSAL_PATTERN_MAX || self->rules->len >= REHEARSAL_PATTERNS_MAX)
    return FALSE;
  lower = g_utf8_strdown (pattern, -1);
  rule.spec = g_pattern_spec_new (lower);
  g_array_append_val (self->rules, rule);
  return TRUE; /* cppcheck-suppress memleak; the array has it */
}

RehearsalPart
rehearsal_get_part (const Rehearsal *self, const char *address)
{
  g_autofree char *lower = NULL;

  if (self == NULL || self->rules->len == 0)
    return REHEARSAL_NONE;
  lower = g_utf8_strdown (address, -1);
  for (guint i = 0; i < self->rules->len; i++) {
    const Rule *rule = &g_array_index (self->rules, Rule, i);

    if (g_pattern_spec_match_string (rule->spec, lower))
      return rule->part;
  }
  return REHEARSAL_NONE;
}

gboolean
rehearsal_is_first (Rehearsal *self, RehearsalPart part, const char *address)
{
  g_autofree char *lower = g_utf8_strdown (address, -1);

  if (g_hash_table_size (self->seen) >= SEEN_MAX)
    g_hash_table_remove_all (self->seen);
  return g_hash_table_add (self->seen, GUINT_TO_POINTER (g_str_hash (lower) * 4 + (guint) part));
}
