/* fake-core - answers App1 with fixed words, so that tests see what the command makes of them: no store, no vault, nobody to send to.
 * It says nothing that the contract does not have (contract_watch() ends it), so the command is tried with core's own words.
 * fake-core SOCKET WORD: WORD sets its mood (done, refused, paused, later, endless, dies, needs-password, cannot-start, nobody, already, older, newer,
 * two-kinds). What was asked of campaigns, besides looking, is noted in the file `calls` beside the socket. */
#include "contract-app1.h"
#include "contract-watch.h"
#include "contract.h"
#include "fault.h"
#include "frame.h"
#include "kind-smtp.h"
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

/* `given` (floating; an a{sv} of argument `arg`) with all else that the contract wants of it: empty, zero and FALSE. Returns: (transfer floating) it. */
static GVariant *
fill_in (const char *member, ContractSide side, gsize arg, GVariant *given)
{
  g_autoptr (GVariant) owned = g_variant_ref_sink (given);
  g_autoptr (GVariantDict) dict = g_variant_dict_new (owned);

  for (const ContractKey *key = contract_find ("org.postrider.App1", member, side)->args[arg].keys; key->name != NULL; key++) {
    if (key->is_optional || g_variant_dict_contains (dict, key->name))
      continue;
    if (key->type[0] == 'a')
      g_variant_dict_insert_value (dict, key->name, g_variant_new_array (G_VARIANT_TYPE (key->type + 1), NULL, 0));
    else
      g_variant_dict_insert_value (dict, key->name, g_variant_new_parsed (key->type[0] == 's' ? "''" : key->type[0] == 'b' ? "false"
                                                                         : key->type[0] == 't' ? "@t 0" : key->type[0] == 'x' ? "@x 0"
                                                                         : key->type[0] == 'u' ? "@u 0" : key->type[0] == 'q' ? "@q 0" : "0.0"));
  }
  return g_variant_dict_end (dict);
}

static GVariant *
fill_in_reply (const char *member, gsize arg, GVariant *given)
{
  return fill_in (member, CONTRACT_REPLY, arg, given);
}

/* The one row of an aa{sv}. */
static GVariant *
fill_in_row (const char *member, GVariant *given)
{
  GVariant *row = fill_in_reply (member, 0, given);

  return g_variant_new_array (G_VARIANT_TYPE_VARDICT, &row, 1);
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

/* The program's own kind, and one of which it knows nothing: its rows alone make the options. */
static const SettingChoice ink_choices[] = { { "black", "Black" }, { "blue", "Blue" }, { NULL, NULL } };
static const AccountKind kind_paper = {
  .word = "paper", .title = "Letters", .program = "paper", .secret = KIND_SECRET_NONE,
  .settings = (const KindSetting[]){
    { .key = "paper_ink", .type = "s", .choices = ink_choices, .value = "WORD", .help = "of which letters are made" },
    { .key = "host", .type = "s", .value = "OFFICE", .help = "smtp has such a one" },
    { .key = "copies", .type = "u", .least = 1, .most = 9, .value = "N", .help = "of each letter" },
    { .key = "folded", .type = "b", .help = "fold each letter" },
    { .key = "per_week", .type = "u", .seconds = 604800, .value = "N", .help = "letters in any week, at most" },
    { .key = NULL },
  },
};
const AccountKind *const kinds[] = { &kind_smtp, &kind_paper, NULL };

static gboolean
handle_account_kinds (PrApp1 *core, GDBusMethodInvocation *call)
{
  g_autoptr (GVariant) all = g_variant_ref_sink (kinds_describe ());
  g_autoptr (GVariant) first = g_variant_get_child_value (all, 0);

  pr_app1_complete_account_kinds (core, call, is_mood ("two-kinds") ? all : g_variant_new_array (G_VARIANT_TYPE_VARDICT, &first, 1));
  return TRUE;
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
  const char *kind = kinds[0]->word;

  (void) g_variant_lookup (settings, "kind", "&s", &kind);
  if (kind_find (kind)->secret == KIND_SECRET_NONE)
    g_variant_dict_insert (used, "has_password", "b", FALSE);
  g_variant_dict_insert (used, "name", "s", name);
  g_variant_dict_insert (used, "note", "s", secret);
  g_variant_dict_remove (used, "check"); /* asked, not stored */
  pr_app1_complete_account_add (core, call, NULL, fill_in_reply ("AccountAdd", 0, g_variant_dict_end (used)));
  return TRUE;
}

static gboolean
handle_account_set (PrApp1 *core, GDBusMethodInvocation *call, const char *name, GVariant *changes)
{
  pr_app1_complete_account_set (core, call, fill_in_reply ("AccountSet", 0, changes), FALSE);
  return TRUE;
}

static gboolean
handle_account_list (PrApp1 *core, GDBusMethodInvocation *call)
{
  pr_app1_complete_account_list (core, call, fill_in_row ("AccountList", g_variant_new_parsed (
    "{'name': <'work'>, 'address': <'ann@example.org'>, 'host': <'smtp.example.org'>, 'port': <@q 587>, 'tls': <'starttls'>, 'user': <'ann'>,"
    "  'keeps_password': <true>, 'needs_password': <true>, 'per_day': <@u 2000>, 'used_day': <@t 17>, 'state': <'ready'>}")));
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
  pr_app1_complete_vault_status (core, call, g_variant_new_parsed ("{'state': <'open'>, 'slots': <['key-file']>, 'tier': <'key-file'>, 'opened_by': <'key-file'>, 'keyring': <''>, 'text': <''>}"));
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
  pr_app1_complete_import (core, call, NULL, fill_in_reply ("Import", 0, g_variant_new_parsed ( /* unchanged: as many as the file has octets */
    "{'read': <@t 3>, 'new': <@t 2>, 'merged': <@t 1>, 'unchanged': <@t %t>, 'rejected': <@a{st} {'syntax': 1}>,"
    " 'format': <'csv'>, 'encoding': <'utf-8'>, 'fields': <[%s]>}", (guint64) size, said)));
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

  g_variant_dict_insert (summary, "total", "t", (guint64) 5);
  g_variant_dict_insert (summary, "queued", "t", (guint64) 4);
  g_variant_dict_insert (summary, "suppressed", "t", (guint64) 1);
  if (is_mood ("nobody"))
    g_variant_dict_insert (summary, "queued", "t", (guint64) 0);
  if (is_mood ("already"))
    g_variant_dict_insert (summary, "already", "b", TRUE);
  g_variant_dict_insert (summary, "warnings", "^as", warnings);
  pr_app1_complete_campaign_prepare (core, call, NULL, 7, fill_in_reply ("CampaignPrepare", 1, g_variant_dict_end (summary)));
  return TRUE;
}

static GVariant *
parse_numbers (gboolean is_end)
{
  if (!is_end)
    return g_variant_new_parsed ("{'id': <@t 7>, 'state': <'sending'>, 'total': <@t 4>, 'queued': <@t 3>, 'handed': <@t 1>}");
  if (is_mood ("refused"))
    return g_variant_new_parsed ("{'id': <@t 7>, 'state': <'done'>, 'total': <@t 4>, 'accepted': <@t 3>, 'refused': <@t 1>, 'last': <['550 no \x1b[2J']>,"
                                 " 'delivery': <{'sent': <@t 0>, 'delivered': <@t 3>, 'read': <@t 2>, 'failed': <@t 0>, 'bounced': <@t 1>, 'complained': <@t 0>, 'left': <@t 0>,"
                                 "  'answered': <@t 0>, 'away': <@t 0>}>}");
  if (is_mood ("paused"))
    return g_variant_new_parsed ("{'id': <@t 7>, 'state': <'paused'>, 'text': <'wrong password'>, 'total': <@t 4>, 'accepted': <@t 1>, 'queued': <@t 3>}");
  if (is_mood ("pausing"))
    return g_variant_new_parsed ("{'id': <@t 7>, 'state': <'paused'>, 'text': <'wrong password'>, 'total': <@t 4>, 'accepted': <@t 1>, 'queued': <@t 2>, 'handed': <@t 1>}");
  if (is_mood ("later"))
    return g_variant_new_parsed ("{'id': <@t 7>, 'state': <'waiting'>, 'total': <@t 4>, 'accepted': <@t 3>, 'later': <@t 1>, 'started': <@x 1700000000>}");
  return g_variant_new_parsed ("{'id': <@t 7>, 'state': <'done'>, 'total': <@t 4>, 'accepted': <@t 3>, 'skipped': <@t 1>, 'started': <@x 1700000000>}");
}

static GVariant *
numbers (gboolean is_end)
{
  return fill_in_reply ("CampaignShow", 0, parse_numbers (is_end));
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
  pr_app1_emit_campaign_changed (core, 8, fill_in_reply ("CampaignShow", 0, g_variant_new_parsed ("{'id': <@t 8>, 'state': <'cancelled'>, 'total': <@t 1>}"))); /* another one's */
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

/* One of each kind of row that a person may have. */
static gboolean
handle_contact_show (PrApp1 *core, GDBusMethodInvocation *call, const char *who)
{
  pr_app1_complete_contact_show (core, call, fill_in_reply ("ContactShow", 0, g_variant_new_parsed (
    "{'id': <@t 5>, 'name': <'Ann'>, 'email': <'ann@example.org'>, 'phone': <'+49301234'>, 'fields': <{'Town': 'Bonn'}>, 'lists': <['guests']>, 'formerly': <['Anne']>,"
    " 'alike': <[{'id': <@t 6>, 'name': <'Anna'>, 'email': <'anna@example.org'>, 'phone': <''>}]>,"
    " 'consent': <[{'source': <'the fair'>, 'date': <@x 1767323045>}]>,"
    " 'suppressed': <[{'address': <'ann@example.org'>, 'scope': <'all'>, 'reason': <'asked'>, 'source': <'cli'>, 'date': <@x 1767409445>}]>,"
    " 'history': <[{'campaign': <@t 7>, 'subject': <'Hello'>, 'state': <'accepted'>, 'reason': <''>, 'reply': <'250 ok'>, 'time': <@x 1767495845>,"
    "   'attempts': <@u 1>, 'message_id': <'<1@example.org>'>, 'recipient': <@t 3>}]>}")));
  return TRUE;
}

static gboolean
handle_suppress_list (PrApp1 *core, GDBusMethodInvocation *call, guint64 after, guint max_rows)
{
  if (after == 0)
    pr_app1_complete_suppress_list (core, call, fill_in_row ("SuppressList", g_variant_new_parsed (
      "{'id': <@t 2>, 'address': <'bob@example.org'>, 'scope': <'all'>, 'reason': <'asked'>, 'source': <'cli'>, 'time': <@x 1767409445>, 'kind': <'email'>, 'cause': <'person'>}")));
  else
    pr_app1_complete_suppress_list (core, call, g_variant_new_array (G_VARIANT_TYPE_VARDICT, NULL, 0));
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
  static const char *const rows[][23] = {
    { "ann@example.org", "Ann", "accepted", "", "2026-01-02T03:04:05Z", "250 ok", "<1@example.org>", "1", "work", "=id", "S", "D", "R", "F", "131026", "B", "C", "L", "A", "W",
      "back, \"soon\"", "Bonn", "+49301234" },
    { "bob@example.org", "=Bob", "skipped", "suppressed", "", "", "", "1", "work", "", "", "", "", "", "", "", "", "", "", "", "", "a,b", "" },
  };
  const char *const columns[] = { "state", "phone", NULL }; /* a field that is called as one of ours */
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_LEDGER);

  if (after < G_N_ELEMENTS (rows)) {
    frame_writer_row (frame, after + 1, after == 0 ? 1 : 0, G_N_ELEMENTS (rows[0]));
    for (gsize i = 0; i < G_N_ELEMENTS (rows[0]); i++)
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
  contract_watch (connection);
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
    { "account-kinds", G_CALLBACK (handle_account_kinds) },
    { "account-set", G_CALLBACK (handle_account_set) },
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
    { "contact-show", G_CALLBACK (handle_contact_show) },
    { "suppress-list", G_CALLBACK (handle_suppress_list) },
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
