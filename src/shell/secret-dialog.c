#include "secret-dialog.h"

#include "fault.h"
#include "secret-bytes.h"
#include <string.h>
#include <unistd.h>

typedef struct {
  Shell           *shell;
  GtkWindow       *window;
  GtkWidget       *entry, *again, *hint; /* again: NULL when it need not be typed twice */
  SecretDialogFunc func;
  gpointer         data;
} SecretDialog;

static void
secret_dialog_end (SecretDialog *self, int fd, GError *error)
{
  gtk_editable_set_text (GTK_EDITABLE (self->entry), ""); /* GTK's own buffer is in locked memory and wiped */
  if (self->again != NULL)
    gtk_editable_set_text (GTK_EDITABLE (self->again), "");
  gtk_window_destroy (self->window);
  self->func (fd, error, self->data);
  g_free (self);
}

static void
secret_dialog_cancel (SecretDialog *self)
{
  secret_dialog_end (self, -1, g_error_new (FAULT, FAULT_TEMP, "No password was typed, so nothing was changed."));
}

static void
cancelled_cb (GtkButton *button, gpointer data)
{
  secret_dialog_cancel (data);
}

static gboolean
closed_cb (GtkWindow *window, gpointer data)
{
  secret_dialog_cancel (data);
  return TRUE;
}

static gboolean
key_cb (GtkEventControllerKey *controller, guint key, guint code, GdkModifierType state, gpointer data)
{
  if (key != GDK_KEY_Escape)
    return FALSE;
  secret_dialog_cancel (data);
  return TRUE;
}

static void
done_cb (GtkWidget *widget, gpointer data)
{
  SecretDialog *self = data;
  const char *text = gtk_editable_get_text (GTK_EDITABLE (self->entry));
  g_autoptr (SecretBytes) secret = NULL;
  GError *error = NULL;
  int fd;

  if (self->again != NULL && strcmp (text, gtk_editable_get_text (GTK_EDITABLE (self->again))) != 0) {
    gtk_label_set_text (GTK_LABEL (self->hint), "The two are not the same. Please type it again.");
    gtk_widget_grab_focus (self->entry);
    return;
  }
  if (strlen (text) > SECRET_BYTES_MAX) {
    gtk_label_set_text (GTK_LABEL (self->hint), "That is too long for a password.");
    return;
  }
  secret = secret_bytes_new (text, strlen (text));
  fd = secret_bytes_to_memfd (secret, &error);
  secret_dialog_end (self, fd, error);
  if (fd >= 0)
    close (fd);
}

/* --- what it says --- */

static GtkWidget *
add_entry (GtkWidget *box, const char *label_text)
{
  GtkWidget *label = gtk_label_new_with_mnemonic (label_text), *entry = gtk_password_entry_new ();

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_mnemonic_widget (GTK_LABEL (label), entry);
  gtk_password_entry_set_show_peek_icon (GTK_PASSWORD_ENTRY (entry), TRUE);
  gtk_box_append (GTK_BOX (box), label);
  gtk_box_append (GTK_BOX (box), entry);
  return entry;
}

static GtkWidget *
add_text (GtkWidget *box, const char *text)
{
  GtkWidget *label = gtk_label_new (text);

  gtk_label_set_wrap (GTK_LABEL (label), TRUE);
  gtk_label_set_wrap_mode (GTK_LABEL (label), PANGO_WRAP_WORD_CHAR); /* a long host is all to be seen */
  gtk_label_set_max_width_chars (GTK_LABEL (label), 52);
  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_box_append (GTK_BOX (box), label);
  return label;
}

static void
add_buttons (SecretDialog *self, GtkWidget *box)
{
  GtkWidget *row = gtk_box_new (GTK_ORIENTATION_HORIZONTAL, 8);
  GtkWidget *no = gtk_button_new_with_mnemonic ("_Cancel"), *yes = gtk_button_new_with_mnemonic ("_OK");

  gtk_widget_set_halign (row, GTK_ALIGN_END);
  gtk_widget_add_css_class (yes, "suggested-action");
  g_signal_connect (no, "clicked", G_CALLBACK (cancelled_cb), self);
  g_signal_connect (yes, "clicked", G_CALLBACK (done_cb), self);
  gtk_box_append (GTK_BOX (row), no);
  gtk_box_append (GTK_BOX (row), yes);
  gtk_box_append (GTK_BOX (box), row);
}

static void
secret_dialog_build (SecretDialog *self, const char *member, const char *text)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 12);
  GtkEventController *keys = gtk_event_controller_key_new ();
  gboolean is_vault = g_str_has_prefix (member, "Vault");

  self->window = GTK_WINDOW (gtk_window_new ());
  gtk_window_set_title (self->window, is_vault ? "Passphrase – Postrider" : "Password – Postrider");
  gtk_window_set_transient_for (self->window, self->shell->window);
  gtk_window_set_modal (self->window, TRUE);
  gtk_window_set_resizable (self->window, FALSE);
  gtk_widget_set_margin_top (box, 18);
  gtk_widget_set_margin_bottom (box, 18);
  gtk_widget_set_margin_start (box, 18);
  gtk_widget_set_margin_end (box, 18);
  add_text (box, *text != '\0' ? text : "Please type the passphrase that protects your saved passwords.");
  self->entry = add_entry (box, is_vault ? "_Passphrase" : "_Password");
  self->again = strcmp (member, "VaultProtect") == 0 ? add_entry (box, "_Once more") : NULL;
  self->hint = add_text (box, "");
  add_buttons (self, box);
  g_signal_connect (self->again != NULL ? self->again : self->entry, "activate", G_CALLBACK (done_cb), self);
  g_signal_connect (self->window, "close-request", G_CALLBACK (closed_cb), self);
  g_signal_connect (keys, "key-pressed", G_CALLBACK (key_cb), self);
  gtk_widget_add_controller (GTK_WIDGET (self->window), keys);
  gtk_window_set_child (self->window, box);
}

void
secret_dialog_ask (Shell *shell, const char *member, const char *text, SecretDialogFunc func, gpointer data)
{
  SecretDialog *self = g_new0 (SecretDialog, 1);

  self->shell = shell;
  self->func = func;
  self->data = data;
  secret_dialog_build (self, member, text);
  gtk_window_present (self->window);
}
