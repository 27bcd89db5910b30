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

PlanView *
plan_view_new_empty (const char *problem)
{
  PlanView *self = plan_view_alloc ();

  self->problem = g_strdup (problem);
  return self;
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
    g_ptr_array_add (self->roles, (gpointer) draft_role_word (&draft, i));
  g_free (draft.meanings);
  g_free (draft.said);
  return self;
}
