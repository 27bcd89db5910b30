/* Man page and completion know every command and, where they speak of it, every option: also those of an account, which core's table of kinds has.
 * So they cannot fall behind the program; what is missing is said with the line that it belongs in. */
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

/* What the text says from `title` up to the next `end`. Returns: (transfer full) */
static char *
cut_section (const char *document, const char *text, const char *title, const char *end, const char *command)
{
  const char *start, *next;

  check_word (document, text, title, command);
  start = strstr (text, title) + strlen (title);
  next = strstr (start, end);
  return next != NULL ? g_strndup (start, (gsize) (next - start)) : g_strdup (start);
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
    check_word ("data/postrider.1", man, escaped->str, command);
    check_word ("data/completion/postrider", completion, plain, command);
  }
}

static void
check_command (const char *man, const char *completion, const Command *command, const Option *drawn)
{
  g_autofree char *title = g_strdup_printf ("\n.B postrider %s\n", command->name), *key = g_strdup_printf ("'%s')", command->name);
  g_autofree char *section = cut_section ("data/postrider.1", man, title, "\n.B postrider", command->name);
  g_autofree char *line = cut_section ("data/completion/postrider", completion, key, "\n", command->name);

  check_options (section, line, command->name, command->options);
  if (command->draw != NULL) /* as core has them */
    check_options (section, line, command->name, drawn);
}

static void
test_documents (void)
{
  g_autofree char *man = read_document ("MAN_PAGE");
  g_autofree char *completion = read_document ("COMPLETION");
  g_autoptr (AccountForm) add = account_form_new (kinds_describe (), TRUE), set = account_form_new (kinds_describe (), FALSE);

  g_assert_nonnull (account_form_get_set (add).table[0].name);
  for (gsize i = 0; command_tables[i].commands != NULL; i++)
    for (const Command *command = command_tables[i].commands; command->name != NULL; command++)
      check_command (man, completion, command, account_form_get_set (strcmp (command->name, "account set") == 0 ? set : add).table);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/cli/documents/table", test_documents);
  return g_test_run ();
}
