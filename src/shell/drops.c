#include "drops.h"

#include "text.h"
#include "window-calls.h"
#include "window.h"

#define DROPPED_MAX 40    /* contract: DeskDropped */
#define NAME_MAX_BYTES 120 /* chosen: two lines of the dialog */

static void
drops_refuse (Shell *shell, const char *why)
{
  window_say (shell, "What was dropped was not taken", why);
}

/* --- to core and back --- */

static void
dropped_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Shell *shell = data;
  g_autoptr (GUnixFDList) fds = NULL;
  g_autoptr (GError) error = NULL;
  g_autoptr (GVariant) reply = core_link_call_finish (shell->core, result, &fds, &error);
  g_autoptr (GVariant) files = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
  GVariant *numbered = files != NULL ? window_calls_number_files (shell, files, fds, &error) : NULL;

  shell->is_dialog_open = FALSE;
  if (numbered == NULL)
    drops_refuse (shell, error->message);
  else if (g_variant_n_children (numbered) > 0)
    page_signals_tell (shell->signals, "FilesDropped", g_variant_new_tuple (&numbered, 1));
  else
    g_variant_unref (g_variant_ref_sink (numbered));
}

/* --- what can be asked for at all --- */

static char *
name_of (GFile *file)
{
  g_autofree char *name = g_file_get_basename (file);

  return text_quote (name != NULL ? name : "", NAME_MAX_BYTES);
}

/* Returns: FALSE: it has no path that core could be told, and the person knows. */
static gboolean
add_path (Shell *shell, GFile *file, GVariantBuilder *paths)
{
  g_autofree char *path = g_file_get_path (file), *name = name_of (file), *why = NULL;

  if (path != NULL && g_utf8_validate (path, -1, NULL)) {
    g_variant_builder_add (paths, "s", path);
    return TRUE;
  }
  why = g_strdup_printf (path == NULL ? "%s is not on this computer. Please save it in one of your folders first, and drop it from there."
                                      : "The name of %s, or of a folder that it is in, is no proper text. Please rename it first.",
                         name);
  drops_refuse (shell, why);
  return FALSE;
}

/* All of them or none: which ones are missing would be found out too late. Returns: FALSE: nothing is asked, and the person knows why. */
static gboolean
list_paths (Shell *shell, GSList *files, GVariantBuilder *paths)
{
  guint count = g_slist_length (files);

  if (count > DROPPED_MAX) {
    g_autofree char *why = g_strdup_printf ("These are %u files, and %d at a time can be taken. Please drop fewer.", count, DROPPED_MAX);

    drops_refuse (shell, why);
    return FALSE;
  }
  if (shell->is_dialog_open) {
    drops_refuse (shell, "Another question is on the screen. Please answer that one first, then drop the files again.");
    return FALSE;
  }
  for (GSList *link = files; link != NULL; link = link->next)
    if (!add_path (shell, link->data, paths))
      return FALSE;
  return count > 0;
}

/* Returns: what the other program hears: was it taken? */
static gboolean
drop_cb (GtkDropTarget *target, const GValue *value, double x, double y, gpointer data)
{
  Shell *shell = data;
  g_auto (GVariantBuilder) paths = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("as"));
  g_autoptr (GSList) files = gdk_file_list_get_files (g_value_get_boxed (value));

  page_signals_tell (shell->signals, "DragChanged", g_variant_new ("(b)", FALSE));
  if (!list_paths (shell, files, &paths))
    return FALSE;
  shell->is_dialog_open = TRUE;
  core_link_call_async (shell->core, "DeskDropped", g_variant_new ("(as)", &paths), NULL, dropped_cb, shell);
  return TRUE;
}

/* --- --- */

static GdkDragAction
enter_cb (GtkDropTarget *target, double x, double y, gpointer data)
{
  Shell *shell = data;

  page_signals_tell (shell->signals, "DragChanged", g_variant_new ("(b)", TRUE));
  return GDK_ACTION_COPY;
}

static void
leave_cb (GtkDropTarget *target, gpointer data)
{
  Shell *shell = data;

  page_signals_tell (shell->signals, "DragChanged", g_variant_new ("(b)", FALSE));
}

/* In front of WebKit's own target: a page that got the drop would get the file's octets with it. */
void
drops_catch (Shell *shell)
{
  GtkDropTarget *target = gtk_drop_target_new (GDK_TYPE_FILE_LIST, GDK_ACTION_COPY);

  gtk_event_controller_set_propagation_phase (GTK_EVENT_CONTROLLER (target), GTK_PHASE_CAPTURE);
  g_signal_connect (target, "drop", G_CALLBACK (drop_cb), shell);
  g_signal_connect (target, "enter", G_CALLBACK (enter_cb), shell);
  g_signal_connect (target, "leave", G_CALLBACK (leave_cb), shell);
  gtk_widget_add_controller (GTK_WIDGET (shell->window), GTK_EVENT_CONTROLLER (target));
}
