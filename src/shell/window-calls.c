#include "window-calls.h"

#include "contract-keys.h"
#include "export.h"
#include "fault.h"
#include "text.h"
#include "window.h"
#include <string.h>

#define ADDRESS_SHOWN_MAX_BYTES 2048 /* contract: the whole of it */

/* --- files --- */

/* role: NULL where a file has none yet. */
static GVariant *
describe_file (guint32 number, const char *name, guint64 size, const char *role)
{
  g_autofree char *shown = text_printable (name, -1, 255);
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, KEY_FILE_FILE, "u", number);
  g_variant_dict_insert (&dict, KEY_FILE_NAME, "s", shown);
  g_variant_dict_insert (&dict, KEY_FILE_SIZE, "t", size);
  if (role != NULL)
    g_variant_dict_insert (&dict, KEY_FILE_ROLE, "s", role);
  return g_variant_dict_end (&dict);
}

/* The page does not hear of these, so it cannot let go of them. */
static void
release_files (Shell *shell, GVariantBuilder *described)
{
  g_autoptr (GVariant) files = g_variant_ref_sink (g_variant_builder_end (described));
  guint32 number = 0;

  for (gsize i = 0; i < g_variant_n_children (files); i++) {
    g_autoptr (GVariant) file = g_variant_get_child_value (files, i);

    g_variant_lookup (file, KEY_FILE_FILE, "u", &number);
    file_table_release (shell->files, number);
  }
}

GVariant *
window_calls_number_files (Shell *shell, GVariant *files, GUnixFDList *fds, GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  GVariantIter iter;
  const char *name;
  guint64 size;
  gint32 handle;

  g_variant_iter_init (&iter, files);
  while (g_variant_iter_next (&iter, "(&sth)", &name, &size, &handle)) {
    int fd = fds != NULL ? g_unix_fd_list_get (fds, handle, error) : -1;
    guint32 number = fd >= 0 ? file_table_add (shell->files, fd, 0, error) : 0;

    if (number == 0) {
      release_files (shell, &builder);
      return NULL;
    }
    g_variant_builder_add_value (&builder, describe_file (number, name, size, NULL));
  }
  return g_variant_builder_end (&builder);
}

static void
chosen_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  PageCall *call = data;
  Shell *shell = call->shell;
  g_autoptr (GUnixFDList) fds = NULL;
  GError *error = NULL;
  g_autoptr (GVariant) reply = core_link_call_finish (shell->core, result, &fds, &error);
  g_autoptr (GVariant) files = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
  GVariant *numbered = files != NULL ? window_calls_number_files (shell, files, fds, &error) : NULL;

  shell->is_dialog_open = FALSE;
  if (numbered != NULL)
    page_call_answer (call, g_variant_new_tuple (&numbered, 1));
  else
    page_call_fail (call, error);
}

static void
choose_files (PageCall *call)
{
  if (call->shell->is_dialog_open) {
    page_call_busy (call);
    return;
  }
  call->shell->is_dialog_open = TRUE;
  core_link_call_async (call->shell->core, "DeskChoose", call->arguments, NULL, chosen_cb, call);
}

static GVariant *
number_letter_files (Shell *shell, GVariant *files, GUnixFDList *fds, GError **error)
{
  g_auto (GVariantBuilder) builder = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("aa{sv}"));
  GVariantIter iter;
  const char *role, *name;
  guint64 size;
  gint32 handle;

  g_variant_iter_init (&iter, files);
  while (g_variant_iter_next (&iter, "(&s&sth)", &role, &name, &size, &handle)) {
    int fd = fds != NULL ? g_unix_fd_list_get (fds, handle, error) : -1;
    guint32 number = fd >= 0 ? file_table_add (shell->files, fd, 0, error) : 0;

    if (number == 0) {
      release_files (shell, &builder);
      return NULL;
    }
    g_variant_builder_add_value (&builder, describe_file (number, name, size, role));
  }
  return g_variant_builder_end (&builder);
}

static void
letter_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  PageCall *call = data;
  g_autoptr (GUnixFDList) fds = NULL;
  GError *error = NULL;
  g_autoptr (GVariant) reply = core_link_call_finish (call->shell->core, result, &fds, &error);
  g_autoptr (GVariant) files = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;
  GVariant *numbered = files != NULL ? number_letter_files (call->shell, files, fds, &error) : NULL;

  if (numbered != NULL)
    page_call_answer (call, g_variant_new_tuple (&numbered, 1));
  else
    page_call_fail (call, error);
}

static void
letter_files (PageCall *call)
{
  core_link_call_async (call->shell->core, "LetterFiles", call->arguments, NULL, letter_cb, call);
}

static void
paste_text (PageCall *call)
{
  GError *error = NULL;
  const char *text;
  guint32 number;
  int fd;

  g_variant_get (call->arguments, "(&s)", &text);
  fd = file_table_paste (text, strlen (text), &error);
  number = fd >= 0 ? file_table_add (call->shell->files, fd, strlen (text), &error) : 0;
  if (number != 0)
    page_call_answer (call, g_variant_new ("(u)", number));
  else
    page_call_fail (call, error);
}

static void
release_file (PageCall *call)
{
  guint32 number;

  g_variant_get (call->arguments, "(u)", &number);
  if (file_table_release (call->shell->files, number))
    page_call_answer (call, NULL);
  else
    page_call_fail (call, g_error_new (FAULT, FAULT_USAGE, "there is no file of that number"));
}

/* --- addresses outside --- */

static gboolean
is_address_fine (const char *address)
{
  g_autoptr (GUri) uri = g_uri_parse (address, G_URI_FLAGS_NONE, NULL);
  const char *scheme = uri != NULL ? g_uri_get_scheme (uri) : "";

  return (strcmp (scheme, "https") == 0 && g_uri_get_host (uri) != NULL && *g_uri_get_host (uri) != '\0') || strcmp (scheme, "mailto") == 0;
}

static void
shown_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  PageCall *call = data;
  GError *error = NULL;
  g_autoptr (GVariant) reply = core_link_call_finish (call->shell->core, result, NULL, &error);

  if (reply != NULL)
    page_call_answer (call, g_variant_new ("(b)", TRUE));
  else
    page_call_fail (call, error);
}

static void
agreed_cb (gboolean is_yes, gpointer data)
{
  PageCall *call = data;

  call->shell->is_dialog_open = FALSE;
  if (is_yes)
    core_link_call_async (call->shell->core, "DeskShow", call->arguments, NULL, shown_cb, call);
  else
    page_call_answer (call, g_variant_new ("(b)", FALSE));
}

static void
open_address (PageCall *call)
{
  g_autofree char *shown = NULL, *text = NULL;
  const char *address;

  g_variant_get (call->arguments, "(&s)", &address);
  if (!is_address_fine (address)) {
    page_call_fail (call, g_error_new (FAULT, FAULT_USAGE, "only https and mailto addresses can be opened"));
    return;
  }
  if (call->shell->is_dialog_open) {
    page_call_busy (call);
    return;
  }
  shown = text_printable (address, -1, ADDRESS_SHOWN_MAX_BYTES);
  text = g_strdup_printf ("This address will be opened outside Postrider, in your browser or mail program:\n\n%s", shown);
  call->shell->is_dialog_open = TRUE;
  window_ask (call->shell, "Open this address?", text, "_Open", agreed_cb, call);
}

/* --- the window --- */

GVariant *
window_calls_build_look (GVariant *desk_look)
{
  gboolean dark = FALSE, contrast = FALSE, animations = TRUE, clock24 = TRUE;
  const char *locale = "en";
  GVariantDict dict;
  double scale = 1;

  if (desk_look != NULL) {
    g_variant_lookup (desk_look, KEY_LOOK_DARK, "b", &dark);
    g_variant_lookup (desk_look, KEY_LOOK_CONTRAST, "b", &contrast);
    g_variant_lookup (desk_look, KEY_LOOK_ANIMATIONS, "b", &animations);
    g_variant_lookup (desk_look, KEY_LOOK_CLOCK24, "b", &clock24);
    g_variant_lookup (desk_look, KEY_LOOK_SCALE, "d", &scale);
    g_variant_lookup (desk_look, KEY_LOOK_LOCALE, "&s", &locale);
  }
  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, KEY_LOOK_DARK, "b", dark);
  g_variant_dict_insert (&dict, KEY_LOOK_CONTRAST, "b", contrast);
  g_variant_dict_insert (&dict, KEY_LOOK_ANIMATIONS, "b", animations);
  g_variant_dict_insert (&dict, KEY_LOOK_SCALE, "d", scale);
  g_variant_dict_insert (&dict, KEY_LOOK_LOCALE, "s", locale);
  g_variant_dict_insert (&dict, KEY_LOOK_CLOCK24, "b", clock24);
  g_variant_dict_insert (&dict, KEY_LOOK_VERSION, "s", POSTRIDER_VERSION);
  return g_variant_dict_end (&dict);
}

static void
looked_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  Shell *shell = data;
  g_autoptr (GVariant) reply = core_link_call_finish (shell->core, result, NULL, NULL);
  g_autoptr (GVariant) look = reply != NULL ? g_variant_get_child_value (reply, 0) : NULL;

  if (look != NULL)
    window_take_look (shell, look);
}

void
window_calls_ask_look (Shell *shell)
{
  core_link_call_async (shell->core, "DeskLook", NULL, NULL, looked_cb, shell);
}

static void
window_calls_look (PageCall *call)
{
  g_autoptr (GVariant) known = call->shell->look != NULL ? g_variant_ref (call->shell->look) : g_variant_ref_sink (window_calls_build_look (NULL));

  page_call_answer (call, g_variant_new ("(@a{sv})", known));
}

static void
set_title (PageCall *call)
{
  g_autofree char *title = NULL;
  const char *text;

  g_variant_get (call->arguments, "(&s)", &text);
  title = *text != '\0' ? g_strdup_printf ("%s – Postrider", text) : g_strdup ("Postrider");
  gtk_window_set_title (call->shell->window, title);
  page_call_answer (call, NULL);
}

static void
show_mail (PageCall *call)
{
  g_autofree char *address = NULL;
  const char *html;

  g_variant_get (call->arguments, "(&s)", &html);
  address = mail_store_add (call->shell->mails, html);
  page_call_answer (call, g_variant_new ("(s)", address));
}

static void
close_answered (PageCall *call)
{
  const char *how;
  WindowClose answer;

  g_variant_get (call->arguments, "(&s)", &how);
  answer = strcmp (how, "background") == 0 ? WINDOW_CLOSE_BACKGROUND : strcmp (how, "pause") == 0 ? WINDOW_CLOSE_PAUSE : WINDOW_CLOSE_STAY;
  if (!call->shell->is_close_asked || (answer == WINDOW_CLOSE_STAY && strcmp (how, "stay") != 0)) {
    page_call_fail (call, g_error_new (FAULT, FAULT_USAGE, "nobody asked to close, or that is no answer"));
    return;
  }
  window_close_answered (call->shell, answer);
  page_call_answer (call, NULL);
}

static void
close_taken (PageCall *call)
{
  if (!call->shell->is_close_asked) {
    page_call_fail (call, g_error_new (FAULT, FAULT_USAGE, "nobody asked to close"));
    return;
  }
  window_close_taken (call->shell);
  page_call_answer (call, NULL);
}

static const struct {
  const char *member;
  void (*take) (PageCall *call);
} rows[] = {
  { "ChooseFiles", choose_files },   { "PasteText", paste_text }, { "ReleaseFile", release_file }, { "Export", export_begin },
  { "OpenAddress", open_address },   { "Look", window_calls_look }, { "ShowMail", show_mail },       { "SetTitle", set_title },
  { "CloseTaken", close_taken },     { "CloseAnswered", close_answered }, { "LetterFiles", letter_files },
};

void
window_calls_take (PageCall *call)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].member, call->row->member) == 0) {
      rows[i].take (call);
      return;
    }
  page_call_fail (call, g_error_new (FAULT, FAULT_SOFTWARE, "the window cannot do that yet"));
}
