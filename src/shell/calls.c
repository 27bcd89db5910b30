#include "calls.h"

#include "confirm.h"
#include "contract-keys.h"
#include "fault.h"
#include "rejects.h"
#include "weaken.h"
#include "window-calls.h"
#include <string.h>

#define IN_FLIGHT_MAX 64 /* chosen: as the bridge; core answers most within milliseconds */

static void
call_free (PageCall *self)
{
  self->shell->in_flight--;
  g_object_unref (self->message);
  g_clear_pointer (&self->arguments, g_variant_unref);
  g_clear_object (&self->fds);
  g_free (self);
}

static void
reply_fault (WebKitUserMessage *message, const char *fault, const char *text)
{
  webkit_user_message_send_reply (message, webkit_user_message_new (BRIDGE_NAME_FAULT, g_variant_new ("(ss)", fault, text)));
}

static void
reply_error (WebKitUserMessage *message, const GError *error)
{
  g_autofree char *name = error->domain == FAULT ? g_dbus_error_encode_gerror (error) : NULL;
  const char *dot = name != NULL ? strrchr (name, '.') : NULL;

  reply_fault (message, dot != NULL ? dot + 1 : "Software", error->message);
}

void
page_call_fail (PageCall *self, GError *error)
{
  reply_error (self->message, error);
  g_error_free (error);
  call_free (self);
}

void
page_call_busy (PageCall *self)
{
  page_call_fail (self, g_error_new (FAULT, FAULT_TEMP, "Another question is on the screen; please answer that one first."));
}

void
page_call_answer (PageCall *self, GVariant *reply)
{
  g_autoptr (GVariant) owned = reply != NULL ? g_variant_ref_sink (reply) : NULL;
  g_autoptr (GError) error = NULL;

  if (!contract_check (self->row->interface, self->row->member, CONTRACT_REPLY, owned, &error)) {
    reply_fault (self->message, "Protocol", error->message);
    call_free (self);
    return;
  }
  webkit_user_message_send_reply (self->message, webkit_user_message_new (self->row->member, owned));
  call_free (self);
}

/* --- to core --- */

static void
core_answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  PageCall *self = data;
  GError *error = NULL;
  g_autoptr (GVariant) reply = core_link_call_finish (self->shell->core, result, NULL, &error);

  if (reply != NULL)
    page_call_answer (self, reply);
  else
    page_call_fail (self, error);
}

/* The page names each file that it imports; a rejected row that was mended has no name. */
static gboolean
names_file (GVariant *arguments)
{
  g_autoptr (GVariant) options = g_variant_get_child_value (arguments, 2);
  g_autoptr (GVariant) name = g_variant_lookup_value (options, KEY_IMPORT_NAME, G_VARIANT_TYPE_STRING);

  return name != NULL;
}

static void
page_call_forward (PageCall *self)
{
  if (strcmp (self->row->member, "Import") == 0)
    rejects_begin (self->shell->rejects, names_file (self->arguments));
  core_link_call_async (self->shell->core, self->row->member, self->arguments, self->fds, core_answered_cb, self);
}

/* --- files and secrets --- */

typedef struct {
  FileTable   *files;
  GUnixFDList *fds;
} Resolving;

static gint32
resolve_file (guint32 number, gpointer data)
{
  Resolving *self = data;
  int fd = file_table_get (self->files, number);

  return fd >= 0 ? g_unix_fd_list_append (self->fds, fd, NULL) : -1;
}

/* secret_fd: borrowed; -1: the row wants none. */
static gboolean
page_call_resolve (PageCall *self, GVariant *raw_arguments, int secret_fd, GError **error)
{
  Resolving resolving = { self->shell->files, NULL };
  int secret;

  self->fds = resolving.fds = g_unix_fd_list_new ();
  secret = secret_fd >= 0 ? g_unix_fd_list_append (self->fds, secret_fd, error) : 0;
  if (secret < 0)
    return FALSE;
  self->arguments = bridge_call_resolve (self->row, raw_arguments, resolve_file, &resolving, secret, error);
  return self->arguments != NULL;
}

typedef struct {
  PageCall *call;
  GVariant *raw_arguments;
} AskedCall;

static void
confirmed_cb (int secret_fd, GError *error, gpointer data)
{
  g_autofree AskedCall *asked = data;
  g_autoptr (GVariant) raw_arguments = asked->raw_arguments;
  GError *failure = error;

  if (error == NULL && page_call_resolve (asked->call, raw_arguments, secret_fd, &failure))
    page_call_forward (asked->call);
  else
    page_call_fail (asked->call, failure);
}

/* The form is checked before anybody is asked. */
static void
ask_person (PageCall *self, GVariant *raw_arguments)
{
  g_autoptr (GVariant) checked = NULL;
  GError *error = NULL;
  AskedCall *asked;

  checked = bridge_call_resolve (self->row, raw_arguments, NULL, NULL, 0, &error);
  if (checked == NULL) {
    page_call_fail (self, error);
    return;
  }
  if (self->shell->is_dialog_open) {
    page_call_busy (self);
    return;
  }
  self->shell->is_dialog_open = TRUE;
  asked = g_new0 (AskedCall, 1);
  asked->call = self;
  asked->raw_arguments = g_variant_ref (raw_arguments);
  confirm_ask (self->shell, self->row, raw_arguments, confirmed_cb, asked);
}

static void
take_row (PageCall *self, GVariant *raw_arguments)
{
  gboolean is_of_window = strcmp (self->row->interface, BRIDGE_WINDOW) == 0;
  GError *error = NULL;

  if (!is_of_window && confirm_is_due (self->row)) {
    ask_person (self, raw_arguments);
    return;
  }
  if (!page_call_resolve (self, raw_arguments, -1, &error)) {
    page_call_fail (self, error);
    return;
  }
  if (is_of_window)
    window_calls_take (self); /* which asks itself before an address is opened */
  else
    page_call_forward (self);
}

gboolean
calls_take (Shell *shell, WebKitUserMessage *message)
{
  const ContractRow *row = bridge_call_find (webkit_user_message_get_name (message), CONTRACT_CALL);
  g_autoptr (GVariant) nothing = g_variant_ref_sink (g_variant_new_tuple (NULL, 0));
  GVariant *raw_arguments = webkit_user_message_get_parameters (message);
  PageCall *call;

  if (row == NULL) {
    reply_fault (message, "Usage", "there is no such call for the page");
    return TRUE;
  }
  if (webkit_user_message_get_fd_list (message) != NULL) {
    reply_fault (message, "Usage", "the page hands over no files of its own");
    return TRUE;
  }
  if (shell->in_flight >= IN_FLIGHT_MAX && !WEAKENED ("flood")) {
    reply_fault (message, "TempFail", "too many calls at a time");
    return TRUE;
  }
  shell->in_flight++;
  call = g_new0 (PageCall, 1);
  call->shell = shell;
  call->message = g_object_ref (message);
  call->row = row;
  take_row (call, raw_arguments != NULL ? raw_arguments : nothing);
  return TRUE;
}
