#include "completion-counter.h"

struct CompletionCounter {
  CompletionFunc done;
  gpointer      data;
  guint         left;
};

CompletionCounter *
completion_counter_new (CompletionFunc done, gpointer data)
{
  CompletionCounter *self = g_new0 (CompletionCounter, 1);

  *self = (CompletionCounter){ done, data, 1 };
  return self;
}

CompletionCounter *
completion_counter_add (CompletionCounter *self)
{
  self->left++;
  return self;
}

void
completion_counter_over_cb (gpointer data)
{
  CompletionCounter *self = data;

  if (--self->left > 0)
    return;
  self->done (self->data);
  g_free (self);
}
