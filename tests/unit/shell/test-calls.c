/* What a web process that is somebody else's may say to the shell: each message is refused, asked about or led on, whatever the bridge in front of it
 * did. The window, core and the person stand in. */
#include "calls.h"

#include "confirm.h"
#include "fault.h"
#include "rejects.h"
#include "window-calls.h"
#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#define MOST 64 /* calls without an answer: contract/, as the bridge */

static struct {
  char    *reply;       /* name and parameters of what the page was told; NULL: nothing yet */
  PageCall    *of_window;   /* what the window was to do */
  char    *to_core;     /* member */
  gboolean is_asked;    /* a person */
  guint    fds;         /* that went along */
  GVariant *answer;     /* core's */
  int      code;        /* or its fault; -1: an error of another domain */
  GAsyncReadyCallback answered;
  gpointer data;
} seen;

/* --- in place of --- */

void
webkit_user_message_send_reply (WebKitUserMessage *message, WebKitUserMessage *reply)
{
  GVariant *parameters = webkit_user_message_get_parameters (reply);
  g_autofree char *text = parameters != NULL ? g_variant_print (parameters, FALSE) : g_strdup ("()");

  g_assert_null (seen.reply); /* one answer a call */
  seen.reply = g_strconcat (webkit_user_message_get_name (reply), " ", text, NULL);
  g_object_unref (g_object_ref_sink (reply));
}

gboolean
confirm_is_due (const ContractRow *row)
{
  return row->effect != CONTRACT_EFFECT_HARMLESS;
}

void
confirm_ask (Shell *shell, const ContractRow *row, GVariant *call, ConfirmedFunc func, gpointer data)
{
  seen.is_asked = TRUE;
  shell->is_dialog_open = FALSE;
  func (-1, g_error_new (FAULT, FAULT_TEMP, "No"), data);
}

void
rejects_begin (Rejects *self, gboolean is_file)
{
}

void
window_calls_take (PageCall *call)
{
  seen.of_window = call;
  page_call_answer (call, NULL);
}

void
core_link_call_async (CoreLink *self, const char *member, GVariant *arguments, GUnixFDList *fds, GAsyncReadyCallback callback, gpointer data)
{
  seen.to_core = g_strdup (member);
  seen.fds = fds != NULL ? (guint) g_unix_fd_list_get_length (fds) : 0;
  seen.answered = callback;
  seen.data = data;
}

GVariant *
core_link_call_finish (CoreLink *self, GAsyncResult *result, GUnixFDList **out_fds, GError **error)
{
  if (seen.answer != NULL)
    return g_steal_pointer (&seen.answer);
  g_set_error_literal (error, seen.code < 0 ? G_IO_ERROR : FAULT, MAX (seen.code, 0), "no");
  return NULL;
}

/* --- a page that says it --- */

static Shell shell;

static void
say (const char *name, const char *tuple, gboolean has_fd)
{
  g_autoptr (GUnixFDList) fds = has_fd ? g_unix_fd_list_new () : NULL;
  WebKitUserMessage *message;

  if (has_fd)
    g_unix_fd_list_append (fds, STDIN_FILENO, NULL);
  message = webkit_user_message_new_with_fd_list (name, g_variant_new_parsed (tuple), fds);
  g_object_ref_sink (message);
  g_assert_true (calls_take (&shell, message));
  g_object_unref (message);
}

static void
forget (void)
{
  g_clear_pointer (&seen.reply, g_free);
  g_clear_pointer (&seen.to_core, g_free);
  memset (&seen, 0, sizeof seen);
}

static const struct {
  const char *name, *member, *tuple;
  gboolean    has_fd;
  guint       in_flight;
  const char *reply;    /* begins so; NULL: none yet */
  gboolean    to_core, of_window, is_asked;
} rows[] = {
  { "led-on", "Lists", "()", FALSE, 0, NULL, TRUE },
  { "one-below-the-most", "Lists", "()", FALSE, MOST - 1, NULL, TRUE },
  { "too-many", "Lists", "()", FALSE, MOST, "fault ('TempFail'" },
  { "far-too-many", "Lists", "()", FALSE, 1000, "fault ('TempFail'" },
  { "too-many-of-the-window", "ReleaseFile", "(uint32 1,)", FALSE, MOST, "fault ('TempFail'" },
  { "descriptor", "Lists", "()", TRUE, 0, "fault ('Usage'" },
  { "descriptor-as-file", "Import", "(handle 0, 'l', @a{sv} {})", TRUE, 0, "fault ('Usage'" },
  { "descriptor-as-secret", "VaultUnlock", "(handle 0,)", TRUE, 0, "fault ('Usage'" },
  { "not-for-the-page", "DeskChoose", "('contacts',)", FALSE, 0, "fault ('Usage'" },
  { "not-for-the-page-either", "AccountAgree", "('a',)", FALSE, 0, "fault ('Usage'" },
  { "nothing", "", "()", FALSE, 0, "fault ('Usage'" },
  { "signal", "CampaignChanged", "(uint64 1, @a{sv} {})", FALSE, 0, "fault ('Usage'" },
  { "other-type", "TemplateShow", "(7,)", FALSE, 0, "fault ('Usage'" },
  { "other-count", "TemplateShow", "('a', 'b')", FALSE, 0, "fault ('Usage'" },
  { "no-file-of-that-number", "ImportLook", "(uint32 7, @a{sv} {})", FALSE, 0, "fault ('Usage'" },
  { "asked", "ContactForget", "('a',)", FALSE, 0, "fault ('TempFail'", FALSE, FALSE, TRUE },
  { "asked-of-a-form", "ContactForget", "(7,)", FALSE, 0, "fault ('Usage'" },
  { "of-the-window", "ReleaseFile", "(uint32 1,)", FALSE, 0, "ReleaseFile", FALSE, TRUE },
};

static void
test_row (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);

  memset (&shell, 0, sizeof shell);
  shell.files = file_table_new ();
  shell.in_flight = rows[i].in_flight;
  say (rows[i].member, rows[i].tuple, rows[i].has_fd);
  g_assert_cmpint (seen.to_core != NULL, ==, rows[i].to_core);
  g_assert_cmpint (seen.of_window != NULL, ==, rows[i].of_window);
  g_assert_cmpint (seen.is_asked, ==, rows[i].is_asked);
  g_assert_cmpint (seen.reply != NULL, ==, rows[i].reply != NULL);
  if (rows[i].reply != NULL && !g_str_has_prefix (seen.reply, rows[i].reply))
    g_error ("told: %s", seen.reply);
  if (rows[i].to_core) {
    seen.answer = g_variant_ref_sink (g_variant_new_parsed ("(@aa{sv} [],)"));
    seen.answered (NULL, NULL, seen.data);
  }
  g_assert_cmpuint (shell.in_flight, ==, rows[i].in_flight); /* each one is counted until it is answered, and no longer */
  forget ();
  file_table_free (shell.files);
}

static const struct {
  const char *answer; /* NULL: the fault */
  int         code;
  const char *reply;
} answers[] = {
  { "(@aa{sv} [],)", 0, "Lists (" },
  { "('none',)", 0, "fault ('Protocol'" },
  { "([{'name': <7>}],)", 0, "fault ('Protocol'" },
  { NULL, FAULT_DATA, "fault ('DataErr', 'no')" },
  { NULL, FAULT_NO_PERM, "fault ('NoPerm', 'no')" },
  { NULL, -1, "fault ('Software', 'no')" },
};

static void
test_answers (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++) {
    memset (&shell, 0, sizeof shell);
    say ("Lists", "()", FALSE);
    seen.answer = answers[i].answer != NULL ? g_variant_ref_sink (g_variant_new_parsed (answers[i].answer)) : NULL;
    seen.code = answers[i].code;
    seen.answered (NULL, NULL, seen.data);
    if (!g_str_has_prefix (seen.reply, answers[i].reply))
      g_error ("told: %s", seen.reply);
    g_assert_cmpuint (shell.in_flight, ==, 0);
    forget ();
  }
}

/* A file goes to core by the number that the shell gave; another question is on the screen: no second one. */
static void
test_file (void)
{
  g_autofree char *tuple = NULL;

  memset (&shell, 0, sizeof shell);
  shell.files = file_table_new ();
  tuple = g_strdup_printf ("(uint32 %u, @a{sv} {})", file_table_add (shell.files, open ("/dev/null", O_RDONLY | O_CLOEXEC), 0, NULL));
  say ("ImportLook", tuple, FALSE);
  g_assert_cmpstr (seen.to_core, ==, "ImportLook");
  g_assert_cmpuint (seen.fds, ==, 1);
  seen.code = FAULT_DATA;
  seen.answered (NULL, NULL, seen.data);
  forget ();
  shell.is_dialog_open = TRUE;
  say ("ContactForget", "('a',)", FALSE);
  g_assert_false (seen.is_asked);
  g_assert_true (g_str_has_prefix (seen.reply, "fault ('TempFail'"));
  forget ();
  file_table_free (shell.files);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fault_quark ();
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strconcat ("/shell/calls/", rows[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_row);
  }
  g_test_add_func ("/shell/calls/answers", test_answers);
  g_test_add_func ("/shell/calls/file", test_file);
  return g_test_run ();
}
