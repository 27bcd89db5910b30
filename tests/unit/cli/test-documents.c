/* Man page and completion know every command and every option, so that they cannot fall behind the program. */
#include "commands.h"
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
test_documents (void)
{
  g_autofree char *man = read_document ("MAN_PAGE");
  g_autofree char *completion = read_document ("COMPLETION");

  for (gsize i = 0; command_tables[i].commands != NULL; i++)
    for (const Command *command = command_tables[i].commands; command->name != NULL; command++) {
      g_autofree char *title = g_strdup_printf (".B postrider %s", command->name);
      g_autofree char *key = g_strdup_printf ("'%s')", command->name);

      check_word ("the man page", man, title, command->name);
      check_word ("the completion", completion, key, command->name);
      for (const Option *option = command->options; option != NULL && option->name != NULL; option++) {
        g_autofree char *plain = g_strdup_printf ("--%s", option->name);
        g_autoptr (GString) escaped = g_string_new (plain);

        g_string_replace (escaped, "-", "\\-", 0); /* roff */
        if (option->help == NULL)
          continue;
        check_word ("the man page", man, escaped->str, command->name);
        check_word ("the completion", completion, plain, command->name);
      }
    }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/documents", test_documents);
  return g_test_run ();
}
