/* Where a client comes from: the file, the option, the environment, in this order; and which of them is at fault. */
#include "client-source.h"

#include "fault.h"
#include <glib/gstdio.h>
#include <string.h>

#define FILE_TEXT "{\"installed\":{\"client_id\":\"of-file\",\"client_secret\":\"file-secret\",\"token_uri\":\"https://%s/token\"}}"

static const struct {
  const char *name, *kind, *file_host, *option; /* file_host: NULL: no file */
  const char *variables[2];                         /* id and secret; NULL: not set */
  const char *id, *secret, *said;                   /* said: refused, and by what */
} rows[] = {
  { "file", "gmail", "oauth2.googleapis.com", NULL, { "of-variable", "variable-secret" }, "of-file", "file-secret", NULL },
  { "option", "gmail", NULL, "of-option", { "of-variable", "variable-secret" }, "of-option", NULL, NULL },
  { "variable", "gmail", NULL, NULL, { "of-variable", "variable-secret" }, "of-variable", "variable-secret", NULL },
  { "variable-without-secret", "gmail", NULL, NULL, { "of-variable", NULL }, "of-variable", NULL, NULL },
  { "secret-alone", "gmail", NULL, NULL, { NULL, "variable-secret" }, NULL, NULL, NULL },
  { "none", "gmail", NULL, NULL, { NULL, NULL }, NULL, NULL, NULL },
  { "empty", "gmail", NULL, NULL, { "", "" }, NULL, NULL, NULL },
  { "other-provider", "outlook", NULL, NULL, { "of-variable", "variable-secret" }, NULL, NULL, NULL },
  { "of-a-file-of-ones-own", "oauth", NULL, NULL, { "of-variable", "variable-secret" }, NULL, NULL, NULL },
  { "both", "gmail", "oauth2.googleapis.com", "of-option", { NULL, NULL }, NULL, NULL, "--client-id" },
  { "file-of-another", "gmail", "login.microsoftonline.com", NULL, { NULL, NULL }, NULL, NULL, "token_uri" },
  { "two-words", "gmail", NULL, NULL, { "two words", NULL }, NULL, NULL, "GOOGLE_CLIENT_ID" },
  { "line-break", "gmail", NULL, NULL, { "of-variable", "se\ncret" }, NULL, NULL, "GOOGLE_CLIENT_SECRET" },
};

static void
set_variable (const char *name, const char *value)
{
  if (value != NULL)
    g_setenv (name, value, TRUE);
  else
    g_unsetenv (name);
}

static void
test_row (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *folder = g_dir_make_tmp ("client-XXXXXX", NULL), *path = g_build_filename (folder, "client.json", NULL);
  g_autofree char *text = rows[i].file_host != NULL ? g_strdup_printf (FILE_TEXT, rows[i].file_host) : NULL, *id = NULL;
  const ClientSource source = { rows[i].kind, text != NULL ? path : NULL, rows[i].option };
  g_autoptr (SecretBytes) secret = NULL;
  g_autoptr (GError) error = NULL;
  gboolean is_found;

  set_variable ("GOOGLE_CLIENT_ID", rows[i].variables[0]);
  set_variable ("GOOGLE_CLIENT_SECRET", rows[i].variables[1]);
  g_assert_true (text == NULL || g_file_set_contents (path, text, -1, NULL));
  is_found = client_source_find (&source, NULL, &id, &secret, &error);
  if (rows[i].said == NULL) {
    g_assert_no_error (error);
    g_assert_true (is_found);
    g_assert_cmpstr (id, ==, rows[i].id);
    g_assert_cmpstr (secret != NULL ? secret_bytes_peek (secret) : NULL, ==, rows[i].secret);
  } else {
    g_assert_false (is_found);
    g_assert_true (error->domain == FAULT && (error->code == FAULT_CONFIG || error->code == FAULT_USAGE));
    g_assert_nonnull (strstr (error->message, rows[i].said));
    g_assert_null (strstr (error->message, "cret\n"));
  }
  g_unlink (path);
  g_rmdir (folder);
}

/* What Outlook wants is said in the first sentence. */
static void
test_steps (void)
{
  g_assert_nonnull (strstr (client_source_get_steps ("gmail"), "Desktop"));
  g_assert_nonnull (strstr (client_source_get_steps ("gmail"), "seven days"));
  g_assert_true (g_str_has_prefix (client_source_get_steps ("outlook"), "Most people with an Outlook.com address cannot"));
  g_assert_null (client_source_get_steps (""));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *name = g_strdup_printf ("/cli/client-source/find/%s", rows[i].name);

    g_test_add_data_func (name, GSIZE_TO_POINTER (i), test_row);
  }
  g_test_add_func ("/cli/client-source/steps", test_steps);
  return g_test_run ();
}
