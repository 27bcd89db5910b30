/* The whole command against fake-core: what it prints, what it leaves with. */
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <signal.h>


typedef struct {
  char        *home;
  GSubprocess *core;
} Fixture;

static void
set_up (Fixture *self, gconstpointer mood)
{
  g_autofree char *socket = NULL;
  g_autoptr (GError) error = NULL;
  char line[8] = "";

  self->home = g_dir_make_tmp ("cli-XXXXXX", NULL);
  socket = g_build_filename (self->home, "core.sock", NULL);
  g_setenv ("POSTRIDER_HOME", self->home, TRUE);
  self->core = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, &error, g_getenv ("FAKE_CORE"), socket, mood, NULL);
  g_assert_no_error (error);
  g_assert_cmpint (g_input_stream_read (g_subprocess_get_stdout_pipe (self->core), line, 6, NULL, &error), ==, 6);
}

static void
remove_all (const char *folder)
{
  g_autoptr (GDir) dir = g_dir_open (folder, 0, NULL);
  const char *name;

  while (dir != NULL && (name = g_dir_read_name (dir)) != NULL) {
    g_autofree char *path = g_build_filename (folder, name, NULL);

    g_unlink (path);
  }
  g_rmdir (folder);
}

static void
tear_down (Fixture *self, gconstpointer mood)
{
  g_subprocess_force_exit (self->core);
  g_subprocess_wait (self->core, NULL, NULL);
  g_clear_object (&self->core);
  remove_all (self->home);
  g_free (self->home);
}

typedef struct {
  char *out, *err;
  int   status;
} Ran;

static void
ran_clear (Ran *self)
{
  g_free (self->out);
  g_free (self->err);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Ran, ran_clear)

/* line: words as a shell would split them. */
static void
run (Ran *ran, const char *input, const char *line)
{
  g_autofree char *whole = g_strdup_printf ("'%s' %s", g_getenv ("POSTRIDER"), line);
  g_autoptr (GSubprocess) command = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) words = NULL;

  g_assert_true (g_shell_parse_argv (whole, NULL, &words, NULL));
  command = g_subprocess_newv ((const char *const *) words,
                               G_SUBPROCESS_FLAGS_STDIN_PIPE | G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, &error);
  g_assert_no_error (error);
  g_assert_true (g_subprocess_communicate_utf8 (command, input, NULL, &ran->out, &ran->err, &error));
  g_assert_true (g_subprocess_get_if_exited (command));
  ran->status = g_subprocess_get_exit_status (command);
}

typedef struct {
  const char *mood, *line, *input;
  int         status;
  const char *out, *err; /* parts of them; NULL: must be empty */
} Case;

#define SEND "send --account work --list a --subject s --text F --yes "

static const Case cases[] = {
  { "done", "account list", NULL, 0, "ann@example.org  smtp.example.org:587  starttls  stored    17/2000 a day", NULL },
  { "done", "account list --json", NULL, 0, "{\"schema\":1,\"accounts\":[{\"name\":\"work\"", NULL },
  { "done", "account list --jsonl", NULL, 0, "{\"schema\":1,\"name\":\"work\"", NULL },
  { "done", "account add a ann@example.org --host h --password-command 'echo so; echo note' --json", NULL, 0, "\"note\":\"so\"", NULL },
  { "done", "account add a ann@example.org smtps://u@h:99 --password-file - --json", "over there\r\n", 0, "\"port\":99", NULL },
  { "done", "account add a ann@example.org --no-password --json", NULL, 0, "\"has_password\":false", NULL },
  { "done", "account add a ann@example.org --password-command 'exit 3'", NULL, 69, NULL, "status 3" },
  { "done", "account add a ann@example.org --password-command true", NULL, 65, NULL, "no password" },
  { "done", "account add a ann@example.org", NULL, 64, NULL, "no terminal" },
  { "done", "account add a ann@example.org --password x", NULL, 64, NULL, "no password on the command line" },
  { "done", "account add a ann@example.org smtp://u:x@h", NULL, 64, NULL, "holds a password" },
  { "done", "account add a ann@example.org --tls ssl", NULL, 64, NULL, "starttls, implicit or none" },
  { "done", "account add a ann@example.org --help", NULL, 0, "\n      --connections N           at the same time, at most\n      --per-minute N ", NULL },
  { "done", "help account set", NULL, 0, "      --display-name NAME       the name beside the address, where send has no --from\n      --address ADDRESS         the sender\n", NULL },
  { "done", "account add a ann@example.org --port 70000", NULL, 64, NULL, "from 1 to 65535" },
  { "done", "account add a ann@example.org --port x", NULL, 64, NULL, "--port takes a whole number from 1, not “x”" },
  { "done", "account add a ann@example.org --hots h", NULL, 64, NULL, "did you mean --host?" },
  { "done", "account add a ann@example.org --kind smtp", NULL, 64, NULL, "there is no option --kind" }, /* of one there is no choice */
  { "done", "account add a ann@example.org smtp://h --tls none", NULL, 64, NULL, "says host, port and TLS already" },
  { "done", "account set work --per-day 0 --helo '' --json", NULL, 0, "\"per_day\":0", NULL },
  { "done", "account set work --helo '' --json", NULL, 0, "\"helo\":\"\"", NULL },
  { "done", "account set work", NULL, 64, NULL, "nothing to change" },
  { "done", "account set work --insecure --address b@example.org --json", NULL, 0, "\"insecure\":true", NULL },
  { "two-kinds", "account add --help", NULL, 0, "--paper-ink WORD          of which letters are made\n      --copies N ", NULL },
  { "two-kinds", "account add --help", NULL, 0, "--kind WORD               smtp | paper\n", NULL },
  { "two-kinds", "account set --help", NULL, 0, "--per-week N              letters in any week, at most\n      --address ADDRESS", NULL },
  { "two-kinds", "account add a +49301234567 --kind paper --folded --copies 3 --no-password --json", NULL, 0, "\"kind\":\"paper\"", NULL },
  { "two-kinds", "account add a +49301234567 --kind paper --json", NULL, 0, "\"has_password\":false", NULL }, /* it has none, so none is asked for */
  { "two-kinds", "account add a +49301234567 --folded --copies 3 --no-password --json", NULL, 0, "\"copies\":3", NULL },
  { "two-kinds", "account set a --paper-ink blue --json", NULL, 0, "\"paper_ink\":\"blue\"", NULL },
  { "two-kinds", "account set a --paper-ink red", NULL, 64, NULL, "--paper-ink is black or blue, not “red”" },
  { "two-kinds", "account set a --copies 10", NULL, 64, NULL, "--copies is a number from 1 to 9" },
  { "two-kinds", "account set a --folded=yes", NULL, 64, NULL, "takes no value" },
  { "done", "account add a", NULL, 64, NULL, "account add NAME ADDRESS" },
  { "done", "account list extra", NULL, 64, NULL, "“extra” is too much" },
  { "done", "acount list", NULL, 64, NULL, "did you mean “account list”" },
  { "done", "lists", NULL, 74, NULL, "postrider: the disk is full: make room and try again\n" }, /* core's sentence, its status, nothing around it */
  { "done", "vault status", NULL, 70, NULL, "do not understand each other" },                  /* a core without that method */
  { "newer", "account list", NULL, 69, NULL, "a newer Postrider (99.0)" },
  { "done", "import - --list a --json", "x\ny\n", 0, "\"rejected\":{\"syntax\":1}", NULL },
  { "done", "import - --list a --json", "x\ny\n", 0, "\"unchanged\":4", NULL }, /* a pipe becomes a file */
  { "done", "import - --list a", "x", 0, "row 3: this is no address", "They are in the list" },
  { "done", "import - --list a --rejects R", "x", 0, "people are new", "They are in the list" },
  { "done", "import - --list a", "x", 0, "1  row was the same person", "1 row read" },
  { "done", "import /nonexistent --list a", NULL, 66, NULL, "/nonexistent cannot be read: No such file" },
  { "done", "import / --list a", NULL, 66, NULL, "is a folder" },
  { "done", "import F", NULL, 64, NULL, "--list NAME" },
  { "done", "import F --list a --map mail=x", NULL, 64, NULL, "--map knows" },
  { "done", "import - --list a --json --map email=Mail,unused=Notes,field=Name,unused=3", "x", 0, "\"fields\":[\"{'Notes': 'unused', 'Name': 'field', '3': 'unused'}\"]", NULL },
  { "done", SEND "--json", NULL, 0, "{\"campaign\":7,\"schema\":1,", NULL },
  { "done", SEND "--jsonl", NULL, 0, "\"state\":\"sending\"", NULL },
  { "done", SEND, NULL, 0, "3  accepted", "“s” to 4 people of a, by account work" },
  { "done", SEND "--detach", NULL, 0, "campaign watch 7", "4 people" },
  { "refused", SEND, NULL, 1, "“550 no ?[2J”", "campaign export 7" }, /* the server's words, disarmed */
  { "paused", SEND, NULL, 75, "paused: wrong password", "campaign resume 7" },
  { "later", SEND "--json", NULL, 75, "\"started\":\"2023-11-14T22:13:20Z\"", NULL },
  { "needs-password", SEND, NULL, 77, NULL, "the password of account work is not kept" },
  { "done", "send --account work --list a --subject s --text F", NULL, 64, NULL, "give --yes" },
  { "done", "send --account work --list a --subject s --text F --dry-run", NULL, 0, NULL, "Nothing was sent" },
  { "done", "send --account work --list a --subject s", NULL, 64, NULL, "what is the message" },
  { "done", "send --list a --subject s --text F", NULL, 64, NULL, "by which account" },
  { "done", SEND "--rate fast", NULL, 64, NULL, "is no pace" },
  { "done", SEND "--attach /nonexistent", NULL, 66, NULL, "the attachment /nonexistent" },
  { "done", SEND "--html H", NULL, 66, NULL, "the picture “pic.png”" },
  { "done", SEND "--html U", NULL, 65, NULL, "leads out of the folder" },
  { "done", SEND "--text B", NULL, 64, NULL, "twice" },
  { "done", "send --account work --list a --subject s --text B --yes", NULL, 65, NULL, "is not UTF-8" },
  { "done", SEND "--where Town=a --where town=b", NULL, 64, NULL, "one field twice" },
  /* core calls it `date` in one dictionary and `time` in the other; read by the wrong word it was an empty one */
  { "done", "contact show ann@example.org", NULL, 0, "all: asked (cli, 2026-01-03 03:04)", NULL },
  { "done", "contact show ann@example.org", NULL, 0, "the fair (2026-01-02 03:04)", NULL },
  { "done", "contact show ann@example.org", NULL, 0, "#6 Anna <anna@example.org>", NULL },
  { "done", "contact show ann@example.org", NULL, 0, "7  2026-01-04 03:04  accepted  Hello    250 ok", NULL },
  { "done", "contact show ann@example.org --json", NULL, 0, "\"date\":\"2026-01-03T03:04:05Z\"", NULL },
  { "done", "suppress list", NULL, 0, "cli     2026-01-03 03:04", NULL },
  { "done", "suppress list --json", NULL, 0, "\"time\":\"2026-01-03T03:04:05Z\"", NULL },
  { "done", "campaign show 7 --json", NULL, 0, "{\"schema\":1,\"id\":7,\"state\":\"done\"", NULL },
  { "pausing", "campaign show 7", NULL, 0, "pausing, 1 message still on the way: wrong password", NULL },
  { "pausing", "campaign show 7 --json", NULL, 0, "\"state\":\"paused\"", NULL }, /* programs know the word */
  { "paused", "campaign show 7", NULL, 0, "\npaused: wrong password", NULL },
  { "done", "campaign show 8", NULL, 66, NULL, "there is no campaign 8" },
  { "done", "campaign show x", NULL, 64, NULL, "no number of a campaign" },
  { "done", "campaign watch 7", NULL, 0, "3  accepted", "export 7" },
  { "done", "campaign export 7", NULL, 0,
    "address,name,state,time,reply,attempts,message_id,field.state,phone,reason,version\r\n"
    "ann@example.org,Ann,accepted,2026-01-02T03:04:05Z,250 ok,1,<1@example.org>,Bonn,+49301234,,1\r\n"
    "bob@example.org,'=Bob,skipped,,,0,,\"a,b\",,suppressed,1\r\n", NULL },
  { "done", "campaign export 7 --jsonl", NULL, 0, "\"fields\":{\"state\":\"a,b\",\"phone\":\"\"}}", NULL },
  { "done", "campaign export 7 -o /nonexistent/x", NULL, 73, NULL, "/nonexistent/x cannot be written" },
  { "done", "campaign resolve 7 maybe --all", NULL, 64, NULL, "resend|sent" },
  { "done", "campaign resolve 7 sent", NULL, 64, NULL, "--all or addresses" },
  { "done", "app", NULL, 0, NULL, "The window is open." },
  { "done", "app --stay", NULL, 0, NULL, "The window is open." },
  { "done", "app --json", NULL, 0, "{\"schema\":1,\"open\":true}", NULL },
  { "done", "app now", NULL, 64, NULL, "too much" },
  { "done", "--version", NULL, 0, "postrider ", NULL },
  { "done", "help send", NULL, 0, "Examples:", NULL },
  { "done", "send --bogus --help", NULL, 64, NULL, "no option --bogus" },
};

static void
write_files (const char *home)
{
  static const struct {
    const char *name, *content;
  } files[] = { { "F", "Hello" }, { "B", "Gr\xfc\xdf" }, { "H", "<img src=pic.png>" }, { "U", "<img src=../secret.png>" } };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_build_filename (home, files[i].name, NULL);

    g_assert_true (g_file_set_contents (path, files[i].content, -1, NULL));
  }
  g_assert_cmpint (g_chdir (home), ==, 0);
}

static void
check_part (const Case *row, const char *what, const char *text, const char *part)
{
  if (part == NULL ? *text != '\0' : strstr (text, part) == NULL)
    g_error ("“%s” (%s): %s is “%s”, not “%s”", row->line, row->mood, what, text, part != NULL ? part : "");
}

static void
test_case (gconstpointer data)
{
  const Case *row = data;
  g_auto (Ran) ran = { 0 };
  Fixture fixture = { 0 };

  set_up (&fixture, row->mood);
  write_files (fixture.home);
  run (&ran, row->input, row->line);
  check_part (row, "out", ran.out, row->out);
  check_part (row, "err", ran.err, row->err);
  g_assert_cmpint (ran.status, ==, row->status);
  if (strstr (row->line, "--rejects R") != NULL) {
    g_autofree char *rejects = NULL;

    g_assert_true (g_file_get_contents ("R", &rejects, NULL, NULL));
    g_assert_cmpstr (rejects, ==, "rejected_row,rejected_reason,E-Mail\r\n3,email: syntax: this is no address,'=cmd|'x'!A0\r\n");
  }
  tear_down (&fixture, NULL);
}

/* Ctrl-C while sending: the campaign is paused, and the way back is named. */
static void
test_interrupt (void)
{
  g_autoptr (GSubprocess) command = NULL;
  g_autofree char *out = NULL, *err = NULL;
  Fixture fixture = { 0 };

  set_up (&fixture, "endless");
  write_files (fixture.home);
  command = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE | G_SUBPROCESS_FLAGS_STDERR_PIPE, NULL, g_getenv ("POSTRIDER"), "send", "--account", "work",
                              "--list", "a", "--subject", "s", "--text", "F", "--yes", NULL);
  g_usleep (700000);
  g_subprocess_send_signal (command, SIGINT);
  g_assert_true (g_subprocess_communicate_utf8 (command, NULL, NULL, &out, &err, NULL));
  g_assert_true (g_subprocess_get_if_exited (command));
  g_assert_cmpint (g_subprocess_get_exit_status (command), ==, 75);
  g_assert_nonnull (strstr (out, "paused"));
  g_assert_nonnull (strstr (err, "Pausing"));
  g_assert_nonnull (strstr (err, "postrider campaign resume 7"));
  tear_down (&fixture, NULL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_setenv ("TZ", "UTC", TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/cli/commands/%02" G_GSIZE_FORMAT, i);

    g_test_add_data_func (path, &cases[i], test_case);
  }
  g_test_add_func ("/cli/commands/interrupt", test_interrupt);
  return g_test_run ();
}
