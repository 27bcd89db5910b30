/* sink - a local server that captures mail, for trying things out. */
#include "commands.h"
#include "connect.h"
#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include "home.h"
#include "json-out.h"
#include "password.h"
#include "progress-line.h"
#include "words.h"
#include <errno.h>
#include <glib-unix.h>
#include <signal.h>
#include <stdio.h>

typedef struct {
  char    *dir, *auth_user;
  PasswordSource auth_password;
  guint64  port;
  gboolean has_tls;
  char   **refuse, **delay, **drop; /* patterns */
} SinkOptions;

#define AT(member) G_STRUCT_OFFSET (SinkOptions, member)

static const Option sink_options[] = {
  { "port", 'p', OPTION_NUMBER, AT (port), "N", "on this port of 127.0.0.1 (else any free one)" },
  { "dir", 'd', OPTION_TEXT, AT (dir), "DIR", "keep the mail there as a Maildir (else sink in the data folder)" },
  { "tls", 0, OPTION_FLAG, AT (has_tls), NULL, "offer STARTTLS with a certificate of its own" },
  { "auth-user", 0, OPTION_TEXT, AT (auth_user), "U", "want a login by this name" },
  { "password-file", 0, OPTION_TEXT, AT (auth_password.file), "F", "and this password: the first line of F" },
  { "password-command", 0, OPTION_TEXT, AT (auth_password.command), "CMD", "or the first line that CMD prints" },
  { "refuse", 0, OPTION_TEXTS, AT (refuse), "PATTERN…", "refuse these recipients as unknown (550): '*@gone.example', 'nobody.*'" },
  { "delay", 0, OPTION_TEXTS, AT (delay), "PATTERN…", "put these off the first time, as greylisting does (450)" },
  { "drop", 0, OPTION_TEXTS, AT (drop), "PATTERN…", "keep their first message, and hang up without an answer" },
  { 0 },
};

typedef struct {
  Session      *session;
  ProgressLine *progress;
  GMainLoop    *loop;
  guint64       received;
  gboolean      is_lost;
} SinkRun;

static void
received_cb (PrApp1 *core, guint64 count, gpointer data)
{
  SinkRun *self = data;
  g_autofree char *text = words_counted (count, "message received", "messages received");

  self->received = count;
  progress_line_set (self->progress, 0, text, FALSE);
}

static gboolean
stop_cb (gpointer data)
{
  g_main_loop_quit (((SinkRun *) data)->loop);
  return G_SOURCE_CONTINUE;
}

static void
closed_cb (GDBusConnection *connection, gboolean remote_vanished, GError *error, gpointer data)
{
  ((SinkRun *) data)->is_lost = TRUE;
  stop_cb (data);
}

static char *
make_folder (const SinkOptions *options, GError **error)
{
  g_autofree char *home = options->dir == NULL ? home_path (error) : NULL;
  g_autofree char *folder = NULL;

  if (options->dir == NULL && home == NULL)
    return NULL;
  folder = options->dir != NULL ? g_canonicalize_filename (options->dir, NULL) : g_build_filename (home, "sink", NULL);
  if (g_mkdir_with_parents (folder, 0700) == 0)
    return g_steal_pointer (&folder);
  g_set_error (error, FAULT, FAULT_CANT_CREATE, "the folder %s cannot be made: %s", folder, g_strerror (errno));
  return NULL;
}

static GVariant *
build_options (const SinkOptions *options, GError **error)
{
  g_auto (GVariantDict) out = G_VARIANT_DICT_INIT (NULL);
  g_autoptr (SecretBytes) password = NULL;

  if (options->auth_user != NULL) {
    password = password_read (&options->auth_password, "Password that the sink wants", FALSE, error);
    if (password == NULL)
      return NULL;
    dict_put_text (&out, KEY_SINK_AUTH_USER, options->auth_user);
    dict_put_text (&out, KEY_SINK_AUTH_PASSWORD, secret_bytes_peek (password)); /* a made-up one, for trying: no secret */
  }
  dict_put_flag (&out, KEY_SINK_TLS, options->has_tls);
  dict_put_texts (&out, KEY_SINK_REFUSE, options->refuse);
  dict_put_texts (&out, KEY_SINK_DELAY, options->delay);
  dict_put_texts (&out, KEY_SINK_DROP, options->drop);
  return g_variant_ref_sink (g_variant_dict_end (&out));
}

static void
say_where (Session *session, const SinkOptions *options, guint port, const char *folder, const char *fingerprint)
{
  if (session_is_for_programs (session)) {
    JsonBuilder *builder = json_out_begin ();

    json_builder_set_member_name (builder, "host");
    json_builder_add_string_value (builder, "127.0.0.1");
    json_builder_set_member_name (builder, "port");
    json_builder_add_int_value (builder, port);
    json_builder_set_member_name (builder, "dir");
    json_builder_add_string_value (builder, folder);
    json_builder_set_member_name (builder, "fingerprint");
    json_builder_add_string_value (builder, fingerprint);
    json_out_end (builder);
    return;
  }
  printf ("Capturing mail on 127.0.0.1:%u into %s\n", port, folder);
  if (*fingerprint != '\0')
    printf ("Certificate (SHA-256): %s\n", fingerprint);
  printf ("An account for it:\n  postrider account add sink you@example.org --host 127.0.0.1 --port %u --tls %s", port,
          options->has_tls ? "starttls --pin " : "none");
  printf ("%s%s%s\n", options->has_tls ? fingerprint : "",
          options->auth_user != NULL ? " --user "
          : options->has_tls         ? " --user ''"
                                     : " --no-password",
          options->auth_user != NULL ? options->auth_user : "");
  fflush (stdout);
  session_say (session, "Ctrl-C ends it.");
}

static int
sink_run_watch (SinkRun *self, GError **error)
{
  GDBusConnection *connection = g_dbus_proxy_get_connection (G_DBUS_PROXY (self->session->core));
  guint sources[] = { g_unix_signal_add (SIGINT, stop_cb, self), g_unix_signal_add (SIGTERM, stop_cb, self) };
  gulong closed = g_signal_connect (connection, "closed", G_CALLBACK (closed_cb), self);

  if (!g_dbus_connection_is_closed (connection))
    g_main_loop_run (self->loop);
  g_signal_handler_disconnect (connection, closed);
  for (gsize i = 0; i < G_N_ELEMENTS (sources); i++)
    g_source_remove (sources[i]);
  progress_line_hide (self->progress);
  if (session_is_for_programs (self->session)) {
    json_out_count ("received", self->received);
  } else {
    g_autofree char *messages = words_counted (self->received, "message was", "messages were");

    printf ("%s received.\n", messages);
  }
  if (!self->is_lost)
    return 0;
  g_set_error (error, FAULT, FAULT_TEMP, "core went away, and the sink with it; see core.log in the data folder");
  return -1;
}

static int
run_sink (Session *session, const void *values, char **words, GError **error)
{
  const SinkOptions *options = values;
  g_autoptr (GVariant) settings = build_options (options, error);
  g_autofree char *folder = settings != NULL ? make_folder (options, error) : NULL;
  g_autofree char *fingerprint = NULL;
  g_autoptr (ProgressLine) progress = progress_line_new (session->is_quiet || session_is_for_programs (session));
  g_autoptr (GMainLoop) loop = g_main_loop_new (NULL, FALSE);
  SinkRun self = { session, progress, loop };
  guint16 port;
  gulong received;
  int status;

  if (folder == NULL)
    return -1;
  if (options->port > G_MAXUINT16) {
    g_set_error (error, FAULT, FAULT_USAGE, "a port is a number up to 65535");
    return -1;
  }
  if (session_core (session, error) == NULL)
    return -1;
  received = g_signal_connect (session->core, "sink-received", G_CALLBACK (received_cb), &self);
  if (!pr_app1_call_sink_start_sync (session->core, (guint16) options->port, folder, settings, &port, &fingerprint, NULL, error))
    return session_end (FALSE, error);
  say_where (session, options, port, folder, fingerprint);
  status = sink_run_watch (&self, error);
  g_signal_handler_disconnect (session->core, received);
  return status;
}

const Command sink_commands[] = {
  { "sink", "", "A local server that captures mail, for trying things out", 0, 0, sink_options, sizeof (SinkOptions), run_sink,
    "Nothing leaves this machine. It ends with Ctrl-C; the mail stays in the folder.\n"
    "--refuse, --delay and --drop rehearse what servers do: who is refused, tried again later, or unknown (the message may have\n"
    "arrived: look into the folder, then postrider campaign resolve). In a PATTERN, * and ? stand for any characters.\n\n"
    "Examples:\n  postrider sink --port 2525 --dir captured\n"
    "  postrider sink --port 2525 --refuse 'nobody.*' --delay 'later.*' --drop 'lost.*'\n" },
  { 0 },
};
