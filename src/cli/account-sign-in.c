#include "account-sign-in.h"

#include "contract-keys.h"
#include "desktop.h"
#include "dict.h"
#include "fault.h"
#include "json-out.h"
#include "paste-line.h"
#include "send-fd.h"
#include <string.h>

typedef struct {
  Session    *session;
  const char *name;
  GMainLoop  *loop;
  PasteLine  *paste; /* NULL: nothing can be pasted */
  GVariant   *end;   /* NULL: not yet */
  GError     *error;
} SignInWait;

const Option sign_in_options[] = {
  { "no-browser", 0, OPTION_FLAG, G_STRUCT_OFFSET (SignInOptions, has_no_browser), NULL, "print the address, for a browser on any machine, and take the one that it leads back to" },
  { "window", 0, OPTION_FLAG, G_STRUCT_OFFSET (SignInOptions, is_in_window), NULL, "in a window of its own, which reaches this provider alone; where that cannot be, in the browser" },
  { 0 },
};

/* --- its beginning --- */

typedef struct { /* all owned */
  char  *url, *redirect, *why; /* why: in the browser, though a window was wanted; "" */
  gint64 until_utc;
} OpenSignIn;

static void
open_sign_in_clear (OpenSignIn *self)
{
  g_free (self->url);
  g_free (self->redirect);
  g_free (self->why);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (OpenSignIn, open_sign_in_clear)

static void
tell_open_for_programs (const SignInOptions *options, const OpenSignIn *open)
{
  JsonBuilder *builder = json_out_begin ();

  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, "open");
  json_builder_set_member_name (builder, "url");
  json_builder_add_string_value (builder, open->url);
  json_builder_set_member_name (builder, "redirect");
  json_builder_add_string_value (builder, open->redirect);
  json_builder_set_member_name (builder, "until");
  json_out_variant (builder, g_variant_new_int64 (open->until_utc));
  if (options->is_in_window) {
    json_builder_set_member_name (builder, "window");
    json_builder_add_boolean_value (builder, *open->url == '\0');
    json_builder_set_member_name (builder, "why");
    json_builder_add_string_value (builder, open->why);
  }
  json_out_end (builder);
}

static void
tell_open (const Session *session, const SignInOptions *options, const OpenSignIn *open)
{
  if (session->is_jsonl)
    tell_open_for_programs (options, open);
  if (session_is_for_programs (session))
    return;
  if (*open->why != '\0')
    session_say (session, "It is the browser, not a window: %s.", open->why);
  if (*open->url == '\0')
    session_say (session, "A window is open for the sign-in. It closes by itself.");
  else
    session_say (session, "%s\n\n  %s\n", options->has_no_browser ? "Open this address in a browser:" : "The browser is opened for the sign-in. If nothing opens, this is the address:", open->url);
}

static gboolean
start_sign_in (Session *session, const SignInOptions *options, const char *name, GError **error)
{
  const char *place = options->is_in_window ? "window" : "browser";
  g_auto (OpenSignIn) open = { NULL };
  gboolean is_ok;

  if (options->is_in_window && options->has_no_browser) {
    g_set_error_literal (error, FAULT, FAULT_USAGE, "--window and --no-browser: either of them");
    return FALSE;
  }
  if (session_core (session, error) == NULL)
    return FALSE;
  do {
    g_clear_error (error);
    is_ok = pr_app1_call_account_sign_in_sync (session->core, name, options->has_no_browser ? g_variant_new ("a{ss}", NULL) : desktop_read_environment (), place,
                                               &open.url, &open.redirect, &open.until_utc, &open.why, NULL, error);
  } while (!is_ok && session_unlock (session, NULL, error));
  if (is_ok)
    tell_open (session, options, &open);
  return is_ok;
}

/* --- the wait --- */

static void
ended_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  SignInWait *self = data;

  pr_app1_call_account_sign_in_wait_finish (PR_APP1 (source), &self->end, result, &self->error);
  g_main_loop_quit (self->loop);
}

static void
pasted_cb (const SecretBytes *line, gpointer data)
{
  SignInWait *self = data;
  g_autoptr (GError) error = NULL;
  SendFd sent = { 0 };

  if (line == NULL) {
    session_say (self->session, "That line has more than %d octets: it is no address of this sign-in. Copy the page's address alone.", PASTE_LINE_MAX);
    return;
  }
  if (!send_fd_secret (&sent, line, &error) ||
      !pr_app1_call_account_sign_in_paste_sync (self->session->core, self->name, sent.handle, sent.list, NULL, NULL, &error)) {
    session_end (FALSE, &error);
    session_say (self->session, "%s", error->message);
  }
  send_fd_clear (&sent);
}

/* Returns: (transfer full), or NULL with `error`. */
static GVariant *
wait_for_end (Session *session, const char *name, gboolean can_paste, GError **error)
{
  SignInWait waiting = { .session = session, .name = name, .loop = g_main_loop_new (NULL, FALSE) };

  if (can_paste)
    waiting.paste = paste_line_new (pasted_cb, &waiting);
  if (waiting.paste != NULL)
    session_say (session, "Is that browser on another machine? Then it ends at a page that cannot be shown: copy the address of that page and paste it here (it is not shown), Enter.");
  pr_app1_call_account_sign_in_wait (session->core, name, NULL, ended_cb, &waiting);
  g_main_loop_run (waiting.loop);
  paste_line_free (waiting.paste);
  g_main_loop_unref (waiting.loop);
  if (waiting.error != NULL)
    g_propagate_error (error, waiting.error);
  return waiting.end;
}

/* --- its end --- */

static int
get_status (const char *reason)
{
  static const struct { const char *reason; int status; } rows[] = {
    { "", 0 },        { "denied", FAULT_NO_PERM },    { "scope", FAULT_NO_PERM },  { "token", FAULT_NO_PERM },  { "timeout", FAULT_TEMP },
    { "network", FAULT_TEMP }, { "issuer", FAULT_PROTOCOL }, { "state", FAULT_PROTOCOL }, { "client", FAULT_CONFIG },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (strcmp (rows[i].reason, reason) == 0)
      return rows[i].status;
  return FAULT_SOFTWARE;
}

static void
tell_end_for_programs (GVariant *end)
{
  gboolean is_signed_in = *dict_text (end, KEY_SIGN_IN_REASON) == '\0';
  static const char *const signed_in[] = { KEY_SIGN_IN_ADDRESS, KEY_SIGN_IN_SCOPE, KEY_SIGN_IN_EXPIRES, NULL }, *const failed[] = { KEY_SIGN_IN_REASON, KEY_SIGN_IN_TEXT, NULL };
  JsonBuilder *builder = json_out_begin ();

  json_builder_set_member_name (builder, "event");
  json_builder_add_string_value (builder, is_signed_in ? "signed-in" : "failed");
  for (const char *const *key = is_signed_in ? signed_in : failed; *key != NULL; key++) {
    g_autoptr (GVariant) value = g_variant_lookup_value (end, *key, NULL);

    json_builder_set_member_name (builder, *key);
    json_out_variant (builder, value);
  }
  json_out_end (builder);
}

static int
tell_end (const Session *session, const char *name, GVariant *end, GError **error)
{
  int status = get_status (dict_text (end, KEY_SIGN_IN_REASON));

  if (session_is_for_programs (session)) {
    tell_end_for_programs (end);
    return status;
  }
  if (status == 0) {
    session_tell (session, "Account %s is signed in: %s. Try it: postrider account test %s", name, dict_text (end, KEY_SIGN_IN_ADDRESS), name);
    return 0;
  }
  g_set_error (error, FAULT, status, "account %s is not signed in: %s. Once more: postrider account sign-in %s", name, dict_text (end, KEY_SIGN_IN_TEXT), name);
  return -1;
}

int
account_sign_in_run (Session *session, const SignInOptions *options, const char *name, GError **error)
{
  g_autoptr (GVariant) end = NULL;

  if (!start_sign_in (session, options, name, error))
    return session_end (FALSE, error);
  end = wait_for_end (session, name, options->has_no_browser && session->has_terminal && !session_is_for_programs (session), error);
  return end != NULL ? tell_end (session, name, end, error) : session_end (FALSE, error);
}
