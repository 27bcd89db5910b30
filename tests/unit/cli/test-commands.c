/* The whole command against fake-core: what it prints, what it leaves with. */
#include <fcntl.h>
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <poll.h>
#include <pty.h>
#include <signal.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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

    if (g_file_test (path, G_FILE_TEST_IS_DIR) && !g_file_test (path, G_FILE_TEST_IS_SYMLINK))
      remove_all (path);
    else
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
  const char *calls;     /* what was asked of campaigns, besides looking; NULL: whatever it was */
} Case;

#define SEND "send --account work --list a --subject s --text F --yes "
#define TEN_FILES "F F F F F F F F F F "

static const Case cases[] = {
  { "done", "account list", NULL, 0, "ann@example.org  smtp.example.org:587  starttls  stored    17/2000 a day", NULL },
  { "done", "account list --json", NULL, 0, "{\"schema\":1,\"accounts\":[{\"name\":\"work\"", NULL },
  { "done", "account list --jsonl", NULL, 0, "{\"schema\":1,\"name\":\"work\"", NULL },
  { "done", "account add a ann@example.org --host h --password-command 'echo so; echo note' --json", NULL, 0, "\"note\":\"so\"", NULL },
  { "done", "account add a ann@example.org smtps://u@h:99 --password-file - --json", "over there\r\n", 0, "\"port\":99", NULL },
  { "done", "account add a ann@example.org --no-password --json", NULL, 0, "\"has_password\":false", NULL },
  { "done", "account add a ann@example.org --no-password", NULL, 0, "Account a: ann@example.org", "Try it: postrider account test a" },
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
  { "done", "template list", NULL, 70, NULL, "do not understand each other" },                 /* a core without that method */
  { "dies", "lists", NULL, 75, NULL, "went away in the middle" },
  { "done", "--json account list", NULL, 0, "{\"schema\":1,\"accounts\":[", NULL },
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
  { "done", SEND, NULL, 0, "3  accepted", "“s” to 4 people of a, by account work", "Prepare Start " },
  { "done", SEND "--detach", NULL, 0, "campaign watch 7", "4 people", "Prepare Start " },
  { "refused", SEND, NULL, 1, "“550 no ?[2J”", "campaign export 7" }, /* the server's words, disarmed */
  { "paused", SEND, NULL, 75, "paused: wrong password", "campaign resume 7" },
  { "later", SEND "--json", NULL, 75, "\"started\":\"2023-11-14T22:13:20Z\"", NULL },
  { "needs-password", SEND, NULL, 77, NULL, "the password of account work is not kept", "Prepare Start Discard " },
  { "cannot-start", SEND, NULL, 75, NULL, "is leaving", "Prepare Start Discard " },
  { "nobody", SEND, NULL, 66, NULL, "nobody is left to send to", "Prepare Discard " },
  { "already", SEND "--once k", NULL, 0, NULL, "has the key “k” already, and is done", "Prepare " },
  { "already", SEND "--once k --json", NULL, 0, "\"already\":true,\"state\":\"done\"", NULL, "Prepare " },
  { "done", "send --account work --list a --subject s --text F", NULL, 64, NULL, "give --yes", "" },
  { "done", "send --account work --list a --subject s --text F", "y\n", 64, NULL, "give --yes", "" }, /* a pipe is nobody */
  { "done", "send --account work --list a --subject s --text F --dry-run", NULL, 0, NULL, "Nothing was sent", "Prepare Discard " },
  { "done", SEND "--dry-run", NULL, 0, NULL, "Nothing was sent", "Prepare Discard " },
  { "done", SEND "-o out", NULL, 64, NULL, "--dry-run", "" },
  { "done", "send --account work --subject s --text F --yes", NULL, 64, NULL, "to whom", "" },
  { "done", "send --account work --list a --text F --yes", NULL, 64, NULL, "what is the subject", "" },
  { "done", "send --account work --list a --title Fair --subject s --text F --yes --json", NULL, 0, "'title': <'Fair'>", NULL },
  { "done", "send --account work --list a --title Fair --subject s --text F --dry-run", NULL, 0, NULL, "“s” to 4 people of a, by account work, called “Fair”", "Prepare Discard " },
  { "done", "send --account work --list a --subject s --text - --html - --yes", "x", 64, NULL, "cannot both", "" },
  { "done", SEND "--per both", NULL, 64, NULL, "person or address", "" },
  { "done", SEND "--give-up 31d", NULL, 64, NULL, "out of range", "" },
  { "done", SEND "--give-up 30d --json", NULL, 0, "'lifetime_s': <uint32 2592000>", NULL },
  { "done", SEND "--rate 30/min --json", NULL, 0, "'per_hour': <uint32 1800>", NULL },
  { "done", SEND "--connections 2 --json", NULL, 0, "'connections': <uint32 2>", NULL },
  { "done", SEND "--connections 0", NULL, 64, NULL, "a whole number from 1", "" }, /* 0 would be as many as there may be */
  { "done", SEND "--connections 4294967296", NULL, 64, NULL, "a whole number", "" },
  { "done", SEND "--except 3 --json", NULL, 0, "'except': <uint64 3>", NULL },
  { "done", SEND "--except 0", NULL, 64, NULL, "from 1", "" },
  { "done", SEND "--refused-of 3 --json", NULL, 0, "'refused_of': <uint64 3>", NULL },
  { "done", SEND "--pause-after 3 --json", NULL, 0, "'pause_after': <uint64 3>", NULL },
  { "done", SEND "--limit 0 --json", NULL, 0, "'limit': <uint64 0>", NULL }, /* nobody, and not everybody */
  { "done", SEND "--exclude-list b c --json", NULL, 0, "'exclude_lists': <['b', 'c']>", NULL },
  { "done", SEND "--where Town=a=b --json", NULL, 0, "'where': <{'Town': 'a=b'}>", NULL },
  { "done", SEND "--per address --json", NULL, 0, "'per': <'address'>", NULL },
  { "done", SEND "--from ann@example.org --json", NULL, 0, "'from': <'ann@example.org'>", NULL },
  { "done", SEND "--reply-to ann@example.org --json", NULL, 0, "'reply_to': <'ann@example.org'>", NULL },
  { "done", SEND "--test-to ann@example.org --json", NULL, 0, "'test_to': <'ann@example.org'>", NULL },
  { "done", SEND "--test-to ann@example.org", NULL, 0, "accepted", "but to ann@example.org" },
  { "done", SEND "--once k --json", NULL, 0, "'once': <'k'>", NULL },
  { "done", SEND "--unsubscribe mailto:a@example.org https://example.org/u --json", NULL, 0, "'unsubscribe': <'mailto:a@example.org, https://example.org/u'>", NULL },
  { "done", "send --account work --list a --subject s --text M --yes --json", NULL, 0, "'text': <'Hello'>", NULL }, /* without its mark */
  { "done", "send --account work --list a --subject s --text N --yes", NULL, 65, NULL, "there is a NUL", "" },
  { "done", "send --account work --list a --subject s --text C --yes", NULL, 65, NULL, "line 2 column 3: there is a control character (U+001B)", "" },
  { "done", "send --account work --list a --subject s --text L --yes", NULL, 65, NULL, "longer than 4 MiB", "" },
  { "done", "send --account work --list a --subject s --text E --yes", NULL, 64, NULL, "the message is empty", "" },
  { "done", SEND "--attach " TEN_FILES TEN_FILES TEN_FILES TEN_FILES "--json", NULL, 0, "('attach', 'F', '", NULL },
  { "done", SEND "--attach " TEN_FILES TEN_FILES TEN_FILES TEN_FILES "F", NULL, 66, NULL, "one file too many", "" },
  { "done", SEND "--attach D", NULL, 66, NULL, "D is no file", "" },
  { "done", SEND "--html D/H --json", NULL, 0, "('inline', 'pic.png', 'image/png'", NULL },
  { "done", SEND "--html K/H", NULL, 66, NULL, "it is a link", "" }, /* a letter leads to no other file of the user's */
  { "done", "send --account work --list a --subject s --yes", NULL, 64, NULL, "what is the message", "" },
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
    "address,name,state,time,reply,attempts,message_id,field.state,phone,reason,version,"
    "account,provider_id,sent,delivered,read,failed,failed_code,bounced,complained,left,answered,away,words\r\n"
    "ann@example.org,Ann,accepted,2026-01-02T03:04:05Z,250 ok,1,<1@example.org>,Bonn,+49301234,,1,work,'=id,S,D,R,F,131026,B,C,L,A,W,\"back, \"\"soon\"\"\"\r\n"
    "bob@example.org,'=Bob,skipped,,,0,,\"a,b\",,suppressed,1,work,,,,,,,,,,,,\r\n", NULL },
  { "done", "campaign export 7 --jsonl", NULL, 0, "\"account\":\"work\",\"provider_id\":\"=id\",\"sent\":\"S\",", NULL },
  { "refused", "campaign show 7", NULL, 0, "2  read       it was opened there\n", NULL },
  { "refused", "campaign show 7 --json", NULL, 0, "\"delivery\":{\"read\":2,", NULL },
  { "done", "campaign export 7 --jsonl", NULL, 0, "\"fields\":{\"state\":\"a,b\",\"phone\":\"\"}}", NULL },
  { "done", "campaign export 7 -o /nonexistent/x", NULL, 73, NULL, "/nonexistent/x cannot be written" },
  { "done", "campaign resolve 7 maybe --all", NULL, 64, NULL, "resend|sent" },
  { "done", "campaign resolve 7 sent", NULL, 64, NULL, "--all or addresses", "" },
  { "done", "campaign resolve 7 resend --all ann@example.org", NULL, 64, NULL, "--all or addresses", "" },
  { "done", "campaign resolve 7 resend ann@example.org", NULL, 0, "1 person: queued again", NULL, "Resolve " },
  { "done", "campaign resolve 7 sent ann@example.org b@example.org", NULL, 0, "2 people: treated as sent", NULL, "Resolve " },
  { "done", "campaign show 0", NULL, 64, NULL, "no number of a campaign" },
  { "done", "campaign export 7 --json -o x", NULL, 64, NULL, "leave -o out" },
  { "done", "suppress add", NULL, 64, NULL, "whose address" },
  { "done", "suppress add ann@example.org --file F", NULL, 64, NULL, "not both" },
  { "done", "suppress remove", NULL, 64, NULL, "whose address" },
  { "done", "suppress export --json", NULL, 64, NULL, "suppress list --json" },
  { "done", "contact forget ann@example.org", NULL, 64, NULL, "say --yes" },
  { "done", "account add a ann@example.org --password-file F --password-command true", NULL, 64, NULL, "both given" },
  { "done", "account add a ann@example.org --password-file E", NULL, 65, NULL, "no password" },
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
  } files[] = { { "F", "Hello" }, { "B", "Gr\xfc\xdf" }, { "H", "<img src=pic.png>" }, { "U", "<img src=../secret.png>" }, { "M", "\xef\xbb\xbf" "Hello" },
                { "C", "a\nb \x1b[2J" }, { "E", "" }, { "D/H", "<img src=pic.png>" }, { "D/pic.png", "x" }, { "K/H", "<img src=pic.png>" } };
  g_autofree char *large = g_strnfill (4 * 1024 * 1024 + 1, 'a');

  g_assert_cmpint (g_chdir (home), ==, 0);
  g_assert_no_errno (g_mkdir ("D", 0700));
  g_assert_no_errno (g_mkdir ("K", 0700));
  g_assert_no_errno (symlink ("../F", "K/pic.png"));
  g_assert_true (g_file_set_contents ("L", large, -1, NULL));
  g_assert_true (g_file_set_contents ("N", "a\0b", 3, NULL));

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autofree char *path = g_build_filename (home, files[i].name, NULL);

    g_assert_true (g_file_set_contents (path, files[i].content, -1, NULL));
  }
}

static void
check_calls (const char *line, const char *expected)
{
  g_autofree char *calls = NULL;

  if (!g_file_get_contents ("calls", &calls, NULL, NULL))
    calls = g_strdup ("");
  if (strcmp (calls, expected) != 0)
    g_error ("“%s”: core was asked for “%s”, not “%s”", line, calls, expected);
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
  if (ran.status != row->status)
    g_error ("“%s” (%s): it left with %d, not %d: %s", row->line, row->mood, ran.status, row->status, ran.err);
  if (row->calls != NULL)
    check_calls (row->line, row->calls);
  if (strstr (row->line, "--rejects R") != NULL) {
    g_autofree char *rejects = NULL;

    g_assert_true (g_file_get_contents ("R", &rejects, NULL, NULL));
    g_assert_cmpstr (rejects, ==, "rejected_row,rejected_reason,E-Mail\r\n3,email: syntax: this is no address,'=cmd|'x'!A0\r\n");
  }
  tear_down (&fixture, NULL);
}

/* --- at a terminal --- */

typedef struct {
  const char *asked, *typed; /* asked NULL: no more */
} Turn;

static const struct {
  const char *mood;
  Turn        turns[4];
  int         status;
  const char *said, *calls;
} talks[] = {
  { "done", { { "[y/N]", "n\n" } }, 64, "Nothing was sent", "Prepare Discard " },
  { "done", { { "[y/N]", "\n" } }, 64, "Nothing was sent", "Prepare Discard " }, /* the capital letter is what Enter says */
  { "done", { { "[y/N]", "\004" } }, 64, "Nothing was sent", "Prepare Discard " }, /* the end of input */
  { "done", { { "[y/N]", "maybe\n" } }, 64, "Nothing was sent", "Prepare Discard " },
  { "done", { { "Send to 4 people now? [y/N]", "y\n" } }, 0, "3  accepted", "Prepare Start " },
  { "done", { { "[y/N]", "Yes\n" } }, 0, "3  accepted", "Prepare Start " },
  { "nobody", { { NULL } }, 66, "nobody is left", "Prepare Discard " },
  { "needs-password", { { "[y/N]", "y\n" }, { "Password of work: ", "wrong\n" }, { "Password of work: ", "right\n" } }, 0, "3  accepted", "Prepare Start Start Start " },
  { "needs-password", { { "[y/N]", "y\n" }, { "Password of work: ", "\n" } }, 64, "no password was typed", "Prepare Start Discard " },
};

static int
open_terminal (pid_t *out_pid)
{
  int terminal = -1;

  *out_pid = forkpty (&terminal, NULL, NULL, NULL);
  if (*out_pid == 0) {
    execl (g_getenv ("POSTRIDER"), "postrider", "send", "--account", "work", "--list", "a", "--subject", "s", "--text", "F", NULL);
    _exit (126);
  }
  return terminal;
}

/* Reads until `asked` is there (NULL: to the end). Returns: FALSE: it has ended. */
static gboolean
listen_for (int terminal, GString *said, const char *asked)
{
  struct pollfd poller = { .fd = terminal, .events = POLLIN };
  char part[4096];
  gssize n;

  while (asked == NULL || strstr (said->str, asked) == NULL) {
    g_assert_cmpint (poll (&poller, 1, 60000), ==, 1);
    n = read (terminal, part, sizeof part);
    if (n <= 0)
      return FALSE;
    g_string_append_len (said, part, n);
  }
  g_string_erase (said, 0, strstr (said->str, asked) + (gssize) strlen (asked) - said->str);
  return TRUE;
}

static void
test_talk (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GString) said = g_string_new (NULL);
  Fixture fixture = { 0 };
  int terminal, status;
  pid_t pid;

  set_up (&fixture, talks[i].mood);
  write_files (fixture.home);
  terminal = open_terminal (&pid);
  for (const Turn *turn = talks[i].turns; turn->asked != NULL; turn++) {
    if (!listen_for (terminal, said, turn->asked))
      g_error ("nobody was asked “%s”: %s", turn->asked, said->str);
    g_assert_cmpint (write (terminal, turn->typed, strlen (turn->typed)), ==, (gssize) strlen (turn->typed));
  }
  listen_for (terminal, said, NULL);
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  close (terminal);
  if (strstr (said->str, talks[i].said) == NULL)
    g_error ("it said “%s”, not “%s”", said->str, talks[i].said);
  g_assert_cmpint (WIFEXITED (status) ? WEXITSTATUS (status) : -1, ==, talks[i].status);
  check_calls (talks[i].turns[0].typed, talks[i].calls);
  tear_down (&fixture, NULL);
}

/* A full disk behind us must not look like success. */
static void
test_full (void)
{
  g_autoptr (GSubprocessLauncher) launcher = NULL;
  g_autoptr (GSubprocess) command = NULL;
  g_autofree char *err = NULL;
  Fixture fixture = { 0 };

  set_up (&fixture, "done");
  launcher = g_subprocess_launcher_new (G_SUBPROCESS_FLAGS_STDERR_PIPE);
  g_subprocess_launcher_set_stdout_file_path (launcher, "/dev/full");
  command = g_subprocess_launcher_spawn (launcher, NULL, g_getenv ("POSTRIDER"), "account", "list", NULL);
  g_assert_true (g_subprocess_communicate_utf8 (command, NULL, NULL, NULL, &err, NULL));
  g_assert_cmpint (g_subprocess_get_exit_status (command), ==, 74);
  g_assert_nonnull (strstr (err, "could not be written"));
  tear_down (&fixture, NULL);
}

/* --- interrupted --- */

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
  check_calls ("send", "Prepare Start Pause ");
  tear_down (&fixture, NULL);
}

/* Who only looks on stops looking, and not the campaign. */
static void
test_onlooker (void)
{
  g_autoptr (GSubprocess) command = NULL;
  g_auto (Ran) ran = { 0 };
  char first[64];
  Fixture fixture = { 0 };

  set_up (&fixture, "endless");
  write_files (fixture.home);
  run (&ran, NULL, SEND "--detach");
  command = g_subprocess_new (G_SUBPROCESS_FLAGS_STDOUT_PIPE, NULL, g_getenv ("POSTRIDER"), "campaign", "watch", "7", "--jsonl", NULL);
  g_assert_cmpint (g_input_stream_read (g_subprocess_get_stdout_pipe (command), first, sizeof first, NULL, NULL), >, 0); /* it looks */
  g_subprocess_send_signal (command, SIGINT);
  g_assert_true (g_subprocess_wait (command, NULL, NULL));
  g_assert_true (g_subprocess_get_if_exited (command));
  g_assert_cmpint (g_subprocess_get_exit_status (command), ==, 75);
  check_calls ("campaign watch", "Prepare Start ");
  tear_down (&fixture, NULL);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_setenv ("LC_ALL", "C.UTF-8", TRUE);
  g_setenv ("TZ", "UTC", TRUE);
  for (gsize i = 0; i < G_N_ELEMENTS (talks); i++) {
    g_autofree char *path = g_strdup_printf ("/cli/commands/terminal-%02" G_GSIZE_FORMAT, i);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_talk);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strdup_printf ("/cli/commands/%02" G_GSIZE_FORMAT, i);

    g_test_add_data_func (path, &cases[i], test_case);
  }
  g_test_add_func ("/cli/commands/full", test_full);
  g_test_add_func ("/cli/commands/interrupt", test_interrupt);
  g_test_add_func ("/cli/commands/onlooker", test_onlooker);
  return g_test_run ();
}
