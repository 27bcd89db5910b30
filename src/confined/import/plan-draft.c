#include "plan-draft.h"

#include "value.h"

Plan *
draft_plan_new (void)
{
  Plan *self = g_new0 (Plan, 1);

  self->emails = g_array_new (FALSE, FALSE, sizeof (guint));
  self->phones = g_array_new (FALSE, FALSE, sizeof (guint));
  self->columns = g_array_new (FALSE, FALSE, sizeof (guint));
  self->names = g_ptr_array_new_with_free_func (g_free);
  self->heads = g_ptr_array_new_with_free_func (g_free);
  self->aliases = g_ptr_array_new_with_free_func (g_free);
  self->notes = g_ptr_array_new_with_free_func (g_free);
  self->second = g_array_new (FALSE, FALSE, sizeof (guint));
  self->departures = g_array_new (FALSE, FALSE, sizeof (Departure));
  self->name = self->first = self->last = -1;
  return self;
}

void
plan_free (Plan *self)
{
  if (self == NULL)
    return;
  g_array_unref (self->emails);
  g_array_unref (self->phones);
  g_array_unref (self->columns);
  g_ptr_array_unref (self->names);
  g_ptr_array_unref (self->heads);
  g_ptr_array_unref (self->aliases);
  g_ptr_array_unref (self->notes);
  g_array_unref (self->second);
  g_array_unref (self->departures);
  g_free (self);
}

const CsvRow *
draft_get_row (const Draft *draft, guint index)
{
  return &((const KeptRow *) g_ptr_array_index (draft->sample, index))->row;
}

Slice
draft_get_cell (const CsvRow *row, guint column)
{
  return column < row->n_cells ? value_bare (row->cells[column]) : (Slice){ "", 0 };
}

guint
draft_first_person (const Draft *draft)
{
  return draft->header.is_there ? draft->header.index + 1 : 0;
}

guint
draft_count_like (const Draft *draft, guint column, gboolean (*is_like) (Slice), guint *out_all)
{
  guint good = 0;

  *out_all = 0;
  for (guint i = draft_first_person (draft); i < draft->sample->len; i++) {
    Slice cell = draft_get_cell (draft_get_row (draft, i), column);

    if (cell.len > 0) {
      ++*out_all;
      good += is_like (cell);
    }
  }
  return good;
}

gboolean
draft_is_mostly (const Draft *draft, guint column, gboolean (*is_like) (Slice))
{
  guint all, good = draft_count_like (draft, column, is_like, &all);

  return good > 0 && good * 2 >= all;
}

char *
draft_list_headers (const Draft *draft)
{
  GString *list = g_string_new (NULL);

  for (guint i = 0; i < draft->headers->len && i < 20; i++)
    g_string_append_printf (list, "%s%s", i > 0 ? ", " : "", (const char *) g_ptr_array_index (draft->headers, i));
  if (draft->headers->len > 20)
    g_string_append (list, ", …");
  return g_string_free (list, FALSE);
}

static gboolean
is_first_of (const GArray *columns, guint column)
{
  return columns->len > 0 && g_array_index (columns, guint, 0) == column;
}

const char *
draft_role_word (const Draft *draft, guint column)
{
  const Plan *plan = draft->plan;

  if (draft->said[column] == SAID_UNUSED)
    return "unused";
  if (is_first_of (plan->emails, column))
    return column_role_to_word (COLUMN_EMAIL);
  if (is_first_of (plan->phones, column))
    return column_role_to_word (COLUMN_PHONE);
  if ((int) column == plan->name)
    return column_role_to_word (COLUMN_NAME);
  if ((int) column == plan->first)
    return column_role_to_word (COLUMN_FIRST);
  return (int) column == plan->last ? column_role_to_word (COLUMN_LAST) : "field";
}
