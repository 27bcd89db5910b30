/* Who still holds a journal: a process of that name that no core looks after. */
#include "journal-owner.h"

#include <glib/gstdio.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>

#define NAME "owner-of-a-journal" /* longer than what the kernel keeps of a name */

static void
test_orphan (void)
{
  g_autofree char *folder = g_dir_make_tmp ("owner-XXXXXX", NULL), *program = g_build_filename (folder, NAME, NULL), *said = NULL, *found = NULL;
  g_autofree char *command = g_strdup_printf ("sh -c '%s 60 >/dev/null 2>&1 & echo $!'", program), *copy = g_strdup_printf ("cp /bin/sleep %s", program);
  g_autoptr (GError) error = NULL;

  g_assert_cmpint (system (copy), ==, 0);
  g_assert_true (g_spawn_command_line_sync (command, &said, NULL, NULL, &error)); /* the shell leaves, the program stays */
  g_assert_no_error (error);
  g_strstrip (said);
  for (guint i = 0; i < 500; i++) { /* until it has become that program */
    g_free (found);
    found = journal_owner_find (NAME);
    if (found[0] != '\0')
      break;
    g_usleep (10000);
  }
  g_assert_cmpstr (found, ==, said);
  g_assert_cmpint (kill (atoi (said), SIGKILL), ==, 0);
  g_unlink (program);
  g_rmdir (folder);
}

static void
test_not_others (void)
{
  g_autofree char *ours = journal_owner_find ("no-such-program"), *child_found = NULL;
  char *argv[] = { (char *) "sleep", (char *) "60", NULL };
  g_autoptr (GError) error = NULL;
  g_autofree char *number = NULL;
  GPid child;

  g_assert_cmpstr (ours, ==, "");
  g_assert_true (g_spawn_async (NULL, argv, NULL, G_SPAWN_SEARCH_PATH | G_SPAWN_DO_NOT_REAP_CHILD, NULL, NULL, &child, &error));
  number = g_strdup_printf (" %d ", child);
  child_found = journal_owner_find ("sleep");
  g_free (ours);
  ours = g_strdup_printf (" %s ", child_found);
  g_assert_null (strstr (ours, number)); /* our own child is looked after */
  g_assert_cmpint (kill (child, SIGKILL), ==, 0);
  g_spawn_close_pid (child);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/worker/journal-owner/orphan", test_orphan);
  g_test_add_func ("/core/worker/journal-owner/not-others", test_not_others);
  return g_test_run ();
}
