#include "prompt.h"

#include "fault.h"
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <termios.h>
#include <unistd.h>

#define TRIES_MAX 3

static volatile sig_atomic_t caught_signal;

static void
catch_cb (int number)
{
  caught_signal = number;
}

static const int caught[] = { SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP };

/* One line, an octet at a time: what is typed ahead stays in the terminal. Returns: its length, or -1. */
static gssize
read_line (int fd, char *buffer, gsize size)
{
  gsize len = 0;

  while (len < size && caught_signal == 0) {
    gssize n = read (fd, buffer + len, 1);

    if (n < 0 && errno == EINTR)
      continue;
    if (n <= 0)
      return n == 0 && len > 0 ? (gssize) len : -1;
    if (buffer[len] == '\n')
      return (gssize) len;
    len++;
  }
  return -1;
}

/* The question comes when nothing is shown any more: what is typed ahead of that is dropped, and what is typed behind it is not seen. */
static gssize
read_hidden (int fd, const char *question, char *buffer, gsize size)
{
  struct sigaction before[G_N_ELEMENTS (caught)];
  struct sigaction action = { .sa_handler = catch_cb }; /* no SA_RESTART: read() must return */
  struct termios shown, hidden;
  gssize len;

  if (tcgetattr (fd, &shown) != 0)
    return -1;
  caught_signal = 0;
  for (gsize i = 0; i < G_N_ELEMENTS (caught); i++)
    sigaction (caught[i], &action, &before[i]);
  hidden = shown;
  hidden.c_lflag &= (tcflag_t) ~(ECHO | ECHONL);
  tcsetattr (fd, TCSAFLUSH, &hidden);
  dprintf (fd, "%s: ", question);
  len = read_line (fd, buffer, size);
  tcsetattr (fd, TCSAFLUSH, &shown);
  for (gsize i = 0; i < G_N_ELEMENTS (caught); i++)
    sigaction (caught[i], &before[i], NULL);
  return len;
}

SecretBytes *
prompt_secret (const char *question, GError **error)
{
  char buffer[SECRET_BYTES_MAX + 1];
  SecretBytes *secret = NULL;
  int fd = open ("/dev/tty", O_RDWR | O_CLOEXEC | O_NOCTTY);
  gssize len;

  if (fd < 0) {
    g_set_error (error, FAULT, FAULT_USAGE,
                 "there is no terminal to ask for a password; use --password-file or --password-command");
    return NULL;
  }
  len = read_hidden (fd, question, buffer, sizeof buffer);
  dprintf (fd, "\n");
  close (fd);
  if (caught_signal != 0)
    raise (caught_signal); /* the terminal is as before: now leave, or stop, as was asked */
  if (len > 0)
    secret = secret_bytes_new (buffer, (gsize) len);
  else
    g_set_error (error, FAULT, FAULT_USAGE, "no password was typed; nothing was changed");
  explicit_bzero (buffer, sizeof buffer);
  return secret;
}

SecretBytes *
prompt_secret_twice (const char *question, GError **error)
{
  g_autofree char *again = g_strconcat (question, " (again)", NULL);

  for (guint i = 0; i < TRIES_MAX; i++) {
    g_autoptr (SecretBytes) first = prompt_secret (question, error);
    g_autoptr (SecretBytes) second = first != NULL ? prompt_secret (again, error) : NULL;

    if (second == NULL)
      return NULL;
    if (strcmp (secret_bytes_peek (first), secret_bytes_peek (second)) == 0)
      return g_steal_pointer (&first);
    fputs ("The two are not the same. Once more.\n", stderr);
  }
  g_set_error (error, FAULT, FAULT_USAGE, "the passwords were never the same; nothing was changed");
  return NULL;
}

gboolean
prompt_yes (const char *question)
{
  char answer[16] = "";

  fprintf (stderr, "%s [y/N] ", question);
  fflush (stderr);
  return fgets (answer, sizeof answer, stdin) != NULL && (answer[0] == 'y' || answer[0] == 'Y');
}

const Option prompt_options[] = {
  { "yes", 'y', OPTION_FLAG, G_STRUCT_OFFSET (PromptOptions, is_yes), NULL, "do not ask" },
  { 0 },
};

gboolean
prompt_agreed (gboolean has_terminal, const PromptOptions *options, const char *question, GError **error)
{
  if (options->is_yes || (has_terminal && prompt_yes (question)))
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, has_terminal ? "nothing was changed" : "this cannot be undone, and nobody can be asked here: say --yes; nothing was changed");
  return FALSE;
}
