#include "countdown.h"

struct Countdown {
  CountdownFunc done;
  gpointer      data;
  guint         left;
};

Countdown *
countdown_new (CountdownFunc done, gpointer data)
{
  Countdown *self = g_new0 (Countdown, 1);

  *self = (Countdown){ done, data, 1 };
  return self;
}

Countdown *
countdown_add (Countdown *self)
{
  self->left++;
  return self;
}

void
countdown_over_cb (gpointer data)
{
  Countdown *self = data;

  if (--self->left > 0)
    return;
  self->done (self->data);
  g_free (self);
}
