/* progress.h - tells that a campaign has changed, at most five times a second each. Who draws it asks for the numbers then.
 * Used in: core (dispatch touches, app listens). */
#pragma once
#include <glib.h>

typedef struct Progress Progress;
typedef void (*ProgressFunc) (guint64 campaign, gpointer data);

Progress *progress_new  (ProgressFunc changed, gpointer data);
void      progress_free (Progress *self);
void      progress_touch (Progress *self, guint64 campaign);     /* soon */
void      progress_touch_now (Progress *self, guint64 campaign); /* a change of state: at once, from the main loop */
