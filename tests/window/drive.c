#include "drive.h"

#include "weaken.h"
#include <gio/gunixinputstream.h>
#include <json-glib/json-glib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#define GIVEN_FD 4

static GDataInputStream *lines;
static int channel = -1;

typedef struct {
  Shell *shell;
  gint64 id;
} Request;

void
drive_take_arguments (int *argc, char *argv[])
{
  if (*argc == 3 && strcmp (argv[1], "--weaken") == 0) {
    weaken_set (argv[2]);
    *argc = 1;
  }
}

static void
say (gint64 id, const char *key, JsonNode *value)
{
  g_autoptr (JsonNode) root = json_node_new (JSON_NODE_OBJECT);
  g_autoptr (JsonObject) object = json_object_new ();
  g_autofree char *text = NULL;
  g_autofree char *line = NULL;
  gsize len, done = 0;

  json_object_set_int_member (object, "id", id);
  json_object_set_member (object, key, value);
  json_node_set_object (root, object);
  text = json_to_string (root, FALSE);
  line = g_strconcat (text, "\n", NULL);
  for (len = strlen (line); done < len;) {
    gssize written = write (channel, line + done, len - done);

    if (written <= 0)
      return;
    done += (gsize) written;
  }
}

static void
say_text (gint64 id, const char *key, const char *text)
{
  JsonNode *node = json_node_new (JSON_NODE_VALUE);

  json_node_set_string (node, text);
  say (id, key, node);
}

static void
ran_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Request *request = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (JSCValue) value = webkit_web_view_call_async_javascript_function_finish (WEBKIT_WEB_VIEW (source), result, &error);
  g_autofree char *json = value != NULL ? jsc_value_to_json (value, 0) : NULL;

  if (value == NULL)
    say_text (request->id, "error", error->message);
  else
    say (request->id, "value", json != NULL ? json_from_string (json, NULL) : json_node_new (JSON_NODE_NULL));
}

static void
pictured_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autofree Request *request = data;
  g_autoptr (GError) error = NULL;
  g_autoptr (GdkTexture) texture = webkit_web_view_get_snapshot_finish (WEBKIT_WEB_VIEW (source), result, &error);
  g_autoptr (GBytes) png = texture != NULL ? gdk_texture_save_to_png_bytes (texture) : NULL;
  g_autofree char *text = png != NULL ? g_base64_encode (g_bytes_get_data (png, NULL), g_bytes_get_size (png)) : NULL;

  say_text (request->id, text != NULL ? "value" : "error", text != NULL ? text : error->message);
}

static void
state_of (Request *request)
{
  WebKitWebView *view = view_get_widget (request->shell->view);
  g_autofree char *text = g_strdup_printf ("%s %s %u %s", webkit_web_view_get_uri (view), webkit_web_view_is_loading (view) ? "loading" : "loaded",
                                           request->shell->in_flight, gtk_window_get_title (request->shell->window));

  say_text (request->id, "value", text);
}

/* What is written in a widget and below it. A password's field holds no label of its own. */
static void
add_words (GtkWidget *widget, GString *words)
{
  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) && *gtk_label_get_text (GTK_LABEL (widget)) != '\0')
    g_string_append_printf (words, "%s\n", gtk_label_get_text (GTK_LABEL (widget)));
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL; child = gtk_widget_get_next_sibling (child))
    add_words (child, words);
}

/* The words of the shell's own windows, as they stand on the screen: the page cannot read them, nor can xdotool. */
static void
say_words (Request *request)
{
  g_autoptr (GString) words = g_string_new (NULL);
  g_autoptr (GListModel) windows = G_LIST_MODEL (g_object_ref (gtk_window_get_toplevels ()));

  for (guint i = 0; i < g_list_model_get_n_items (windows); i++) {
    g_autoptr (GtkWidget) window = g_list_model_get_item (windows, i);

    if (window != GTK_WIDGET (request->shell->window))
      add_words (window, words);
  }
  say_text (request->id, "value", words->str);
}

/* The menu of the right button, as it stands over the page: an item a line. */
static void
say_menu (Request *request)
{
  g_autoptr (GString) words = g_string_new (NULL);

  add_words (GTK_WIDGET (view_get_widget (request->shell->view)), words);
  say_text (request->id, "value", words->str);
}

/* The first thing below a widget that is so labelled; a menu's items have no other name. */
static GtkWidget *
find_labelled (GtkWidget *widget, const char *text)
{
  GtkWidget *found = NULL;

  if (GTK_IS_LABEL (widget) && gtk_widget_get_mapped (widget) && strcmp (gtk_label_get_text (GTK_LABEL (widget)), text) == 0)
    return gtk_widget_get_parent (widget);
  for (GtkWidget *child = gtk_widget_get_first_child (widget); child != NULL && found == NULL; child = gtk_widget_get_next_sibling (child))
    found = find_labelled (child, text);
  return found;
}

/* "": no such item, or it is off. */
static void
choose_item (Request *request, const char *text)
{
  GtkWidget *item = find_labelled (GTK_WIDGET (view_get_widget (request->shell->view)), text);
  gboolean is_fine = item != NULL && gtk_widget_is_sensitive (item);

  if (is_fine)
    g_signal_emit_by_name (item, "clicked");
  say_text (request->id, "value", is_fine ? text : "");
}

static void
take_request (Shell *shell, JsonObject *object)
{
  const char *what = json_object_get_string_member_with_default (object, "do", "");
  const char *text = json_object_get_string_member_with_default (object, "text", "");
  Request *request = g_new0 (Request, 1);

  request->shell = shell;
  request->id = json_object_get_int_member_with_default (object, "id", 0);
  if (strcmp (what, "script") == 0) {
    webkit_web_view_call_async_javascript_function (view_get_widget (shell->view), text, -1, NULL, NULL, "drive", NULL, ran_cb, request);
    return;
  }
  if (strcmp (what, "picture") == 0) {
    webkit_web_view_get_snapshot (view_get_widget (shell->view), WEBKIT_SNAPSHOT_REGION_VISIBLE, WEBKIT_SNAPSHOT_OPTIONS_NONE, NULL, pictured_cb, request);
    return;
  }
  if (strcmp (what, "words") == 0 || strcmp (what, "menu") == 0 || strcmp (what, "choose") == 0) {
    if (*what == 'w')
      say_words (request);
    else if (*what == 'm')
      say_menu (request);
    else
      choose_item (request, text);
    g_free (request);
    return;
  }
  if (strcmp (what, "go") == 0)
    webkit_web_view_load_uri (view_get_widget (shell->view), text);
  else if (strcmp (what, "size") == 0)
    gtk_window_set_default_size (shell->window, (int) json_object_get_int_member (object, "width"), (int) json_object_get_int_member (object, "height"));
  else if (strcmp (what, "close") == 0)
    gtk_window_close (shell->window);
  else if (strcmp (what, "dark") == 0)
    g_object_set (gtk_settings_get_default (), "gtk-application-prefer-dark-theme", strcmp (text, "true") == 0, NULL);
  state_of (request);
  g_free (request);
}

static void
line_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Shell *shell = data;
  g_autofree char *line = g_data_input_stream_read_line_finish (lines, result, NULL, NULL);
  g_autoptr (JsonNode) node = line != NULL ? json_from_string (line, NULL) : NULL;

  if (line == NULL) {
    g_main_loop_quit (shell->loop); /* the test has gone */
    return;
  }
  if (node != NULL && JSON_NODE_HOLDS_OBJECT (node))
    take_request (shell, json_node_get_object (node));
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, NULL, line_cb, shell);
}

/* Where `postrider app` opens the window no channel comes along: the test then listens beside the program, the one folder that is seen in there.
 * Returns: -1: nobody does. */
static int
connect_beside (void)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofree char *self = g_file_read_link ("/proc/self/exe", NULL);
  g_autofree char *folder = self != NULL ? g_path_get_dirname (self) : NULL;
  g_autofree char *path = folder != NULL ? g_build_filename (folder, "drive", NULL) : NULL;
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  if (fd >= 0 && path != NULL && g_strlcpy (address.sun_path, path, sizeof address.sun_path) < sizeof address.sun_path &&
      connect (fd, (struct sockaddr *) &address, sizeof address) == 0)
    return fd;
  if (fd >= 0)
    close (fd);
  return -1;
}

void
drive_begin (Shell *shell)
{
  struct stat found;
  g_autoptr (GInputStream) stream = NULL;

  if (lines != NULL)
    return;
  channel = connect_beside ();
  if (channel < 0 && fstat (GIVEN_FD, &found) == 0 && S_ISSOCK (found.st_mode))
    channel = GIVEN_FD;
  if (channel < 0)
    return;
  stream = g_unix_input_stream_new (channel, FALSE);
  lines = g_data_input_stream_new (stream);
  g_data_input_stream_read_line_async (lines, G_PRIORITY_DEFAULT, NULL, line_cb, shell);
}
