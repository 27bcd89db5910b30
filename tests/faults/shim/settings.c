/* settings.c - what POSTRIDER_FAULTS says, and which call fails by it. */
#include "shim.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

ShimSettings shim_settings;

static const char *const kinds[KIND_COUNT] = { "write", "fsync", "open", "name", "socket", "malloc" };
static const char *const whos[WHO_COUNT] = { "core", "cli", "smtp", "dial", "import" };

static const char *
take (const char *from, char until, char *out, size_t size)
{
  const char *end = strchrnul (from, until);

  snprintf (out, size, "%.*s", (int) (end - from), from);
  return *end != '\0' ? end + 1 : end;
}

static int
find_word (const char *const *words, int count, const char *word)
{
  for (int i = 0; i < count; i++)
    if (strcmp (words[i], word) == 0)
      return i;
  return -1;
}

static int
find_me (void)
{
  const char *name = program_invocation_short_name;

  return strcmp (name, "postrider") == 0 ? WHO_CLI : strncmp (name, "postrider-", 10) == 0 ? find_word (whos, WHO_COUNT, name + 10) : -1;
}

static void
read_failure (const char *text)
{
  char kind[16], who[16], number[24];

  text = take (text, ':', kind, sizeof kind);
  text = take (text, ':', who, sizeof who);
  text = take (text, ':', number, sizeof number);
  text = take (text, ':', shim_settings.mode, sizeof shim_settings.mode);
  shim_settings.n = strtoull (number, NULL, 10);
  shim_settings.error = atoi (text);
  shim_settings.kind = find_word (kinds, KIND_COUNT, kind);
  shim_settings.who = find_me ();
  shim_settings.is_counting = shim_settings.kind >= 0 && shim_settings.who >= 0;
  shim_settings.is_victim = shim_settings.is_counting && shim_settings.n > 0 && strcmp (whos[shim_settings.who], who) == 0;
}

__attribute__ ((constructor)) static void
begin (void)
{
  const char *text = getenv ("POSTRIDER_FAULTS");
  char log[PATH_MAX], lie[16];

  if (text == NULL)
    return;
  text = take (text, ';', log, sizeof log);
  text = take (text, ';', shim_settings.folder, sizeof shim_settings.folder);
  text = take (text, ';', shim_settings.boot, sizeof shim_settings.boot);
  text = take (text, ';', lie, sizeof lie);
  shim_settings.folder_len = strlen (shim_settings.folder);
  shim_settings.is_lying = strcmp (lie, "all") == 0;
  shim_settings.is_lying_about_folders = strcmp (lie, "folders") == 0;
  if (write_log_open (log) != 0) {
    fprintf (stderr, "faults: %s is no write log\n", log);
    _exit (70);
  }
  shim_settings.is_noting = shim_settings.folder_len > 0;
  read_failure (text);
}

int
shim_has_mode (const char *mode)
{
  return strcmp (shim_settings.mode, mode) == 0;
}

int
shim_fails (Kind kind, const char *where)
{
  uint64_t call;

  if (!shim_settings.is_counting)
    return 0;
  call = write_log_count_call (kind, (Who) shim_settings.who);
  if (!shim_settings.is_victim || (int) kind != shim_settings.kind)
    return 0;
  if (call < shim_settings.n || (call > shim_settings.n && !shim_has_mode ("on") && !shim_has_mode ("lost")))
    return 0;
  write_log_count_failure ();
  write_log_add ('F', write_log_now (), 0, 0, call, 0, 0, program_invocation_short_name, strlen (program_invocation_short_name), where, strlen (where));
  if (shim_has_mode ("crash"))
    raise (SIGSEGV);
  if (shim_settings.error != 0) /* a short write sets none */
    errno = shim_settings.error;
  return 1;
}
