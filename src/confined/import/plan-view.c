#include "plan-draft.h"

static PlanView *
plan_view_alloc (void)
{
  PlanView *self = g_new0 (PlanView, 1);

  self->columns = g_ptr_array_new_with_free_func (g_free);
  self->roles = g_ptr_array_new ();
  self->notes = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
plan_view_free (PlanView *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->columns);
  g_ptr_array_unref (self->roles);
  g_ptr_array_unref (self->notes);
  g_free (self->problem);
  g_free (self);
}

static gboolean
is_first_of (const GArray *columns, guint column)
{
  return columns->len > 0 && g_array_index (columns, guint, 0) == column;
}

static const char *
role_word (const Draft *draft, guint column)
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

PlanView *
plan_view_new (const GPtrArray *sample, const PlanSpec *spec, gboolean is_grid)
{
  PlanView *self = plan_view_alloc ();
  g_autoptr (Plan) plan = draft_plan_new ();
  g_autoptr (GError) error = NULL;
  Draft draft = { .sample = sample, .spec = spec, .plan = plan, .headers = self->columns, .is_view = TRUE };

  if (!draft_fill (&draft, is_grid, &error))
    self->problem = g_strdup (error->message);
  self->has_header = plan->has_header;
  self->header_row = plan->header_row;
  g_ptr_array_extend_and_steal (self->notes, g_steal_pointer (&plan->notes));
  plan->notes = g_ptr_array_new_with_free_func (g_free);
  for (guint i = 0; i < self->columns->len; i++)
    g_ptr_array_add (self->roles, (gpointer) role_word (&draft, i));
  g_free (draft.meanings);
  g_free (draft.said);
  return self;
}
