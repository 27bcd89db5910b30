/* The slot where no keyring is, or one that says nothing: who waits is answered, core's loop goes on, and the vault stays as it is. */
#include "keyring-slot.h"

#include "fault.h"
#include <gio/gio.h>
#include <glib/gstdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#define NAME "00112233445566778899aabbccddeeff"

typedef struct {
  char        *root, *home, *state, *bus;
  Vault       *vault;
  KeyringSlot *slot;
  guint        opened, pending;
  int          code; /* of the last answer; 0: done */
} Scene;

static void
opened_cb (gpointer data)
{
  ((Scene *) data)->opened++;
}

static void
answered_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;
  Scene *scene = data;

  scene->pending--;
  scene->code = keyring_slot_finish (result, &error) ? 0 : error->code;
  if (error != NULL && error->domain != FAULT)
    g_assert_error (error, G_IO_ERROR, G_IO_ERROR_CANCELLED);
}

static void
wait_all (Scene *scene)
{
  while (scene->pending > 0)
    g_main_context_iteration (NULL, TRUE);
}

/* A vault that the keyring and a passphrase open; locked. */
static void
set_up (Scene *scene, gconstpointer unused)
{
  g_autoptr (SecretBytes) key = secret_bytes_new ("0123456789abcdef0123456789abcdef", 32), words = secret_bytes_new ("sesame", 6);

  scene->root = g_dir_make_tmp ("keyring-XXXXXX", NULL);
  scene->home = g_build_filename (scene->root, "home", NULL);
  scene->state = g_build_filename (scene->root, "state", NULL);
  scene->bus = g_build_filename (scene->root, "bus", NULL);
  g_mkdir (scene->home, 0700);
  g_mkdir (scene->state, 0700);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", "disabled:", TRUE);
  g_unsetenv ("XDG_RUNTIME_DIR");
  scene->vault = vault_new (scene->home, scene->state, NULL);
  g_assert_true (vault_put_keyring_slot (scene->vault, NAME, key, NULL));
  g_assert_true (vault_protect (scene->vault, words, NULL));
  vault_free (scene->vault);
  scene->vault = vault_new (scene->home, scene->state, NULL);
  g_assert_cmpint (vault_get_state (scene->vault), ==, VAULT_LOCKED);
}

static void
tear_down (Scene *scene, gconstpointer unused)
{
  g_autofree char *file = g_build_filename (scene->home, "vault", NULL);

  keyring_slot_free (scene->slot);
  wait_all (scene);
  while (g_main_context_iteration (NULL, FALSE))
    continue;
  vault_free (scene->vault);
  g_unlink (file);
  g_unlink (scene->bus);
  g_rmdir (scene->home);
  g_rmdir (scene->state);
  g_assert_cmpint (g_rmdir (scene->root), ==, 0);
  g_free (scene->root);
  g_free (scene->home);
  g_free (scene->state);
  g_free (scene->bus);
}

static void
start (Scene *scene)
{
  scene->slot = keyring_slot_new (scene->vault, opened_cb, scene);
}

static void
unlock (Scene *scene, gboolean asks, GCancellable *cancellable)
{
  scene->pending++;
  keyring_slot_unlock_async (scene->slot, asks, cancellable, answered_cb, scene);
}

static void
test_absent (Scene *scene, gconstpointer unused)
{
  g_autofree char *text = NULL;

  start (scene);
  unlock (scene, FALSE, NULL);
  unlock (scene, TRUE, NULL);
  wait_all (scene);
  g_assert_cmpint (scene->code, ==, FAULT_UNAVAILABLE);
  g_assert_cmpstr (keyring_slot_get_word (scene->slot), ==, "absent");
  g_assert_cmpuint (scene->opened, ==, 0);
  text = vault_describe_tier (scene->vault);
  g_assert_nonnull (strstr (text, "there is no keyring here"));
  g_assert_nonnull (strstr (text, "its passphrase opens it"));
}

/* What has opened by other means needs no keyring. */
static void
test_open_already (Scene *scene, gconstpointer unused)
{
  g_autoptr (SecretBytes) words = secret_bytes_new ("sesame", 6);

  g_assert_true (vault_unlock (scene->vault, words, NULL));
  start (scene);
  unlock (scene, TRUE, NULL);
  wait_all (scene);
  g_assert_cmpint (scene->code, ==, 0);
  scene->pending++;
  keyring_slot_check_async (scene->slot, NULL, answered_cb, scene); /* but it is asked when somebody wants to know */
  wait_all (scene);
  g_assert_cmpint (scene->code, ==, FAULT_UNAVAILABLE);
}

/* A change that cannot be made leaves the slots as they are. */
static void
test_changes (Scene *scene, gconstpointer unused)
{
  g_autoptr (SecretBytes) words = secret_bytes_new ("sesame", 6);
  static const struct { gboolean is_change; int code; } rows[] = { { FALSE, FAULT_USAGE }, { TRUE, FAULT_UNAVAILABLE } };

  start (scene);
  scene->pending++;
  keyring_slot_put_async (scene->slot, TRUE, NULL, answered_cb, scene);
  wait_all (scene);
  g_assert_cmpint (scene->code, ==, FAULT_NO_PERM); /* locked */
  g_assert_true (vault_unlock (scene->vault, words, NULL));
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *name = NULL;

    scene->pending++;
    keyring_slot_put_async (scene->slot, rows[i].is_change, NULL, answered_cb, scene);
    wait_all (scene);
    g_assert_cmpint (scene->code, ==, rows[i].code);
    name = vault_dup_keyring_name (scene->vault);
    g_assert_cmpstr (name, ==, NAME);
  }
  scene->pending++;
  keyring_slot_remove_async (scene->slot, NULL, answered_cb, scene); /* its key stays in a keyring that is not there */
  wait_all (scene);
  g_assert_cmpint (scene->code, ==, 0);
  g_assert_false (vault_has_slot (scene->vault, VAULT_SLOT_KEYRING));
  scene->pending++;
  keyring_slot_check_async (scene->slot, NULL, answered_cb, scene);
  wait_all (scene);
  g_assert_cmpint (scene->code, ==, FAULT_NO_INPUT);
}

static int
listen_silently (Scene *scene)
{
  struct sockaddr_un address = { .sun_family = AF_UNIX };
  g_autofree char *named = g_strdup_printf ("unix:path=%s", scene->bus);
  int fd = socket (AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

  g_strlcpy (address.sun_path, scene->bus, sizeof address.sun_path);
  g_assert_cmpint (bind (fd, (const struct sockaddr *) &address, sizeof address), ==, 0);
  g_assert_cmpint (listen (fd, 8), ==, 0);
  g_setenv ("DBUS_SESSION_BUS_ADDRESS", named, TRUE);
  return fd;
}

static gboolean
count_cb (gpointer data)
{
  ++*(guint *) data;
  return G_SOURCE_CONTINUE;
}

/* A bus that takes the connection and says nothing: the loop goes on, and the question ends. */
static void
test_silent (Scene *scene, gconstpointer unused)
{
  int listener = listen_silently (scene);
  guint turns = 0, timer = g_timeout_add (100, count_cb, &turns);

  start (scene);
  unlock (scene, FALSE, NULL);
  wait_all (scene);
  g_source_remove (timer);
  g_assert_cmpint (scene->code, ==, FAULT_TEMP);
  g_assert_cmpstr (keyring_slot_get_word (scene->slot), ==, "late");
  g_assert_cmpuint (turns, >, 50);
  close (listener);
}

/* Core leaves in the middle of a question: who waited is answered, and nothing is touched afterwards. */
static void
test_leaves (Scene *scene, gconstpointer unused)
{
  int listener = listen_silently (scene);

  start (scene);
  unlock (scene, TRUE, NULL);
  scene->pending++;
  keyring_slot_check_async (scene->slot, NULL, answered_cb, scene);
  for (guint i = 0; i < 5; i++)
    g_main_context_iteration (NULL, TRUE);
  g_clear_pointer (&scene->slot, keyring_slot_free);
  wait_all (scene);
  g_assert_cmpint (scene->code, ==, G_IO_ERROR_CANCELLED);
  close (listener);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
#define ADD(path, func) g_test_add (path, Scene, NULL, set_up, func, tear_down)
  ADD ("/core/keyring/keyring-slot/absent", test_absent);
  ADD ("/core/keyring/keyring-slot/open-already", test_open_already);
  ADD ("/core/keyring/keyring-slot/changes", test_changes);
  ADD ("/core/keyring/keyring-slot/silent", test_silent);
  ADD ("/core/keyring/keyring-slot/leaves", test_leaves);
  return g_test_run ();
}
