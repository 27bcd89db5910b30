#include "window.h"

#include "contract-keys.h"
#include "drops.h"
#include "window-calls.h"
#include <string.h>

#define WIDTH 1180 /* chosen: fits a small laptop's screen */
#define HEIGHT 760
#define PAGE_ANSWER_S 8   /* chosen: a page that says nothing for so long is not asked any more */
#define RELOADS_MAX 3     /* chosen: in RELOADS_S seconds; then something is wrong that loading again does not mend */
#define RELOADS_S 60
#define LAST_WORDS_MS 500  /* chosen: a letter of some megabytes is written down in a tenth of it */
#define CALM_MS 700        /* chosen, as desk's: a click or a key that was meant for what was there before does not agree */
#define INSIST_S 5         /* chosen: who closes three times in so short a time means it, whatever the page answered */

/* --- a question of our own --- */

typedef struct {
  WindowAgreedFunc agreed;
  gpointer         data;
} AgreementQuestion;

static void
responded_cb (GtkDialog *dialog, int response, gpointer data)
{
  g_autofree AgreementQuestion *question = data;

  gtk_window_destroy (GTK_WINDOW (dialog));
  question->agreed (response == GTK_RESPONSE_ACCEPT, question->data);
}

static gboolean
calm_cb (gpointer data)
{
  gtk_dialog_set_response_sensitive (data, GTK_RESPONSE_ACCEPT, TRUE);
  return G_SOURCE_REMOVE;
}

/* GtkMessageDialog's successor came with GTK 4.10; Debian 12 has 4.8 (meson.build: GDK_VERSION_MIN_REQUIRED). */
static GtkWidget *
make_dialog (Shell *shell, GtkMessageType type, const char *title, const char *text)
{
  GtkWidget *dialog = gtk_message_dialog_new (shell->window, GTK_DIALOG_MODAL | GTK_DIALOG_DESTROY_WITH_PARENT, type,
                                              GTK_BUTTONS_NONE, "%s", title);

  gtk_message_dialog_format_secondary_text (GTK_MESSAGE_DIALOG (dialog), "%s", text);
  gtk_window_set_title (GTK_WINDOW (dialog), "Postrider");
  return dialog;
}

void
window_ask (Shell *shell, const char *title, const char *text, const char *yes, WindowAgreedFunc agreed, gpointer data)
{
  GtkWidget *dialog = make_dialog (shell, GTK_MESSAGE_QUESTION, title, text);
  AgreementQuestion *question = g_new0 (AgreementQuestion, 1);

  question->agreed = agreed;
  question->data = data;
  gtk_dialog_add_button (GTK_DIALOG (dialog), "_Cancel", GTK_RESPONSE_CANCEL);
  gtk_dialog_add_button (GTK_DIALOG (dialog), yes, GTK_RESPONSE_ACCEPT);
  gtk_dialog_set_default_response (GTK_DIALOG (dialog), GTK_RESPONSE_CANCEL);
  gtk_dialog_set_response_sensitive (GTK_DIALOG (dialog), GTK_RESPONSE_ACCEPT, FALSE);
  g_timeout_add_full (G_PRIORITY_DEFAULT, CALM_MS, calm_cb, g_object_ref (dialog), g_object_unref);
  g_signal_connect (dialog, "response", G_CALLBACK (responded_cb), question);
  gtk_window_present (GTK_WINDOW (dialog));
}

/* One at a time: the newest is what the person waits for. */
void
window_say (Shell *shell, const char *title, const char *text)
{
  if (shell->notice != NULL)
    gtk_window_destroy (shell->notice);
  g_set_weak_pointer (&shell->notice, GTK_WINDOW (make_dialog (shell, GTK_MESSAGE_WARNING, title, text)));
  gtk_dialog_add_button (GTK_DIALOG (shell->notice), "_Close", GTK_RESPONSE_CLOSE);
  g_signal_connect (shell->notice, "response", G_CALLBACK (gtk_window_destroy), NULL);
  gtk_window_present (shell->notice);
}

/* --- look --- */

void
window_take_look (Shell *shell, GVariant *desk_look)
{
  GVariant *look = g_variant_ref_sink (window_calls_build_look (desk_look));
  gboolean dark = FALSE, animations = TRUE;
  double scale = 1;

  g_clear_pointer (&shell->look, g_variant_unref);
  shell->look = look;
  g_variant_lookup (look, KEY_LOOK_DARK, "b", &dark);
  g_variant_lookup (look, KEY_LOOK_ANIMATIONS, "b", &animations);
  g_variant_lookup (look, KEY_LOOK_SCALE, "d", &scale);
  g_object_set (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", dark, "gtk-enable-animations", animations, NULL);
  webkit_web_view_set_zoom_level (view_get_widget (shell->view), CLAMP (scale, 0.5, 3));
  page_signals_tell (shell->signals, "LookChanged", g_variant_new_tuple (&look, 1));
}

/* --- closing --- */

static void
window_leave (Shell *shell)
{
  g_main_loop_quit (shell->loop);
}

static void
stop_waiting (Shell *shell)
{
  g_clear_handle_id (&shell->close_timer, g_source_remove);
}

typedef struct {
  Shell *shell;
  guint  pausing; /* campaigns that are not paused yet */
  gboolean has_failed;
} Pausing;

static void
understood_cb (gboolean is_yes, gpointer data)
{
  Shell *shell = data;

  shell->is_dialog_open = FALSE;
  if (is_yes)
    window_leave (shell);
}

/* After "pause" was chosen: a window that closes while messages still go would be a lie. */
static void
end_pausing (Pausing *pausing)
{
  Shell *shell = pausing->shell;

  if (!pausing->has_failed) {
    window_leave (shell);
  } else {
    shell->is_dialog_open = TRUE;
    window_ask (shell, "Not everything could be paused", "Some messages may still be going out. Close the window all the same?", "_Close it", understood_cb, shell);
  }
  g_free (pausing);
}

static void
paused_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Pausing *pausing = data;
  g_autoptr (GVariant) reply = core_link_call_finish (pausing->shell->core, result, NULL, NULL);

  pausing->has_failed |= reply == NULL;
  if (--pausing->pausing > 0)
    return;
  end_pausing (pausing);
}

static gboolean
is_running (GVariant *campaign, guint64 *out_id)
{
  const char *state = "";

  g_variant_lookup (campaign, KEY_CAMPAIGN_STATE, "&s", &state);
  g_variant_lookup (campaign, KEY_CAMPAIGN_ID, "t", out_id);
  return strcmp (state, "sending") == 0 || strcmp (state, "waiting") == 0;
}

static void
pause_all_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Shell *shell = data;
  g_autoptr (GVariant) reply = core_link_call_finish (shell->core, result, NULL, NULL);
  g_autoptr (GVariant) campaigns = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
  Pausing *pausing = g_new0 (Pausing, 1);
  guint64 id = 0;

  pausing->shell = shell;
  pausing->pausing = 1; /* ourselves, until all are asked */
  pausing->has_failed = reply == NULL;
  for (gsize i = 0; campaigns != NULL && i < g_variant_n_children (campaigns); i++) {
    g_autoptr (GVariant) campaign = g_variant_get_child_value (campaigns, i);

    if (is_running (campaign, &id)) {
      pausing->pausing++;
      core_link_call_async (shell->core, "CampaignPause", g_variant_new ("(t)", id), NULL, paused_cb, pausing);
    }
  }
  if (--pausing->pausing == 0)
    end_pausing (pausing);
}

void
window_close_answered (Shell *shell, WindowClose answer)
{
  stop_waiting (shell);
  shell->is_close_asked = FALSE;
  if (answer == WINDOW_CLOSE_BACKGROUND || shell->is_leaving)
    window_leave (shell);
  else if (answer == WINDOW_CLOSE_PAUSE)
    core_link_call_async (shell->core, "CampaignList", NULL, NULL, pause_all_cb, shell);
}

/* The page asks: whoever thinks about it may take all the time that they like. */
void
window_close_taken (Shell *shell)
{
  stop_waiting (shell);
}

static void
close_responded_cb (GtkDialog *dialog, int response, gpointer data)
{
  Shell *shell = data;

  gtk_window_destroy (GTK_WINDOW (dialog));
  shell->is_dialog_open = FALSE;
  shell->closed_us[0] = shell->closed_us[1] = 0; /* the person who insisted was asked */
  page_signals_tell (shell->signals, "CloseOver", g_variant_new ("()")); /* its own question may stand below */
  window_close_answered (shell, response == GTK_RESPONSE_YES  ? WINDOW_CLOSE_BACKGROUND
                                : response == GTK_RESPONSE_NO ? WINDOW_CLOSE_PAUSE
                                                              : WINDOW_CLOSE_STAY);
}

/* The page does not answer: we ask ourselves. */
static gboolean
page_silent_cb (gpointer data)
{
  Shell *shell = data;
  GtkWidget *dialog;

  shell->close_timer = 0;
  dialog = make_dialog (shell, GTK_MESSAGE_QUESTION, "Messages are still being sent", "Close the window and go on sending in the background, or pause first?");
  gtk_dialog_add_button (GTK_DIALOG (dialog), "_Stay", GTK_RESPONSE_CANCEL);
  gtk_dialog_add_button (GTK_DIALOG (dialog), "_Pause and close", GTK_RESPONSE_NO);
  gtk_dialog_add_button (GTK_DIALOG (dialog), "_Go on in the background", GTK_RESPONSE_YES);
  g_signal_connect (dialog, "response", G_CALLBACK (close_responded_cb), shell);
  shell->is_dialog_open = TRUE;
  gtk_window_present (GTK_WINDOW (dialog));
  return G_SOURCE_REMOVE;
}

static gboolean
last_words_over_cb (gpointer data)
{
  Shell *shell = data;

  shell->close_timer = 0;
  window_leave (shell);
  return G_SOURCE_REMOVE;
}

/* The page's last words, with nothing running: it may have written down what is being typed, and no more. */
static void
say_goodbye (Shell *shell)
{
  shell->is_leaving = TRUE;
  page_signals_tell (shell->signals, "CloseAsked", g_variant_new ("(u)", 0u));
  shell->close_timer = g_timeout_add (LAST_WORDS_MS, last_words_over_cb, shell);
}

static void
listed_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Shell *shell = data;
  g_autoptr (GVariant) reply = core_link_call_finish (shell->core, result, NULL, NULL);
  g_autoptr (GVariant) campaigns = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
  guint running = 0;
  guint64 id;

  for (gsize i = 0; campaigns != NULL && i < g_variant_n_children (campaigns); i++) {
    g_autoptr (GVariant) campaign = g_variant_get_child_value (campaigns, i);

    running += is_running (campaign, &id);
  }
  if (running == 0) {
    say_goodbye (shell);
    return;
  }
  page_signals_tell (shell->signals, "CloseAsked", g_variant_new ("(u)", running));
  shell->close_timer = g_timeout_add_seconds (PAGE_ANSWER_S, page_silent_cb, shell);
}

static gboolean
close_cb (GtkWindow *window, gpointer data)
{
  Shell *shell = data;

  gint64 now_us = g_get_monotonic_time ();
  gboolean is_insisting = shell->closed_us[0] != 0 && now_us - shell->closed_us[0] < INSIST_S * G_USEC_PER_SEC;

  shell->closed_us[0] = shell->closed_us[1];
  shell->closed_us[1] = now_us;
  if (core_link_is_lost (shell->core) || shell->is_leaving) {
    window_leave (shell);
  } else if (is_insisting && !shell->is_dialog_open) {
    stop_waiting (shell);
    page_silent_cb (shell);
  } else if (!shell->is_close_asked) {
    shell->is_close_asked = TRUE;
    core_link_call_async (shell->core, "CampaignList", NULL, NULL, listed_cb, shell);
  } else if (shell->close_timer != 0) { /* twice: they mean it */
    stop_waiting (shell);
    page_silent_cb (shell);
  }
  return TRUE;
}

/* --- what ends --- */

static void
again_cb (GtkButton *button, gpointer data)
{
  Shell *shell = data;

  gtk_window_set_child (shell->window, GTK_WIDGET (view_get_widget (shell->view)));
  view_load (shell->view);
}

/* In place of the page. */
static void
show_words (Shell *shell, const char *words, const char *button_text)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 18), *label = gtk_label_new (words);

  gtk_widget_set_valign (box, GTK_ALIGN_CENTER);
  gtk_widget_set_halign (box, GTK_ALIGN_CENTER);
  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_max_width_chars (GTK_LABEL (label), 60);
  gtk_box_append (GTK_BOX (box), label);
  if (button_text != NULL) {
    GtkWidget *button = gtk_button_new_with_mnemonic (button_text);

    gtk_widget_set_halign (button, GTK_ALIGN_CENTER);
    g_signal_connect (button, "clicked", G_CALLBACK (again_cb), shell);
    gtk_box_append (GTK_BOX (box), button);
  }
  gtk_window_set_child (shell->window, box);
}

void
window_page_ended (Shell *shell)
{
  static gint64 ends[RELOADS_MAX];
  static guint at;
  gint64 now = g_get_monotonic_time (), oldest = ends[at];

  ends[at] = now;
  at = (at + 1) % RELOADS_MAX;
  if (!shell->is_leaving) { /* its question went with it: the next time that the window is closed, it is asked again */
    stop_waiting (shell);
    shell->is_close_asked = FALSE;
  }
  page_signals_reset (shell->signals);
  g_clear_pointer (&shell->files, file_table_free); /* the next page does not know their numbers */
  shell->files = file_table_new ();
  if (oldest == 0 || now - oldest > RELOADS_S * G_USEC_PER_SEC)
    view_load (shell->view);
  else
    show_words (shell, "The page ended unexpectedly, several times in a row. What is being sent goes on; nothing is lost.", "_Show it again");
}

void
window_core_lost (Shell *shell)
{
  page_signals_tell (shell->signals, "CoreLost", g_variant_new ("(b)", FALSE));
}

void
window_build (Shell *shell)
{
  shell->window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_title (shell->window, "Postrider");
  gtk_window_set_icon_name (shell->window, "org.postrider.Postrider");
  gtk_window_set_default_size (shell->window, WIDTH, HEIGHT);
  gtk_window_set_child (shell->window, GTK_WIDGET (view_get_widget (shell->view)));
  g_signal_connect (shell->window, "close-request", G_CALLBACK (close_cb), shell);
  drops_catch (shell);
}
