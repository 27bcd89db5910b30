#include "commands.h"

#include <stdio.h>
#include <string.h>

const CommandTable command_tables[] = {
  { "Accounts and their passwords", account_commands },
  { NULL, vault_commands },
  { "People", import_commands },
  { NULL, list_commands },
  { NULL, contact_commands },
  { "Do not contact", suppress_commands },
  { "Sending", send_commands },
  { NULL, campaign_commands },
  { NULL, template_commands },
  { "What is kept, and what was done", settings_commands },
  { "The window", app_commands },
  { "Trying it out, and what is wrong", sink_commands },
  { NULL, doctor_commands },
  { 0 },
};

/* Returns: how many words `name` has if `words` start with it, else 0. */
static gsize
commands_match (const char *name, const char *const *words)
{
  g_auto (GStrv) parts = g_strsplit (name, " ", 3);
  gsize n = 0;

  for (; parts[n] != NULL; n++)
    if (words[n] == NULL || strcmp (parts[n], words[n]) != 0)
      return 0;
  return n;
}

const Command *
command_find (const char *const *words, gsize *out_n_words)
{
  for (gsize i = 0; command_tables[i].commands != NULL; i++)
    for (const Command *command = command_tables[i].commands; command->name != NULL; command++) {
      gsize n = commands_match (command->name, words);

      if (n > 0) {
        *out_n_words = n;
        return command;
      }
    }
  return NULL;
}

/* Options from core's table of kinds come first; without a core the rest is still shown. */
static void
add_options (Session *session, const Command *command, GString *text)
{
  g_autoptr (GError) error = NULL;

  g_string_append (text, "\nOptions:\n");
  if (command->draw != NULL && session->form == NULL)
    command->draw (session, &error);
  if (command->draw != NULL && session->form != NULL)
    options_help (account_form_get_set (session->form).table, text);
  options_help (command->options, text);
  if (error != NULL)
    g_string_append_printf (text, "\nMore options cannot be shown now: %s\n", error->message);
}

void
command_help (Session *session, const Command *command)
{
  g_autoptr (GString) text = g_string_new (NULL);

  g_string_append_printf (text, "Usage: postrider %s%s%s%s\n\n%s.\n", command->name,
                          *command->arguments != '\0' ? " " : "", command->arguments,
                          command->options != NULL ? " [OPTION…]" : "", command->summary);
  if (command->options != NULL)
    add_options (session, command, text);
  g_string_append (text, "\nFor every command:\n");
  options_help (session_options, text);
  if (command->help != NULL)
    g_string_append_printf (text, "\n%s", command->help);
  fputs (text->str, stdout);
}

void
command_overview (void)
{
  puts ("postrider sends one personal message to each of many people, and can say afterwards who got it.\n\n"
        "Usage: postrider COMMAND [WORD…] [OPTION…]");
  for (gsize i = 0; command_tables[i].commands != NULL; i++) {
    if (command_tables[i].title != NULL)
      printf ("\n%s:\n", command_tables[i].title);
    for (const Command *command = command_tables[i].commands; command->name != NULL; command++)
      printf ("  %-18s %s\n", command->name, command->summary);
  }
  puts ("\npostrider COMMAND --help explains a command and shows examples; postrider --version names the version.\n"
        "All data lies in one folder: $POSTRIDER_HOME, else ~/.local/share/postrider.\n\n"
        "First steps:\n"
        "  postrider account add work ann@example.org --host smtp.example.org\n"
        "  postrider import guests.csv --list guests\n"
        "  postrider send --account work --list guests --subject 'Hello {{name}}' --text letter.txt\n"
        "  postrider campaign show 1\n\n"
        "Exit status: 0 all accepted, 1 some refused or unknown, 75 paused or later, 64-78 as in sysexits(3).");
}

char *
command_unknown (const char *const *words)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autoptr (GString) below = g_string_new (NULL);
  g_autofree char *asked =
      words[1] != NULL && words[1][0] != '-' ? g_strdup_printf ("%s %s", words[0], words[1]) : g_strdup (words[0]);
  const char *nearest;

  for (gsize i = 0; command_tables[i].commands != NULL; i++)
    for (const Command *command = command_tables[i].commands; command->name != NULL; command++) {
      gsize len = strlen (words[0]);

      g_ptr_array_add (names, (gpointer) command->name);
      if (strncmp (command->name, words[0], len) == 0 && command->name[len] == ' ')
        g_string_append_printf (below, "%s%s", below->len > 0 ? ", " : "", command->name + len + 1);
    }
  g_ptr_array_add (names, NULL);
  nearest = options_nearest (asked, (const char *const *) names->pdata);
  if (nearest == NULL)
    nearest = options_nearest (words[0], (const char *const *) names->pdata);
  if (nearest != NULL)
    return g_strdup_printf ("there is no command “%s”; did you mean “%s”?", asked, nearest);
  if (below->len > 0)
    return g_strdup_printf ("postrider %s what? There is: %s", words[0], below->str);
  return g_strdup_printf ("there is no command “%s”; postrider --help shows those that there are", asked);
}
