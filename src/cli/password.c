#include "password.h"

#include "fault.h"
#include "prompt.h"
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

gboolean
password_is_given (const PasswordSource *source)
{
  return source->file != NULL || source->command != NULL;
}

/* A file may hold more than one line (a note behind the password): the first one counts. */
static SecretBytes *
take_first_line (SecretBytes *whole, const char *from, GError **error)
{
  gsize len = strcspn (secret_bytes_peek (whole), "\r\n");
  SecretBytes *line = len > 0 ? secret_bytes_new (secret_bytes_peek (whole), len) : NULL;

  secret_bytes_free (whole);
  if (line == NULL)
    g_set_error (error, FAULT, FAULT_DATA, "%s gave no password: its first line is empty", from);
  return line;
}

static SecretBytes *
read_file (const char *path, GError **error)
{
  gboolean is_stdin = strcmp (path, "-") == 0;
  int fd = is_stdin ? STDIN_FILENO : open (path, O_RDONLY | O_CLOEXEC | O_NOCTTY);
  SecretBytes *whole;

  if (fd < 0) {
    g_set_error (error, FAULT, FAULT_NO_INPUT, "the password file %s cannot be read: %s", path, g_strerror (errno));
    return NULL;
  }
  whole = secret_bytes_read_fd (fd, TRUE, error);
  if (!is_stdin)
    close (fd);
  return whole != NULL ? take_first_line (whole, is_stdin ? "standard input" : path, error) : NULL;
}

static SecretBytes *
read_command (const char *command, GError **error)
{
  const char *const words[] = { "/bin/sh", "-c", command, NULL };
  g_autoptr (GError) local = NULL;
  SecretBytes *whole;
  GPid pid;
  int fd, status;

  if (!g_spawn_async_with_pipes (NULL, (char **) words, NULL, G_SPAWN_DO_NOT_REAP_CHILD | G_SPAWN_CHILD_INHERITS_STDIN,
                                 NULL, NULL, &pid, NULL, &fd, NULL, &local)) {
    g_set_error (error, FAULT, FAULT_OS, "the password command could not be started: %s", local->message);
    return NULL;
  }
  whole = secret_bytes_read_fd (fd, TRUE, error);
  close (fd);
  while (waitpid (pid, &status, 0) < 0 && errno == EINTR)
    ;
  if (whole != NULL && (!WIFEXITED (status) || WEXITSTATUS (status) != 0)) {
    g_set_error (error, FAULT, FAULT_UNAVAILABLE, "the password command failed (status %d); run it by itself to see why",
                 WIFEXITED (status) ? WEXITSTATUS (status) : 128 + WTERMSIG (status));
    g_clear_pointer (&whole, secret_bytes_free);
  }
  return whole != NULL ? take_first_line (whole, "the password command", error) : NULL;
}

SecretBytes *
password_read (const PasswordSource *source, const char *question, gboolean is_new, GError **error)
{
  if (source->file != NULL && source->command != NULL) {
    g_set_error (error, FAULT, FAULT_USAGE, "--password-file and --password-command were both given; leave one out");
    return NULL;
  }
  if (source->file != NULL)
    return read_file (source->file, error);
  if (source->command != NULL)
    return read_command (source->command, error);
  return is_new ? prompt_secret_twice (question, error) : prompt_secret (question, error);
}
