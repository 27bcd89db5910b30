/* completion-counter.h - one answer when several things that were asked for are over. Used in: core/dispatch (draining). */
#pragma once
#include <glib.h>

typedef struct CompletionCounter CompletionCounter;
typedef void (*CompletionFunc) (gpointer data);

/* `done` is called once, with `data`, when completion_counter_over_cb() was called as often as completion_counter_add(), and once more by
 * who made it, after the last completion_counter_add(): what answers at once cannot end it early. It frees itself then. */
CompletionCounter *completion_counter_new (CompletionFunc done, gpointer data);
CompletionCounter *completion_counter_add (CompletionCounter *self); /* Returns: self, as the data of completion_counter_over_cb() */
void       completion_counter_over_cb (gpointer self);
