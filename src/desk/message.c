/* GTK 4.10 has GtkAlertDialog instead; Debian 12 has 4.8. */
#define GDK_DISABLE_DEPRECATION_WARNINGS
#include "message.h"

#include "text.h"
#include <gtk/gtk.h>

#define TEXT_MAX_BYTES 2048

typedef struct {
  GMainLoop *loop;
  gboolean   is_accepted;
} Shown;

static void
response_cb (GtkDialog *window, int response, gpointer data)
{
  Shown *shown = data;

  shown->is_accepted = response == GTK_RESPONSE_ACCEPT;
  g_main_loop_quit (shown->loop);
}

gboolean
message_show (const char *text, const char *button)
{
  g_autofree char *fit = text_printable (text, -1, TEXT_MAX_BYTES);
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  GtkWidget *window = gtk_message_dialog_new (NULL, 0, GTK_MESSAGE_INFO, GTK_BUTTONS_NONE, "%s", fit);
  Shown shown = { loop, FALSE };

  gtk_window_set_title (GTK_WINDOW (window), "Postrider");
  gtk_dialog_add_button (GTK_DIALOG (window), "_Close", GTK_RESPONSE_CLOSE);
  if (button != NULL)
    gtk_dialog_add_button (GTK_DIALOG (window), button, GTK_RESPONSE_ACCEPT);
  gtk_dialog_set_default_response (GTK_DIALOG (window), button != NULL ? GTK_RESPONSE_ACCEPT : GTK_RESPONSE_CLOSE);
  g_signal_connect (window, "response", G_CALLBACK (response_cb), &shown);
  gtk_window_present (GTK_WINDOW (window));
  g_main_loop_run (loop);
  gtk_window_destroy (GTK_WINDOW (window));
  return shown.is_accepted;
}
