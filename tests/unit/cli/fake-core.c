/* fake-core - answers App1 with fixed words, so that tests see what the command makes of them: no store, no vault, nobody to send to.
 * fake-core SOCKET WORD: WORD sets its mood (done, refused, paused, later, endless, dies, needs-password, cannot-start, nobody, already, older, newer).
 * What was asked of campaigns, besides looking, is noted in the file `calls` beside the socket. */
#include "contract-app1.h"
#include "fault.h"
#include "frame.h"
#include <gio/gio.h>
#include <gio/gunixfdlist.h>
#include <gio/gunixsocketaddress.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <unistd.h>

static const char *mood;
static gboolean has_password;

static gboolean
is_mood (const char *word)
{
  return strcmp (mood, word) == 0;
}

static gboolean
handle_hello (PrApp1 *core, GDBusMethodInvocation *call)
{
  pr_app1_complete_hello (core, call, is_mood ("newer") ? "99.0" : is_mood ("older") ? "0.0.9" : POSTRIDER_VERSION, 1);
  return TRUE;
}

static gboolean
handle_leave (PrApp1 *core, GDBusMethodInvocation *call)
{
  GDBusConnection *connection = g_dbus_method_invocation_get_connection (call);

  pr_app1_complete_leave (core, g_object_ref (call));
  g_dbus_connection_flush_sync (connection, NULL, NULL);
  _exit (0);
}

static char *
read_secret (GUnixFDList *fds, GVariant *handle)
{
  char secret[128] = "";
  int fd = g_unix_fd_list_get (fds, g_variant_get_handle (handle), NULL);
  gssize len = read (fd, secret, sizeof secret - 1);

  g_assert_cmpint (len, >=, 0);
  close (fd);
  return g_strdup (secret);
}

/* Says back what it was given, the password too: it is a made-up one. */
static gboolean
handle_account_add (PrApp1 *core, GDBusMethodInvocation *call, GUnixFDList *fds, const char *name, GVariant *settings, GVariant *handle)
{
  g_autoptr (GVariantDict) used = g_variant_dict_new (settings);
  g_autofree char *secret = read_secret (fds, handle);

  g_variant_dict_insert (used, "name", "s", name);
  g_variant_dict_insert (used, "note", "s", secret);
  pr_app1_complete_account_add (core, call, NULL, g_variant_dict_end (used));
  return TRUE;
}

static gboolean
handle_account_list (PrApp1 *core, GDBusMethodInvocation *call)
{
  pr_app1_complete_account_list (core, call, g_variant_new_parsed (
    "[{'name': <'work'>, 'address': <'ann@example.org'>, 'host': <'smtp.example.org'>, 'port': <@q 587>, 'tls': <'starttls'>, 'user': <'ann'>,"
    "  'keeps_password': <true>, 'per_day': <@u 2000>, 'used_day': <@t 17>, 'state': <'ready'>, 'text': <''>}]"));
  return TRUE;
}

static gboolean
handle_account_secret (PrApp1 *core, GDBusMethodInvocation *call, GUnixFDList *fds, const char *name, GVariant *handle)
{
  g_autofree char *secret = read_secret (fds, handle);

  has_password = strcmp (secret, "right") == 0;
  pr_app1_complete_account_secret (core, call, NULL);
  return TRUE;
}

static gboolean
handle_vault_status (PrApp1 *core, GDBusMethodInvocation *call)
{
  pr_app1_complete_vault_status (core, call, g_variant_new_parsed ("{'state': <'open'>, 'slots': <['key-file']>, 'text': <''>}"));
  return TRUE;
}

static gboolean
handle_resolve (PrApp1 *core, GDBusMethodInvocation *call, guint64 campaign, const char *how, const char *const *addresses)
{
  pr_app1_complete_campaign_resolve (core, call, g_strv_length ((GStrv) addresses));
  return TRUE;
}

static gboolean
handle_lists (PrApp1 *core, GDBusMethodInvocation *call)
{
  if (is_mood ("dies"))
    _exit (0);
  g_dbus_method_invocation_return_error (call, FAULT, FAULT_IO, "the disk is full: make room and try again");
  return TRUE;
}

static gboolean
handle_window_open (PrApp1 *core, GDBusMethodInvocation *call, GVariant *environment)
{
  pr_app1_complete_window_open (core, call, TRUE);
  pr_app1_emit_window_closed (core, FALSE);
  return TRUE;
}

static gboolean
handle_import (PrApp1 *core, GDBusMethodInvocation *call, GUnixFDList *fds, GVariant *handle, const char *list, GVariant *options)
{
  g_autoptr (FrameWriter) rejects = frame_writer_new (FRAME_REJECTS);
  int fd = g_unix_fd_list_get (fds, g_variant_get_handle (handle), NULL);
  gint64 size = lseek (fd, 0, SEEK_END); /* it can be sought in, also when it came by a pipe */
  g_autoptr (GVariant) others = g_variant_lookup_value (options, "others", G_VARIANT_TYPE ("a{ss}"));
  g_autofree char *said = others != NULL ? g_variant_print (others, FALSE) : g_strdup ("Town");

  close (fd);
  frame_writer_row (rejects, 3, 0, 6);
  frame_writer_string (rejects, "email");
  frame_writer_string (rejects, "=cmd|'x'!A0");
  frame_writer_string (rejects, "syntax");
  frame_writer_string (rejects, "this is no address");
  frame_writer_string (rejects, "E-Mail");
  frame_writer_string (rejects, "=cmd|'x'!A0");
  pr_app1_emit_import_progress (core, 1, 5, 10);
  pr_app1_emit_import_rejected (core, frame_writer_finish (rejects));
  pr_app1_complete_import (core, call, NULL, g_variant_new_parsed (
    "{'read': <@t 3>, 'new': <@t 2>, 'updated': <@t 0>, 'merged': <@t 1>, 'unchanged': <@t 0>, 'rejected': <@a{st} {'syntax': 1}>,"
    " 'format': <'csv'>, 'encoding': <'utf-8'>, 'fields': <[%s]>, 'size': <@t %t>}", said, (guint64) size));
  return TRUE;
}

static gboolean
handle_inspect (PrApp1 *core, GDBusMethodInvocation *call, const char *subject, const char *html, const char *text)
{
  const char *const none[] = { NULL };
  const char *const images[] = { strstr (html, "../") != NULL ? "../secret.png" : "pic.png", NULL };

  pr_app1_complete_template_inspect (core, call, none, none, strstr (html, "<img") != NULL ? images : none);
  return TRUE;
}

static gboolean
handle_prepare (PrApp1 *core, GDBusMethodInvocation *call, GUnixFDList *fds, GVariant *spec, GVariant *files)
{
  g_autoptr (GVariantDict) summary = g_variant_dict_new (NULL);
  g_autofree char *shown = g_variant_print (files, FALSE);
  g_autofree char *wish = g_variant_print (spec, TRUE);
  const char *warnings[] = { shown, wish, NULL };

  g_variant_dict_insert (summary, "total", "t", (guint64) 4);
  g_variant_dict_insert (summary, "suppressed", "t", (guint64) 1);
  if (is_mood ("nobody"))
    g_variant_dict_insert (summary, "queued", "t", (guint64) 0);
  if (is_mood ("already"))
    g_variant_dict_insert (summary, "already", "b", TRUE);
  g_variant_dict_insert (summary, "warnings", "^as", warnings);
  pr_app1_complete_campaign_prepare (core, call, NULL, 7, g_variant_dict_end (summary));
  return TRUE;
}

static GVariant *
numbers (gboolean is_end)
{
  if (!is_end)
    return g_variant_new_parsed ("{'id': <@t 7>, 'state': <'sending'>, 'total': <@t 4>, 'queued': <@t 3>, 'handed': <@t 1>}");
  if (is_mood ("refused"))
    return g_variant_new_parsed ("{'id': <@t 7>, 'state': <'done'>, 'total': <@t 4>, 'accepted': <@t 3>, 'refused': <@t 1>, 'last': <['550 no \x1b[2J']>}");
  if (is_mood ("paused"))
    return g_variant_new_parsed ("{'id': <@t 7>, 'state': <'paused'>, 'text': <'wrong password'>, 'total': <@t 4>, 'accepted': <@t 1>, 'queued': <@t 3>}");
  if (is_mood ("pausing"))
    return g_variant_new_parsed ("{'id': <@t 7>, 'state': <'paused'>, 'text': <'wrong password'>, 'total': <@t 4>, 'accepted': <@t 1>, 'queued': <@t 2>, 'handed': <@t 1>}");
  if (is_mood ("later"))
    return g_variant_new_parsed ("{'id': <@t 7>, 'state': <'waiting'>, 'total': <@t 4>, 'accepted': <@t 3>, 'later': <@t 1>, 'started': <@x 1700000000>}");
  return g_variant_new_parsed ("{'id': <@t 7>, 'state': <'done'>, 'total': <@t 4>, 'accepted': <@t 3>, 'skipped': <@t 1>, 'started': <@x 1700000000>}");
}

static gboolean is_started, is_ended;

static gboolean
end_cb (gpointer core)
{
  if (is_mood ("dies"))
    _exit (0);
  is_ended = TRUE;
  pr_app1_emit_campaign_changed (core, 7, numbers (TRUE));
  return G_SOURCE_REMOVE;
}

static gboolean
handle_start (PrApp1 *core, GDBusMethodInvocation *call, guint64 campaign)
{
  if (is_mood ("needs-password") && !has_password) {
    g_dbus_method_invocation_return_error (call, FAULT, FAULT_NO_PERM, "the password of account work is not kept: enter it");
    return TRUE;
  }
  if (is_mood ("cannot-start")) {
    g_dbus_method_invocation_return_error (call, FAULT, FAULT_TEMP, "Postrider is leaving");
    return TRUE;
  }
  is_started = TRUE;
  pr_app1_complete_campaign_start (core, call);
  pr_app1_emit_campaign_changed (core, 8, g_variant_new_parsed ("{'id': <@t 8>, 'state': <'cancelled'>, 'total': <@t 1>}")); /* another one's */
  if (!is_mood ("endless"))
    g_timeout_add (50, end_cb, core);
  return TRUE;
}

static gboolean
handle_pause (PrApp1 *core, GDBusMethodInvocation *call, guint64 campaign)
{
  mood = "paused";
  is_ended = TRUE;
  pr_app1_emit_campaign_changed (core, 7, numbers (TRUE));
  pr_app1_complete_campaign_pause (core, call);
  return TRUE;
}

static gboolean
handle_show (PrApp1 *core, GDBusMethodInvocation *call, guint64 campaign)
{
  if (campaign != 7)
    g_dbus_method_invocation_return_error (call, FAULT, FAULT_NO_INPUT, "there is no campaign %" G_GUINT64_FORMAT, campaign);
  else
    pr_app1_complete_campaign_show (core, call, numbers (is_ended || !is_started));
  return TRUE;
}

static gboolean
handle_watch (PrApp1 *core, GDBusMethodInvocation *call, guint64 campaign)
{
  pr_app1_complete_campaign_watch (core, call);
  return TRUE;
}

static gboolean
handle_discard (PrApp1 *core, GDBusMethodInvocation *call, guint64 campaign)
{
  pr_app1_complete_campaign_discard (core, call);
  return TRUE;
}

/* Two pages of one row, then an empty one. */
static gboolean
handle_rows (PrApp1 *core, GDBusMethodInvocation *call, guint64 campaign, guint64 after, guint max_rows)
{
  static const char *const rows[][10] = {
    { "ann@example.org", "Ann", "accepted", "", "2026-01-02T03:04:05Z", "250 ok", "<1@example.org>", "1", "Bonn", "+49301234" },
    { "bob@example.org", "=Bob", "skipped", "suppressed", "", "", "", "1", "a,b", "" },
  };
  const char *const columns[] = { "state", "phone", NULL }; /* a field that is called as one of ours */
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_LEDGER);

  if (after < G_N_ELEMENTS (rows)) {
    frame_writer_row (frame, after + 1, after == 0 ? 1 : 0, 10);
    for (gsize i = 0; i < 10; i++)
      frame_writer_string (frame, rows[after][i]);
  }
  pr_app1_complete_campaign_rows (core, call, columns, frame_writer_finish (frame));
  return TRUE;
}

/* Each call, before its handler. */
static gboolean
note_cb (GDBusInterfaceSkeleton *core, GDBusMethodInvocation *call, gpointer path)
{
  static const char *const looking[] = { "CampaignShow", "CampaignWatch", "CampaignRows", NULL };
  const char *method = g_dbus_method_invocation_get_method_name (call);
  FILE *calls;

  if (!g_str_has_prefix (method, "Campaign") || g_strv_contains (looking, method))
    return TRUE;
  calls = fopen (path, "a");
  fprintf (calls, "%s ", method + strlen ("Campaign"));
  fclose (calls);
  return TRUE;
}

static gboolean
new_connection_cb (GDBusServer *server, GDBusConnection *connection, gpointer core)
{
  g_object_ref (connection); /* kept until we leave */
  g_assert_true (g_dbus_interface_skeleton_export (core, connection, "/org/postrider", NULL));
  return TRUE;
}

static void
connect_handlers (PrApp1 *core)
{
  static const struct {
    const char *name;
    GCallback   handler;
  } handlers[] = {
    { "hello", G_CALLBACK (handle_hello) },
    { "leave", G_CALLBACK (handle_leave) },
    { "account-add", G_CALLBACK (handle_account_add) },
    { "account-list", G_CALLBACK (handle_account_list) },
    { "account-secret", G_CALLBACK (handle_account_secret) },
    { "vault-status", G_CALLBACK (handle_vault_status) },
    { "lists", G_CALLBACK (handle_lists) },
    { "window-open", G_CALLBACK (handle_window_open) },
    { "import", G_CALLBACK (handle_import) },
    { "template-inspect", G_CALLBACK (handle_inspect) },
    { "campaign-prepare", G_CALLBACK (handle_prepare) },
    { "campaign-start", G_CALLBACK (handle_start) },
    { "campaign-pause", G_CALLBACK (handle_pause) },
    { "campaign-resolve", G_CALLBACK (handle_resolve) },
    { "campaign-show", G_CALLBACK (handle_show) },
    { "campaign-watch", G_CALLBACK (handle_watch) },
    { "campaign-discard", G_CALLBACK (handle_discard) },
    { "campaign-rows", G_CALLBACK (handle_rows) },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (handlers); i++) {
    g_autofree char *signal_name = g_strconcat ("handle-", handlers[i].name, NULL);

    g_signal_connect (core, signal_name, handlers[i].handler, NULL);
  }
}

int
main (int argc, char *argv[])
{
  g_autofree char *address = g_strdup_printf ("unix:path=%s", argv[1]);
  g_autofree char *folder = g_path_get_dirname (argv[1]), *calls = g_build_filename (folder, "calls", NULL);
  g_autofree char *guid = g_dbus_generate_guid ();
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  g_autoptr (PrApp1) core = pr_app1_skeleton_new ();
  g_autoptr (GError) error = NULL;
  g_autoptr (GDBusServer) server = NULL;

  mood = argv[2];
  prctl (PR_SET_PDEATHSIG, SIGKILL); /* a test that fails leaves nobody behind, for whose end its caller would wait */
  fault_quark ();
  connect_handlers (core);
  g_signal_connect (core, "g-authorize-method", G_CALLBACK (note_cb), calls);
  server = g_dbus_server_new_sync (address, G_DBUS_SERVER_FLAGS_AUTHENTICATION_REQUIRE_SAME_USER, guid, NULL, NULL, &error);
  g_assert_no_error (error);
  g_signal_connect (server, "new-connection", G_CALLBACK (new_connection_cb), core);
  g_dbus_server_start (server);
  puts ("ready");
  fflush (stdout);
  g_main_loop_run (loop);
  return 0;
}
