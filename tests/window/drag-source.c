/* drag-source FILE…: a program of somebody else on the same screen, from whose window the files (paths or addresses) can be dragged, as from a file manager.
 * Says "ready", and how each drag ended: "dropped" on somebody who takes files, or "cancelled". */
#include <gtk/gtk.h>
#include <stdio.h>

static gboolean was_cancelled;

static void
say (const char *word)
{
  puts (word);
  fflush (stdout);
}

static GdkContentProvider *
prepare_cb (GtkDragSource *source, double x, double y, gpointer data)
{
  g_auto (GValue) files = G_VALUE_INIT;

  g_value_init (&files, GDK_TYPE_FILE_LIST);
  g_value_take_boxed (&files, gdk_file_list_new_from_list (data));
  return gdk_content_provider_new_for_value (&files);
}

static void
end_cb (GtkDragSource *source, GdkDrag *drag, gboolean is_deleting, gpointer data)
{
  if (!was_cancelled) /* it ends in any case */
    say ("dropped");
  was_cancelled = FALSE;
}

static gboolean
cancel_cb (GtkDragSource *source, GdkDrag *drag, GdkDragCancelReason reason, gpointer data)
{
  was_cancelled = TRUE;
  say ("cancelled");
  return FALSE;
}

static void
drawn_cb (GtkWidget *window, gpointer data)
{
  say ("ready");
}

int
main (int argc, char *argv[])
{
  GtkWidget *window;
  GtkDragSource *source;
  GSList *files = NULL;

  gtk_init ();
  for (int i = argc - 1; i > 0; i--)
    files = g_slist_prepend (files, g_file_new_for_commandline_arg (argv[i]));
  window = gtk_window_new ();
  gtk_window_set_title (GTK_WINDOW (window), "Things to drag");
  gtk_window_set_decorated (GTK_WINDOW (window), FALSE);
  gtk_window_set_default_size (GTK_WINDOW (window), 100, 100);
  gtk_window_set_child (GTK_WINDOW (window), gtk_label_new ("drag me"));
  source = gtk_drag_source_new ();
  g_signal_connect (source, "prepare", G_CALLBACK (prepare_cb), files);
  g_signal_connect (source, "drag-end", G_CALLBACK (end_cb), NULL);
  g_signal_connect (source, "drag-cancel", G_CALLBACK (cancel_cb), NULL);
  gtk_widget_add_controller (window, GTK_EVENT_CONTROLLER (source));
  g_signal_connect (window, "map", G_CALLBACK (drawn_cb), NULL);
  gtk_window_present (GTK_WINDOW (window));
  for (;;) /* the test ends it */
    g_main_context_iteration (NULL, TRUE);
}
