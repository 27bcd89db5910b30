#include "rollback-guard.h"

#include "database.h"
#include "fault.h"
#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define TOKEN_LEN 33 /* 32 hex digits and a line break */

/* state/mark: a random token that the store knows too, then the turn as 20 digits. */
static char *
rollback_guard_path (Core *core)
{
  return g_build_filename (core->state, "mark", NULL);
}

void
rollback_guard_write (Core *core, gint64 turn)
{
  g_autofree char *path = rollback_guard_path (core);
  char text[32];
  int fd = open (path, O_WRONLY | O_CLOEXEC | O_NOFOLLOW);

  if (fd < 0)
    return; /* seen by rollback_guard_check() at the next start */
  g_snprintf (text, sizeof text, "%020" G_GINT64_FORMAT "\n", turn);
  if (pwrite (fd, text, 21, TOKEN_LEN) != 21)
    g_warning ("the ledger's mark could not be written: %s", g_strerror (errno));
  close (fd);
}

static char *
read_first_line (const char *path)
{
  char *text = NULL;

  if (g_file_get_contents (path, &text, NULL, NULL))
    text[strcspn (text, "\n")] = '\0';
  return text;
}

static gint64
get_turn (Core *core)
{
  gint64 turn = 0;

  database_get_int (core->database, &turn, NULL, "SELECT CAST(value AS INTEGER) FROM meta WHERE key='turn'", "");
  return turn;
}

void
rollback_guard_update (Core *core)
{
  rollback_guard_write (core, get_turn (core));
}

gboolean
rollback_guard_adopt (Core *core, GError **error)
{
  g_autofree char *path = rollback_guard_path (core), *machine = read_first_line ("/etc/machine-id"), *boot = read_first_line ("/proc/sys/kernel/random/boot_id");
  g_autofree char *uuid = g_uuid_string_random (), *token = NULL, *text = NULL;
  g_auto (GStrv) parts = g_strsplit (uuid, "-", -1);

  token = g_strjoinv ("", parts);
  text = g_strdup_printf ("%s\n%020" G_GINT64_FORMAT "\n", token, get_turn (core));
  if (!g_file_set_contents_full (path, text, -1, G_FILE_SET_CONTENTS_CONSISTENT | G_FILE_SET_CONTENTS_DURABLE, 0600, error)) {
    g_prefix_error (error, "the ledger's mark cannot be written: ");
    return FALSE;
  }
  return database_set_meta (core->database, "rollback_guard_token", token, error) &&
         database_set_meta (core->database, "machine_id", machine != NULL ? machine : "", error) &&
         database_set_meta (core->database, "boot_id", boot != NULL ? boot : "", error);
}

/* A missing machine id counts as unknown, not as equal: then only the same boot proves the same machine. */
static const char *
compare_machine (Core *core)
{
  g_autofree char *machine = read_first_line ("/etc/machine-id"), *boot = read_first_line ("/proc/sys/kernel/random/boot_id");
  g_autofree char *known_machine = database_get_meta (core->database, "machine_id"), *known_boot = database_get_meta (core->database, "boot_id");

  if (machine != NULL && machine[0] != '\0' && known_machine != NULL && known_machine[0] != '\0')
    return strcmp (machine, known_machine) == 0 ? NULL : "the data folder comes from another machine";
  if (boot != NULL && g_strcmp0 (boot, known_boot) == 0)
    return NULL;
  return "this machine has no /etc/machine-id, so it cannot be told whether the data folder is a copy";
}

static const char *
compare_mark (Core *core, const char *text, const char *token)
{
  if (text == NULL || strlen (text) < TOKEN_LEN || strncmp (text, token, TOKEN_LEN - 1) != 0)
    return "the ledger's mark, which lies outside the data folder, is missing or belongs to another copy";
  if (strtoll (text + TOKEN_LEN, NULL, 10) > get_turn (core))
    return "the data folder is older than what was sent from it: it was restored from a copy";
  return NULL;
}

char *
rollback_guard_check (Core *core, GError **error)
{
  g_autofree char *path = rollback_guard_path (core), *token = database_get_meta (core->database, "rollback_guard_token"), *text = NULL;
  const char *differs;

  if (token == NULL) {
    rollback_guard_adopt (core, error);
    return NULL;
  }
  g_file_get_contents (path, &text, NULL, NULL);
  differs = compare_mark (core, text, token);
  if (differs == NULL)
    differs = compare_machine (core);
  return g_strdup (differs);
}
