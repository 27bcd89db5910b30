/* dialog.h - Choose and Save by GTK's own file dialog, where the desktop has no portal; Dropped by a question (question.h). One dialog a process.
 * Used in: postrider-dialog. */
#pragma once
#include <gio/gio.h>

typedef struct Dialog Dialog;

Dialog  *dialog_new    (void); /* gtk_init_check() has said yes */
void     dialog_free   (Dialog *self);
gboolean dialog_export (Dialog *self, GDBusConnection *connection, GError **error);
