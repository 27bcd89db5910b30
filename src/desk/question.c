/* GTK 4.10 has GtkAlertDialog instead; Debian 12 has 4.8. */
#define GDK_DISABLE_DEPRECATION_WARNINGS
#include "question.h"

#include "text.h"

#define SHOWN_MAX 4096      /* octets of a path: all of it, so that no beginning stands for another end */
#define LIST_HEIGHT 260     /* chosen: some ten lines; more are scrolled to */
#define CALM_MS 700         /* chosen: a click or a key that was meant for what was there before does not agree */

static GtkWidget *
make_list (const char *const *paths)
{
  GtkWidget *scrolled = gtk_scrolled_window_new (), *list = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6);

  for (gsize i = 0; paths[i] != NULL; i++) {
    g_autofree char *shown = text_printable (paths[i], -1, SHOWN_MAX);
    GtkWidget *label = gtk_label_new (shown);

    gtk_label_set_wrap (GTK_LABEL (label), TRUE);
    gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR);
    gtk_label_set_max_width_chars (GTK_LABEL (label), 70);
    gtk_label_set_xalign (GTK_LABEL (label), 0);
    gtk_box_append (GTK_BOX (list), label);
  }
  gtk_scrolled_window_set_policy (GTK_SCROLLED_WINDOW (scrolled), GTK_POLICY_NEVER, GTK_POLICY_AUTOMATIC);
  gtk_scrolled_window_set_propagate_natural_height (GTK_SCROLLED_WINDOW (scrolled), TRUE);
  gtk_scrolled_window_set_max_content_height (GTK_SCROLLED_WINDOW (scrolled), LIST_HEIGHT);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), list);
  return scrolled;
}

static gboolean
calm_cb (gpointer data)
{
  gtk_dialog_set_response_sensitive (data, GTK_RESPONSE_ACCEPT, TRUE);
  return G_SOURCE_REMOVE;
}

GtkWidget *
question_new (const char *const *paths)
{
  gboolean is_one = paths[0] == NULL || paths[1] == NULL;
  GtkWidget *window = gtk_message_dialog_new (NULL, 0, GTK_MESSAGE_QUESTION, GTK_BUTTONS_NONE, "%s",
                                              is_one ? "Let Postrider read this file?" : "Let Postrider read these files?");

  gtk_window_set_title (GTK_WINDOW (window), "Dropped files");
  gtk_message_dialog_format_secondary_text (GTK_MESSAGE_DIALOG (window), "%s",
                                            is_one ? "It was dropped on the window. If you did not do that, say no."
                                                   : "They were dropped on the window. If you did not do that, say no.");
  gtk_box_append (GTK_BOX (gtk_message_dialog_get_message_area (GTK_MESSAGE_DIALOG (window))), make_list (paths));
  gtk_dialog_add_buttons (GTK_DIALOG (window), "_No", GTK_RESPONSE_CANCEL, "_Read", GTK_RESPONSE_ACCEPT, NULL);
  gtk_dialog_set_default_response (GTK_DIALOG (window), GTK_RESPONSE_CANCEL);
  gtk_dialog_set_response_sensitive (GTK_DIALOG (window), GTK_RESPONSE_ACCEPT, FALSE);
  g_timeout_add_full (G_PRIORITY_DEFAULT, CALM_MS, calm_cb, g_object_ref (window), g_object_unref);
  return window;
}
