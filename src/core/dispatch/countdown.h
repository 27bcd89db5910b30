/* countdown.h - one answer when several things that were asked for are over. Used in: core/dispatch (draining). */
#pragma once
#include <glib.h>

typedef struct Countdown Countdown;
typedef void (*CountdownFunc) (gpointer data);

/* `done` is called once, with `data`, when countdown_over_cb() was called as often as countdown_add(), and once more by
 * who made it, after the last countdown_add(): what answers at once cannot end it early. It frees itself then. */
Countdown *countdown_new (CountdownFunc done, gpointer data);
Countdown *countdown_add (Countdown *self); /* Returns: self, as the data of countdown_over_cb() */
void       countdown_over_cb (gpointer self);
