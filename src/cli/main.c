/* The command `postrider`: one command of the table is found, its words are sorted, it runs, its error becomes one sentence. */
#include "commands.h"
#include "fault.h"
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <unistd.h>

static int
cli_fail (GError *error)
{
  fflush (stdout);
  fprintf (stderr, "postrider: %s\n", error->message);
  return fault_exit_status (error);
}

static gboolean
check_words (const Command *command, char **words, GError **error)
{
  guint n = g_strv_length (words);

  if (n < command->min_words)
    g_set_error (error, FAULT, FAULT_USAGE, "something is missing: postrider %s %s", command->name, command->arguments);
  else if (n > command->max_words)
    g_set_error (error, FAULT, FAULT_USAGE, "“%s” is too much: postrider %s %s", words[command->max_words], command->name,
                 command->arguments);
  return n >= command->min_words && n <= command->max_words;
}

static int
cli_run (Session *session, const Command *command, const char *const *words, gpointer values, GError **error)
{
  g_autoptr (GError) problem = NULL;
  gboolean is_drawn = command->draw == NULL || command->draw (session, &problem);
  OptionSet drawn = session->form != NULL ? account_form_get_set (session->form) : (OptionSet){ NULL, NULL };
  const OptionSet sets[] = { { session_options, session }, { command->options, values }, drawn, { NULL, NULL } };
  g_auto (GStrv) names = options_parse (sets, words, command->max_words == 0, error);

  if (session->wants_help) {
    g_clear_error (error);
    command_help (session, command);
    return 0;
  }
  if (!is_drawn) {
    g_clear_error (error);
    g_propagate_error (error, g_steal_pointer (&problem));
    return -1;
  }
  if (names == NULL || !check_words (command, names, error))
    return -1;
  if (session->is_jsonl)
    session->is_json = FALSE;
  return command->run (session, values, names, error);
}

/* A full disk or a closed pipe behind us must not look like success. */
static int
close_output (int status)
{
  if (fflush (stdout) == 0 && !ferror (stdout))
    return status;
  if (errno != EPIPE)
    fprintf (stderr, "postrider: the output could not be written: %s\n", g_strerror (errno));
  return status == 0 ? FAULT_IO : status;
}

static int
run_special (Session *session, const char *const *words, GError **error)
{
  g_autofree char *text = NULL;
  gsize n;

  if (words[0] == NULL || strcmp (words[0], "--help") == 0 || strcmp (words[0], "-h") == 0 ||
      (strcmp (words[0], "help") == 0 && words[1] == NULL)) {
    command_overview ();
    return words[0] == NULL ? FAULT_USAGE : 0;
  }
  if (strcmp (words[0], "--version") == 0) {
    puts ("postrider " POSTRIDER_VERSION);
    return 0;
  }
  if (strcmp (words[0], "help") == 0 && command_find (words + 1, &n) != NULL) {
    command_help (session, command_find (words + 1, &n));
    return 0;
  }
  text = command_unknown (words);
  g_set_error (error, FAULT, FAULT_USAGE, "%s", text);
  return -1;
}

/* "postrider --json lists": options that every command has may stand before it, too. Moves them behind. */
static void
move_options_behind (int argc, char *argv[])
{
  static const char *const movable[] = { "--json", "--jsonl", "--quiet", "-q", NULL };

  for (int moved = 1; moved < argc && g_strv_contains (movable, argv[1]); moved++) {
    char *option = argv[1];

    memmove (argv + 1, argv + 2, (gsize) (argc - 2) * sizeof *argv);
    argv[argc - 1] = option;
  }
}

/* A password passes through here: no core dump keeps it, no other program of the user reads it out of us. */
static void
close_memory (void)
{
#ifndef POSTRIDER_SANITIZED /* the leak checker traces its own process */
  prctl (PR_SET_DUMPABLE, 0);
#endif
}

/* Where both go to one place, a remark must not come before what was printed earlier. */
static void
keep_order (void)
{
  struct stat out, err;

  if (fstat (STDOUT_FILENO, &out) == 0 && fstat (STDERR_FILENO, &err) == 0 && out.st_dev == err.st_dev && out.st_ino == err.st_ino)
    setvbuf (stdout, NULL, _IOLBF, BUFSIZ);
}

int
main (int argc, char *argv[])
{
  const char *const *words = (const char *const *) argv + MIN (argc, 1);
  g_autoptr (GError) error = NULL;
  Session session = { 0 };
  const Command *command;
  gsize n_words = 0;
  int status;

  close_memory ();
  keep_order ();
  setlocale (LC_ALL, "");
  move_options_behind (argc, argv);
  signal (SIGPIPE, SIG_IGN); /* core going away is an error like others; so is a closed pipe behind us */
  fault_quark ();
  session.has_terminal = isatty (STDIN_FILENO) && isatty (STDERR_FILENO);
  command = command_find (words, &n_words);
  if (command != NULL) {
    gpointer values = g_malloc0 (MAX (command->values_size, 1));

    status = cli_run (&session, command, words + n_words, values, &error);
    options_clear (command->options, values);
    g_free (values);
  } else {
    status = run_special (&session, words, &error);
  }
  session_clear (&session);
  return close_output (status >= 0 ? status : cli_fail (error));
}
