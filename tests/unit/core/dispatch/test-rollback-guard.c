/* The ledger's mark: is this data folder the one that was sent from last, on this machine? */
#include "rollback-guard.h"

#include "database-open.h"
#include "database.h"
#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  char *home, *state, *path;
  Core  core;
} Fixture;

static void
set_up (Fixture *self, gconstpointer unused)
{
  self->home = g_dir_make_tmp ("mark-home-XXXXXX", NULL);
  self->state = g_dir_make_tmp ("mark-state-XXXXXX", NULL);
  self->path = g_build_filename (self->state, "mark", NULL);
  self->core = (Core){ .home = self->home, .state = self->state, .database = database_open (":memory:", NULL) };
  g_assert_nonnull (self->core.database);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  database_close (self->core.database);
  g_unlink (self->path);
  g_rmdir (self->home);
  g_rmdir (self->state);
  g_free (self->home);
  g_free (self->state);
  g_free (self->path);
}

/* words: a part of what is said; NULL: nothing is. */
static void
assert_check (Fixture *self, const char *words)
{
  g_autoptr (GError) error = NULL;
  g_autofree char *said = rollback_guard_check (&self->core, &error);

  g_assert_no_error (error);
  if (words == NULL)
    g_assert_cmpstr (said, ==, NULL);
  else
    g_assert_true (said != NULL && strstr (said, words) != NULL);
}

static void
set (Fixture *self, const char *key, const char *value)
{
  g_assert_true (database_set_meta (self->core.database, key, value, NULL));
}

static void
test_same (Fixture *self, gconstpointer unused)
{
  assert_check (self, NULL); /* the first time: adopted */
  g_assert_true (g_file_test (self->path, G_FILE_TEST_EXISTS));
  assert_check (self, NULL);
  for (gint64 turn = 1; turn <= 3; turn++) {
    g_autofree char *text = g_strdup_printf ("%" G_GINT64_FORMAT, turn);

    set (self, "turn", text);
    assert_check (self, NULL); /* a crash between the commit and the mark: the mark is behind, which is no copy */
    rollback_guard_write (&self->core, turn);
    assert_check (self, NULL);
  }
}

/* Put back from a copy: the mark knows of turns that the store does not. */
static void
test_older (Fixture *self, gconstpointer unused)
{
  set (self, "turn", "41");
  assert_check (self, NULL);
  set (self, "turn", "42");
  rollback_guard_update (&self->core);
  assert_check (self, NULL);
  set (self, "turn", "41");
  assert_check (self, "restored from a copy");
  g_assert_true (rollback_guard_adopt (&self->core, NULL)); /* a person said that this is the one that goes on */
  assert_check (self, NULL);
}

static void
test_other_copy (Fixture *self, gconstpointer unused)
{
  g_autofree char *text = NULL;

  assert_check (self, NULL);
  g_assert_true (g_file_get_contents (self->path, &text, NULL, NULL));
  text[0] = text[0] == '0' ? '1' : '0';
  g_assert_true (g_file_set_contents (self->path, text, -1, NULL));
  assert_check (self, "belongs to another copy");
  g_assert_true (g_file_set_contents (self->path, text, 20, NULL)); /* cut */
  assert_check (self, "belongs to another copy");
  g_assert_cmpint (g_unlink (self->path), ==, 0);
  assert_check (self, "missing");
  rollback_guard_write (&self->core, 7); /* does not make one: the next start must see it */
  assert_check (self, "missing");
}

/* Each adoption has a token of its own: of two copies that go on, one is found out. */
static void
test_token (Fixture *self, gconstpointer unused)
{
  g_autofree char *first = NULL, *second = NULL;

  assert_check (self, NULL);
  first = database_get_meta (self->core.database, "rollback_guard_token");
  g_assert_true (rollback_guard_adopt (&self->core, NULL));
  second = database_get_meta (self->core.database, "rollback_guard_token");
  g_assert_cmpuint (strlen (first), ==, 32);
  g_assert_cmpstr (first, !=, second);
  set (self, "rollback_guard_token", first);
  assert_check (self, "belongs to another copy");
}

static void
test_machine (Fixture *self, gconstpointer unused)
{
  g_autofree char *machine = NULL;

  assert_check (self, NULL);
  machine = database_get_meta (self->core.database, "machine_id");
  if (machine[0] != '\0') {
    set (self, "machine_id", "00000000000000000000000000000000");
    assert_check (self, "another machine");
  }
  set (self, "machine_id", ""); /* not known: then only the same boot says that it is the same machine */
  assert_check (self, NULL);
  set (self, "boot_id", "00000000-0000-0000-0000-000000000000");
  assert_check (self, "cannot be told");
  if (machine[0] != '\0') {
    set (self, "machine_id", machine); /* after each restart of a machine that has one */
    assert_check (self, NULL);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add ("/core/dispatch/rollback-guard/rollback-guard/" path, Fixture, NULL, set_up, func, tear_down)
  ADD ("same", test_same);
  ADD ("older", test_older);
  ADD ("other-copy", test_other_copy);
  ADD ("token", test_token);
  ADD ("machine", test_machine);
  return g_test_run ();
}
