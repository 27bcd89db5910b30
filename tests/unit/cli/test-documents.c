/* Man page and completion know every command and every option, so that they cannot fall behind the program. */
#include "account-form.h"
#include "commands.h"
#include "kind.h"
#include <string.h>

static char *
read_document (const char *variable)
{
  g_autoptr (GError) error = NULL;
  char *text = NULL;

  g_assert_true (g_file_get_contents (g_getenv (variable), &text, NULL, &error));
  g_assert_no_error (error);
  return text;
}

static void
check_word (const char *document, const char *text, const char *word, const char *command)
{
  if (strstr (text, word) == NULL)
    g_error ("%s lacks “%s” of postrider %s", document, word, command);
}

static void
check_options (const char *man, const char *completion, const char *command, const Option *options)
{
  for (; options != NULL && options->name != NULL; options++) {
    g_autofree char *plain = g_strdup_printf ("--%s", options->name);
    g_autoptr (GString) escaped = g_string_new (plain);

    g_string_replace (escaped, "-", "\\-", 0); /* roff */
    if (options->help == NULL)
      continue;
    check_word ("the man page", man, escaped->str, command);
    check_word ("the completion", completion, plain, command);
  }
}

static void
test_documents (void)
{
  g_autofree char *man = read_document ("MAN_PAGE");
  g_autofree char *completion = read_document ("COMPLETION");
  g_autoptr (AccountForm) form = account_form_new (kinds_describe (), TRUE);

  g_assert_nonnull (account_form_get_set (form).table[0].name);
  for (gsize i = 0; command_tables[i].commands != NULL; i++)
    for (const Command *command = command_tables[i].commands; command->name != NULL; command++) {
      g_autofree char *title = g_strdup_printf (".B postrider %s", command->name);
      g_autofree char *key = g_strdup_printf ("'%s')", command->name);

      check_word ("the man page", man, title, command->name);
      check_word ("the completion", completion, key, command->name);
      check_options (man, completion, command->name, command->options);
      if (command->draw != NULL) /* as core has them */
        check_options (man, completion, command->name, account_form_get_set (form).table);
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/documents/table", test_documents);
  return g_test_run ();
}
