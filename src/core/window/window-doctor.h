/* window-doctor.h - what the window needs of this machine, as rows of `postrider doctor`. Looks for files alone; whether the walls stand says sandbox-probe.h.
 * Used in: core/app. */
#pragma once
#include <glib.h>

/* state: ok | missing | note. text: a sentence, with what to do. */
typedef void (*WindowDoctorFunc) (const char *what, const char *state, const char *text, gpointer data);

gboolean window_doctor_is_installed (void); /* FALSE: the rows say just that */
void     window_doctor_look (WindowDoctorFunc add, gpointer data);
