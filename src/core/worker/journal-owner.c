#include "journal-owner.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define COMM_LEN 15 /* what the kernel keeps of a name: proc(5) */

/* A line of /proc/PID/status, for instance "Name:". Returns: (transfer full), or NULL. */
static char *
read_status (guint64 pid, const char *key)
{
  g_autofree char *path = g_strdup_printf ("/proc/%" G_GUINT64_FORMAT "/status", pid), *text = NULL;
  g_auto (GStrv) lines = NULL;

  if (!g_file_get_contents (path, &text, NULL, NULL))
    return NULL;
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++)
    if (g_str_has_prefix (lines[i], key))
      return g_strdup (g_strstrip (lines[i] + strlen (key)));
  return NULL;
}

static gboolean
is_named (guint64 pid, const char *name)
{
  g_autofree char *found = read_status (pid, "Name:");

  return found != NULL && strncmp (found, name, COMM_LEN) == 0 && (strlen (name) > COMM_LEN || strlen (found) == strlen (name));
}

static gboolean
is_ours (guint64 pid)
{
  g_autofree char *uid = read_status (pid, "Uid:");

  return uid != NULL && g_ascii_strtoull (uid, NULL, 10) == getuid ();
}

static gboolean
is_orphan (guint64 pid)
{
  g_autofree char *parent = read_status (pid, "PPid:");
  guint64 ppid = parent != NULL ? g_ascii_strtoull (parent, NULL, 10) : 0;

  return ppid != (guint64) getpid () && !is_named (ppid, "postrider-core");
}

char *
journal_owner_find (const char *name)
{
  g_autoptr (GDir) processes = g_dir_open ("/proc", 0, NULL);
  GString *pids = g_string_new (NULL);
  const char *entry;

  while (processes != NULL && (entry = g_dir_read_name (processes)) != NULL) {
    guint64 pid;

    if (g_ascii_string_to_unsigned (entry, 10, 1, G_MAXINT32, &pid, NULL) && is_named (pid, name) && is_ours (pid) && is_orphan (pid))
      g_string_append_printf (pids, "%s%s", pids->len > 0 ? " " : "", entry);
  }
  return g_string_free (pids, FALSE);
}
