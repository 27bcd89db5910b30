/* Everything is deleted: what we keep goes, in both folders, and what somebody else keeps there stays. */
#include "erase.h"

#include <glib/gstdio.h>

typedef struct {
  char *home, *state;
} Fixture;

static const char *const ours[] = { "store.db", "store.db-wal", "store.db-shm", "vault", "vault.part", "vault.key", "vault.key.part", "vault.key.next", "vault.key.next.part", "mark", "core.log", "core.log.1",
                                    "files/1", "journals/7", "sink/new/1", "sink/cur/2", "sink/tmp/3" };
static const char *const theirs[] = { "notes.txt", "sink/theirs/notes.txt", "vault.old" };

static void
set_up (Fixture *self, gconstpointer unused)
{
  self->home = g_dir_make_tmp ("erase-home-XXXXXX", NULL);
  self->state = g_dir_make_tmp ("erase-state-XXXXXX", NULL);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  g_autofree char *command = g_strdup_printf ("rm -rf '%s' '%s'", self->home, self->state);

  g_assert_true (g_spawn_command_line_sync (command, NULL, NULL, NULL, NULL));
  g_free (self->home);
  g_free (self->state);
}

static void
put (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL), *parent = g_path_get_dirname (path);

  g_assert_cmpint (g_mkdir_with_parents (parent, 0700), ==, 0);
  g_assert_true (g_file_set_contents (path, "x", 1, NULL));
}

static gboolean
is_there (const char *folder, const char *name)
{
  g_autofree char *path = g_build_filename (folder, name, NULL);

  return g_file_test (path, G_FILE_TEST_EXISTS);
}

static void
test_all (Fixture *self, gconstpointer unused)
{
  const char *folders[] = { self->home, self->state };
  g_autoptr (GError) error = NULL;

  for (gsize f = 0; f < 2; f++) {
    for (gsize i = 0; i < G_N_ELEMENTS (ours); i++)
      put (folders[f], ours[i]);
    for (gsize i = 0; i < G_N_ELEMENTS (theirs); i++)
      put (folders[f], theirs[i]);
  }
  g_assert_false (erase_is_requested (self->home));
  g_assert_true (erase_request (self->home, &error));
  g_assert_true (erase_is_requested (self->home));
  g_assert_true (erase_carry_out (self->home, self->state, &error));
  g_assert_no_error (error);
  for (gsize f = 0; f < 2; f++) {
    for (gsize i = 0; i < G_N_ELEMENTS (ours); i++)
      g_assert_false (is_there (folders[f], ours[i]));
    for (gsize i = 0; i < G_N_ELEMENTS (theirs); i++)
      g_assert_true (is_there (folders[f], theirs[i]));
    g_assert_false (is_there (folders[f], "journals"));
  }
  g_assert_false (erase_is_requested (self->home));
  g_assert_true (erase_carry_out (self->home, self->state, &error)); /* once more, as after a crash: there is nothing any more */
}

/* It was begun and could not be ended: the next start goes on with it. */
static void
test_unfinished (Fixture *self, gconstpointer unused)
{
  g_autoptr (GError) error = NULL;

  put (self->state, "store.db/in-the-way"); /* a folder where a file should be */
  put (self->state, "vault.key");
  g_assert_true (erase_request (self->home, NULL));
  g_assert_false (erase_carry_out (self->home, self->state, &error));
  g_assert_nonnull (error);
  g_assert_true (erase_is_requested (self->home));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add ("/core/store/erase/all", Fixture, NULL, set_up, test_all, tear_down);
  g_test_add ("/core/store/erase/unfinished", Fixture, NULL, set_up, test_unfinished, tear_down);
  return g_test_run ();
}
