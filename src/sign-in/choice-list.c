#include "choice-list.h"

typedef struct {
  WebKitOptionMenu *menu; /* reference */
  GtkWidget        *list;
  void (*done) (gpointer data);
  gpointer          data;
} ChoiceList;

static void
choice_list_free (gpointer data)
{
  ChoiceList *self = data;

  g_signal_handlers_disconnect_by_data (self->menu, self);
  g_object_unref (self->menu);
  g_free (self);
}

static void
choice_list_finish (ChoiceList *self)
{
  void (*done) (gpointer data) = self->done;

  self->done = NULL;
  if (done != NULL)
    done (self->data); /* which destroys us */
}

static void
chosen_cb (GtkListBox *list, GtkListBoxRow *row, gpointer data)
{
  ChoiceList *self = data;
  guint index = GPOINTER_TO_UINT (g_object_get_data (G_OBJECT (row), "item"));

  webkit_option_menu_activate_item (self->menu, index);
  webkit_option_menu_close (self->menu);
  choice_list_finish (self);
}

static void
cancelled_cb (GtkButton *button, gpointer data)
{
  ChoiceList *self = data;

  webkit_option_menu_close (self->menu);
  choice_list_finish (self);
}

/* The page has gone on without. */
static void
closed_cb (WebKitOptionMenu *menu, gpointer data)
{
  choice_list_finish (data);
}

static void
choice_list_add (ChoiceList *self, guint index)
{
  WebKitOptionMenuItem *item = webkit_option_menu_get_item (self->menu, index);
  GtkWidget *label = gtk_label_new (webkit_option_menu_item_get_label (item)), *row = gtk_list_box_row_new ();
  gboolean is_fine = webkit_option_menu_item_is_enabled (item) && !webkit_option_menu_item_is_group_label (item);

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), PANGO_ELLIPSIZE_END);
  gtk_list_box_row_set_child (GTK_LIST_BOX_ROW (row), label);
  gtk_list_box_row_set_activatable (GTK_LIST_BOX_ROW (row), is_fine);
  gtk_list_box_row_set_selectable (GTK_LIST_BOX_ROW (row), is_fine);
  gtk_widget_set_sensitive (row, is_fine);
  g_object_set_data (G_OBJECT (row), "item", GUINT_TO_POINTER (index));
  gtk_list_box_append (GTK_LIST_BOX (self->list), row);
  if (is_fine && webkit_option_menu_item_is_selected (item))
    gtk_list_box_select_row (GTK_LIST_BOX (self->list), GTK_LIST_BOX_ROW (row));
}

GtkWidget *
choice_list_new (WebKitOptionMenu *menu, void (*done) (gpointer data), gpointer data)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 6), *scrolled = gtk_scrolled_window_new (), *cancel = gtk_button_new_with_mnemonic ("_Back to the page");
  ChoiceList *self = g_new0 (ChoiceList, 1);

  self->menu = g_object_ref (menu);
  self->list = gtk_list_box_new ();
  self->done = done;
  self->data = data;
  for (guint i = 0, n = MIN (webkit_option_menu_get_n_items (menu), CHOICE_LIST_MAX); i < n; i++)
    choice_list_add (self, i);
  gtk_scrolled_window_set_child (GTK_SCROLLED_WINDOW (scrolled), self->list);
  gtk_widget_set_vexpand (scrolled, TRUE);
  gtk_box_append (GTK_BOX (box), scrolled);
  gtk_box_append (GTK_BOX (box), cancel);
  g_signal_connect (self->list, "row-activated", G_CALLBACK (chosen_cb), self);
  g_signal_connect (cancel, "clicked", G_CALLBACK (cancelled_cb), self);
  g_signal_connect (menu, "close", G_CALLBACK (closed_cb), self);
  g_object_set_data_full (G_OBJECT (box), "choice-list", self, choice_list_free);
  return box;
}
