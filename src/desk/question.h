/* question.h - may Postrider read these files? Names each by its whole path. Used in: postrider-dialog. */
#pragma once
#include <gtk/gtk.h>

/* paths: as the window said them: foreign words, made fit to be shown in here. Returns: a GtkDialog that answers GTK_RESPONSE_ACCEPT, or
 * anything else for no; owned by GTK until gtk_window_destroy(). */
GtkWidget *question_new (const char *const *paths);
