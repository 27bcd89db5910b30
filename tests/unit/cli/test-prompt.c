/* A password that is typed at a terminal: taken to the end of the line, not shown, and nothing of it stays where it was read. */
#include "prompt.h"

#include "leftover.h"
#include <signal.h>
#include <stdlib.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>

#define TYPED_LEN 480 /* below a line's limit in a terminal */

/* In a session of its own, with the terminal as its own. Returns: exit status. */
static int
ask (const char *terminal, const Leftover *leftover)
{
  SecretBytes *secret;
  gboolean is_there;

  if (prctl (PR_SET_PDEATHSIG, SIGKILL) != 0 || setsid () < 0 || ioctl (open (terminal, O_RDWR), TIOCSCTTY, 0) != 0)
    return 10;
  secret = prompt_secret ("Password", NULL);
  if (secret_bytes_get_length (secret) != TYPED_LEN)
    return 11;
  is_there = leftover_is_there (leftover);
  secret_bytes_free (secret);
  return !is_there ? 12 : leftover_is_there (leftover) ? 13 : 0;
}

static void
read_until (int terminal, GString *shown, const char *end)
{
  while (strstr (shown->str, end) == NULL) {
    char part[256];
    gssize n = read (terminal, part, sizeof part);

    g_assert_cmpint (n, >, 0);
    g_string_append_len (shown, part, n);
  }
}

/* The question is written before the terminal stops to show, and what was typed before that is thrown away. */
static void
wait_until_hidden (int terminal)
{
  struct termios now = { .c_lflag = ECHO };

  while (tcgetattr (terminal, &now) == 0 && (now.c_lflag & ECHO) != 0)
    g_usleep (1000);
}

static void
type (int terminal, const Leftover *leftover)
{
  char text[TYPED_LEN + 1];

  leftover_put (leftover, text, TYPED_LEN);
  text[TYPED_LEN] = '\n';
  g_assert_cmpint (write (terminal, text, sizeof text), ==, sizeof text);
}

static void
test_typed (void)
{
  int terminal = posix_openpt (O_RDWR | O_NOCTTY | O_CLOEXEC), status = 0;
  g_autoptr (GString) shown = g_string_new (NULL);
  g_autofree char *name = NULL;
  Leftover leftover;
  pid_t pid;

  g_assert_cmpint (terminal, >=, 0);
  g_assert_cmpint (grantpt (terminal), ==, 0);
  g_assert_cmpint (unlockpt (terminal), ==, 0);
  name = g_strdup (ptsname (terminal));
  leftover_make (&leftover);
  pid = fork ();
  if (pid == 0)
    _exit (ask (name, &leftover));
  read_until (terminal, shown, "Password: ");
  wait_until_hidden (terminal);
  type (terminal, &leftover);
  read_until (terminal, shown, "\n"); /* what is behind the answer */
  g_assert_cmpint (waitpid (pid, &status, 0), ==, pid);
  g_assert_true (WIFEXITED (status));
  g_assert_cmpint (WEXITSTATUS (status), ==, 0);
  g_assert_cmpstr (shown->str, ==, "Password: \r\n"); /* not an octet of it */
  close (terminal);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/prompt/control", leftover_check_control);
  g_test_add_func ("/cli/prompt/typed", test_typed);
  return g_test_run ();
}
