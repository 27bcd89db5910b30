/* GTK 4.10 has GtkFileDialog instead; Debian 12 has 4.8. */
#define GDK_DISABLE_DEPRECATION_WARNINGS
#include "dialog.h"

#include "chosen.h"
#include "contract-desk1.h"
#include "fault.h"
#include "question.h"
#include "serve.h"
#include <gtk/gtk.h>

struct Dialog {
  PrDesk1               *skeleton;
  GDBusMethodInvocation *invocation; /* NULL: none is open */
  gboolean               is_save;
  char                 **paths; /* Dropped: what is asked about */
  GtkWidget             *window; /* NULL: none is open */
};

/* Returns: (transfer full) paths; empty: cancelled */
static char **
get_paths (GtkFileChooser *chooser)
{
  g_autoptr (GStrvBuilder) paths = g_strv_builder_new ();
  g_autoptr (GListModel) files = gtk_file_chooser_get_files (chooser);

  for (guint i = 0; i < g_list_model_get_n_items (files); i++) {
    g_autoptr (GFile) file = g_list_model_get_item (files, i);
    g_autofree char *path = g_file_get_path (file);

    if (path != NULL)
      g_strv_builder_add (paths, path);
  }
  return g_strv_builder_end (paths);
}

static void
dialog_answer (Dialog *self, const char *const *paths)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  GDBusMethodInvocation *invocation = g_steal_pointer (&self->invocation);
  g_autofree char *name = NULL;
  GVariant *files = NULL;
  GError *error = NULL;

  if (self->is_save)
    name = chosen_make (paths[0], fds, &error);
  else
    files = chosen_open (paths, fds, &error);
  if (error != NULL)
    g_dbus_method_invocation_take_error (invocation, error);
  else if (self->is_save)
    pr_desk1_complete_save (self->skeleton, invocation, fds, name, g_variant_new_handle (0));
  else
    pr_desk1_complete_choose (self->skeleton, invocation, fds, files);
}

static void
response_cb (GtkDialog *window, int response, gpointer data)
{
  static const char *const none[] = { NULL };
  Dialog *self = data;
  g_auto (GStrv) paths = response == GTK_RESPONSE_ACCEPT ? get_paths (GTK_FILE_CHOOSER (window)) : NULL;

  dialog_answer (self, paths != NULL ? (const char *const *) paths : none);
  gtk_window_destroy (GTK_WINDOW (window));
  self->window = NULL;
}

static void
add_filters (GtkFileChooser *chooser, const char *const *patterns)
{
  g_autoptr (GtkFileFilter) fitting = gtk_file_filter_new (), all = gtk_file_filter_new ();

  if (patterns[0] == NULL)
    return;
  gtk_file_filter_set_name (fitting, "Files that fit");
  gtk_file_filter_set_name (all, "All files");
  gtk_file_filter_add_pattern (all, "*");
  for (gsize i = 0; patterns[i] != NULL; i++) {
    g_autofree char *folded = chosen_fold_pattern (patterns[i]);

    gtk_file_filter_add_pattern (fitting, folded);
  }
  gtk_file_chooser_add_filter (chooser, fitting);
  gtk_file_chooser_add_filter (chooser, all);
}

/* Returns: TRUE: the call was answered with a fault. */
static gboolean
is_busy (Dialog *self, GDBusMethodInvocation *invocation)
{
  if (self->window == NULL)
    return FALSE;
  g_dbus_method_invocation_return_error_literal (invocation, FAULT, FAULT_TEMP, "a file dialog is open already");
  return TRUE;
}

/* Returns: NULL: the call was answered with a fault. */
static GtkFileChooser *
open_window (Dialog *self, GDBusMethodInvocation *invocation, const char *title, gboolean is_save)
{
  if (is_busy (self, invocation))
    return NULL;
  self->invocation = invocation;
  self->is_save = is_save;
  self->window = gtk_file_chooser_dialog_new (title, NULL, is_save ? GTK_FILE_CHOOSER_ACTION_SAVE : GTK_FILE_CHOOSER_ACTION_OPEN, "_Cancel",
                                              GTK_RESPONSE_CANCEL, is_save ? "_Save" : "_Open", GTK_RESPONSE_ACCEPT, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (self->window), GTK_RESPONSE_ACCEPT);
  g_signal_connect (self->window, "response", G_CALLBACK (response_cb), self);
  return GTK_FILE_CHOOSER (self->window);
}

static gboolean
handle_choose (PrDesk1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *title, const char *const *patterns,
               gboolean is_multiple, gpointer data)
{
  GtkFileChooser *chooser = open_window (data, invocation, title, FALSE);

  if (chooser == NULL)
    return TRUE;
  gtk_file_chooser_set_select_multiple (chooser, is_multiple);
  add_filters (chooser, patterns);
  gtk_window_present (GTK_WINDOW (chooser));
  return TRUE;
}

static gboolean
handle_save (PrDesk1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *title, const char *name, gpointer data)
{
  GtkFileChooser *chooser = open_window (data, invocation, title, TRUE);

  if (chooser == NULL)
    return TRUE;
  gtk_file_chooser_set_current_name (chooser, name);
  gtk_window_present (GTK_WINDOW (chooser));
  return TRUE;
}

/* --- dropped files --- */

static void
answer_dropped (Dialog *self, const char *const *paths)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  GDBusMethodInvocation *invocation = g_steal_pointer (&self->invocation);
  GError *error = NULL;
  GVariant *files = chosen_open_named (paths, fds, &error);

  if (error != NULL)
    g_dbus_method_invocation_take_error (invocation, error);
  else
    pr_desk1_complete_dropped (self->skeleton, invocation, fds, files);
}

static void
agreed_cb (GtkDialog *window, int response, gpointer data)
{
  static const char *const none[] = { NULL };
  Dialog *self = data;

  answer_dropped (self, response == GTK_RESPONSE_ACCEPT ? (const char *const *) self->paths : none);
  gtk_window_destroy (GTK_WINDOW (window));
  self->window = NULL;
}

/* Not even whether a file is there is looked at before: who asks may not be told so much without the person. */
static gboolean
handle_dropped (PrDesk1 *skeleton, GDBusMethodInvocation *invocation, GUnixFDList *fds, const char *const *paths, gpointer data)
{
  Dialog *self = data;

  if (is_busy (self, invocation))
    return TRUE;
  self->invocation = invocation;
  g_strfreev (self->paths);
  self->paths = g_strdupv ((char **) paths);
  self->window = question_new (paths);
  g_signal_connect (self->window, "response", G_CALLBACK (agreed_cb), self);
  gtk_window_present (GTK_WINDOW (self->window));
  return TRUE;
}

/* --- */

Dialog *
dialog_new (void)
{
  Dialog *self = g_new0 (Dialog, 1);

  self->skeleton = pr_desk1_skeleton_new ();
  g_signal_connect (self->skeleton, "handle-choose", G_CALLBACK (handle_choose), self);
  g_signal_connect (self->skeleton, "handle-dropped", G_CALLBACK (handle_dropped), self);
  g_signal_connect (self->skeleton, "handle-save", G_CALLBACK (handle_save), self);
  return self;
}

void
dialog_free (Dialog *self)
{
  if (self == NULL)
    return;
  g_dbus_interface_skeleton_unexport (G_DBUS_INTERFACE_SKELETON (self->skeleton));
  if (self->window != NULL)
    gtk_window_destroy (GTK_WINDOW (self->window));
  g_object_unref (self->skeleton);
  g_strfreev (self->paths);
  g_free (self);
}

gboolean
dialog_export (Dialog *self, GDBusConnection *connection, GError **error)
{
  return serve_export (connection, G_DBUS_INTERFACE_SKELETON (self->skeleton), error);
}
