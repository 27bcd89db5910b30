#include "provider-window.h"

#include "choice-list.h"
#include "provider-view.h"

#define WIDTH 620 /* chosen: pages for signing in are made for less */
#define HEIGHT 760
#define MARGIN 8

struct ProviderWindow {
  GtkWindow    *window;
  GtkLabel     *host, *rest; /* of the address */
  GtkLabel     *words;       /* a sentence of ours */
  GtkStack     *stack;       /* the view; or the list of a select */
  ProviderView *view;
  const ProviderWindowFuncs *funcs;
  gpointer      data;
};

/* --- what is said --- */

static void
provider_window_say (ProviderWindow *self, const char *words)
{
  gtk_label_set_text (self->words, words);
  gtk_widget_set_visible (GTK_WIDGET (self->words), *words != '\0');
}

/* The host apart, from its end: what stands in front of it is anybody's to choose. */
static void
moved_cb (const char *address, gpointer data)
{
  ProviderWindow *self = data;
  g_autoptr (GUri) uri = g_uri_parse (address, G_URI_FLAGS_ENCODED, NULL);
  const char *host = uri != NULL ? g_uri_get_host (uri) : NULL;
  g_autofree char *place = host == NULL ? g_strdup ("") : g_uri_get_port (uri) > 0 ? g_strdup_printf ("%s:%d", host, g_uri_get_port (uri)) : g_strdup (host);

  gtk_label_set_text (self->host, place);
  gtk_label_set_text (self->rest, address);
  gtk_widget_set_tooltip_text (GTK_WIDGET (self->rest), address);
  provider_window_say (self, "");
}

static void
failed_cb (const char *host, gboolean is_certificate, gpointer data)
{
  g_autofree char *words = is_certificate
    ? g_strdup_printf ("The certificate of %s does not hold, so nothing of it is shown. Close this window, and do not type your password there.", host)
    : g_strdup_printf ("%s cannot be reached from this window: it does not answer, or does not belong to this provider's sign-in. The browser can be used instead: close this window and sign in once more.",
                       *host != '\0' ? host : "The page");

  provider_window_say (data, words);
}

static void
redirected_cb (const char *address, gpointer data)
{
  ProviderWindow *self = data;

  provider_window_say (self, "The provider has answered. This window closes in a moment.");
  self->funcs->redirected (address, self->data);
}

static void
ended_cb (gpointer data)
{
  ProviderWindow *self = data;

  self->funcs->ended (self->data);
}

/* --- a select --- */

static gboolean
remove_cb (gpointer list)
{
  GtkStack *stack = GTK_STACK (gtk_widget_get_parent (list));

  gtk_stack_remove (stack, list);
  return G_SOURCE_REMOVE;
}

static void
chosen_cb (gpointer data)
{
  ProviderWindow *self = data;
  GtkWidget *list = gtk_stack_get_child_by_name (self->stack, "list");

  gtk_stack_set_visible_child_name (self->stack, "view");
  gtk_widget_grab_focus (provider_view_get_widget (self->view));
  if (list != NULL)
    g_idle_add_full (G_PRIORITY_DEFAULT, remove_cb, g_object_ref (list), g_object_unref); /* not in the middle of its own signal */
}

static void
offered_cb (WebKitOptionMenu *menu, gpointer data)
{
  ProviderWindow *self = data;
  GtkWidget *list;

  if (gtk_stack_get_child_by_name (self->stack, "list") != NULL) {
    webkit_option_menu_close (menu);
    return;
  }
  list = choice_list_new (menu, chosen_cb, self);
  gtk_stack_add_named (self->stack, list, "list");
  gtk_stack_set_visible_child_name (self->stack, "list");
  gtk_widget_child_focus (list, GTK_DIR_TAB_FORWARD);
}

/* --- building it --- */

static gboolean
close_cb (GtkWindow *window, gpointer data)
{
  ProviderWindow *self = data;

  gtk_widget_set_visible (GTK_WIDGET (window), FALSE);
  self->funcs->closed (self->data);
  return TRUE;
}

/* GTK's own tool, which could change what the address says. */
static gboolean
refuse_tools_cb (GtkWindow *window, gboolean toggle, gpointer data)
{
  g_signal_stop_emission_by_name (window, "enable-debugging");
  return TRUE;
}

static GtkLabel *
make_label (PangoEllipsizeMode ellipsize)
{
  GtkWidget *label = gtk_label_new ("");

  gtk_label_set_xalign (GTK_LABEL (label), 0);
  gtk_label_set_ellipsize (GTK_LABEL (label), ellipsize);
  return GTK_LABEL (label);
}

static GtkWidget *
make_bar (ProviderWindow *self)
{
  GtkWidget *bar = gtk_box_new (GTK_ORIENTATION_VERTICAL, 2);

  self->host = make_label (PANGO_ELLIPSIZE_START);
  self->rest = make_label (PANGO_ELLIPSIZE_END);
  self->words = make_label (PANGO_ELLIPSIZE_NONE);
  gtk_widget_add_css_class (GTK_WIDGET (self->host), "heading");
  gtk_widget_add_css_class (GTK_WIDGET (self->rest), "dim-label");
  gtk_label_set_wrap (self->words, TRUE);
  gtk_widget_set_visible (GTK_WIDGET (self->words), FALSE);
  gtk_label_set_text (self->host, "…");
  gtk_widget_set_margin_top (bar, MARGIN);
  gtk_widget_set_margin_bottom (bar, MARGIN);
  gtk_widget_set_margin_start (bar, MARGIN);
  gtk_widget_set_margin_end (bar, MARGIN);
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->host));
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->rest));
  gtk_box_append (GTK_BOX (bar), GTK_WIDGET (self->words));
  return bar;
}

static void
build_window (ProviderWindow *self, const char *account)
{
  GtkWidget *box = gtk_box_new (GTK_ORIENTATION_VERTICAL, 0), *view = provider_view_get_widget (self->view);
  g_autofree char *title = g_strdup_printf ("Sign in: %s", account);

  self->window = GTK_WINDOW (gtk_window_new ());
  self->stack = GTK_STACK (gtk_stack_new ());
  gtk_widget_set_vexpand (view, TRUE);
  gtk_widget_set_overflow (GTK_WIDGET (self->stack), GTK_OVERFLOW_HIDDEN);
  gtk_stack_add_named (self->stack, view, "view");
  gtk_box_append (GTK_BOX (box), make_bar (self));
  gtk_box_append (GTK_BOX (box), gtk_separator_new (GTK_ORIENTATION_HORIZONTAL));
  gtk_box_append (GTK_BOX (box), GTK_WIDGET (self->stack));
  gtk_window_set_child (self->window, box);
  gtk_window_set_title (self->window, title);
  gtk_window_set_icon_name (self->window, "org.postrider.Postrider");
  gtk_window_set_default_size (self->window, WIDTH, HEIGHT);
  g_signal_connect (self->window, "close-request", G_CALLBACK (close_cb), self);
  g_signal_connect (self->window, "enable-debugging", G_CALLBACK (refuse_tools_cb), self);
}

ProviderWindow *
provider_window_new (const ProviderWindowSpec *spec, guint16 proxy, const ProviderWindowFuncs *funcs, gpointer data)
{
  static const ProviderViewFuncs view_funcs = { moved_cb, redirected_cb, failed_cb, offered_cb, ended_cb };
  ProviderWindow *self = g_new0 (ProviderWindow, 1);

  self->funcs = funcs;
  self->data = data;
  self->view = provider_view_new (spec->redirect, proxy, &view_funcs, self);
  build_window (self, spec->account);
  provider_view_load (self->view, spec->url);
  gtk_window_present (self->window);
  return self;
}

void
provider_window_free (ProviderWindow *self)
{
  if (self == NULL)
    return;
  g_signal_handlers_disconnect_by_data (self->window, self);
  gtk_window_destroy (self->window);
  provider_view_free (self->view);
  g_free (self);
}
