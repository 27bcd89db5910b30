/* The console's JSON: which is taken, and what is said of one that is not. */
#include "client-file.h"

#include "fault.h"
#include <glib/gstdio.h>
#include <string.h>

static const char *const hosts[] = { "accounts.google.com", "oauth2.googleapis.com", NULL };

#define ID "123-abc.apps.googleusercontent.com"
#define ADDRESSES "\"auth_uri\":\"https://accounts.google.com/o/oauth2/auth\",\"token_uri\":\"https://oauth2.googleapis.com/token\""

static const struct {
  const char *name, *text;
  const char *id, *secret; /* id NULL: refused */
  const char *said;
} rows[] = {
  { "desktop", "{\"installed\":{\"client_id\":\"" ID "\",\"project_id\":\"p\"," ADDRESSES ",\"client_secret\":\"GOCSPX-1\",\"redirect_uris\":[\"http://localhost\"]}}", ID, "GOCSPX-1", NULL },
  { "no-secret", "{\"installed\":{\"client_id\":\"" ID "\"}}", ID, NULL, NULL },
  { "web", "{\"web\":{\"client_id\":\"" ID "\"," ADDRESSES ",\"client_secret\":\"s\"}}", NULL, NULL, "type *Desktop*" },
  { "service", "{\"type\":\"service_account\",\"private_key\":\"-----BEGIN\"}", NULL, NULL, "service account" },
  { "no-id", "{\"installed\":{" ADDRESSES "}}", NULL, NULL, "\"client_id\"" },
  { "number-as-id", "{\"installed\":{\"client_id\":7}}", NULL, NULL, "\"client_id\"" },
  { "id-of-two-words", "{\"installed\":{\"client_id\":\"a b\"}}", NULL, NULL, "\"client_id\"" },
  { "id-with-a-break", "{\"installed\":{\"client_id\":\"a\\nb\"}}", NULL, NULL, "\"client_id\"" },
  { "another-host", "{\"installed\":{\"client_id\":\"" ID "\",\"token_uri\":\"https://oauth2.example/token\"}}", NULL, NULL, "\"token_uri\"" },
  { "longer-host", "{\"installed\":{\"client_id\":\"" ID "\",\"auth_uri\":\"https://accounts.google.com.example/\"}}", NULL, NULL, "\"auth_uri\"" },
  { "host-as-user", "{\"installed\":{\"client_id\":\"" ID "\",\"auth_uri\":\"https://accounts.google.com@evil.example/\"}}", NULL, NULL, "\"auth_uri\"" },
  { "in-the-clear", "{\"installed\":{\"client_id\":\"" ID "\",\"token_uri\":\"http://oauth2.googleapis.com/token\"}}", NULL, NULL, "\"token_uri\"" },
  { "array", "[]", NULL, NULL, "\"installed\"" },
  { "installed-is-text", "{\"installed\":\"x\"}", NULL, NULL, "\"installed\"" },
  { "html", "<html>", NULL, NULL, "no JSON" },
  { "empty", "", NULL, NULL, "no JSON" },
  { "two-roots", "\"\"{\"installed\":{\"client_id\":\"" ID "\"}}", NULL, NULL, "no JSON" },
  { "doubled-key", "{\"installed\":{\"client_id\":\"a\",\"client_id\":\"b\"}}", NULL, NULL, "no JSON" },
};

static void
check (gsize i, const char *path)
{
  g_autoptr (GError) error = NULL;
  g_autoptr (ClientFile) file = client_file_load (path, hosts, &error);

  if (rows[i].id == NULL) {
    g_assert_null (file);
    g_assert_error (error, FAULT, FAULT_CONFIG);
    g_assert_nonnull (strstr (error->message, rows[i].said));
    g_assert_nonnull (strstr (error->message, path));
    return;
  }
  g_assert_no_error (error);
  g_assert_cmpstr (file->id, ==, rows[i].id);
  g_assert_cmpstr (file->secret != NULL ? secret_bytes_peek (file->secret) : NULL, ==, rows[i].secret);
}

static void
test_row (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;
  g_autofree char *folder = g_dir_make_tmp ("client-XXXXXX", &error);
  g_autofree char *path = g_build_filename (folder, "client.json", NULL);

  g_assert_no_error (error);
  g_file_set_contents (path, rows[i].text, -1, &error);
  g_assert_no_error (error);
  check (i, path);
  g_assert_cmpint (g_unlink (path), ==, 0);
  g_assert_cmpint (g_rmdir (folder), ==, 0);
}

static void
test_none (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (client_file_load ("/nowhere/client.json", hosts, &error));
  g_assert_error (error, FAULT, FAULT_NO_INPUT);
}

static void
test_large (void)
{
  g_autoptr (GError) error = NULL;

  g_assert_null (client_file_load ("/proc/self/exe", hosts, &error));
  g_assert_error (error, FAULT, FAULT_CONFIG);
}

int
main (int argc, char **argv)
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strconcat ("/cli/client-file/", rows[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_row);
  }
  g_test_add_func ("/cli/client-file/none", test_none);
  g_test_add_func ("/cli/client-file/large", test_large);
  return g_test_run ();
}
