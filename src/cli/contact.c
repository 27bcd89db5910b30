/* contact … - one person: found, shown, mended, handed out, forgotten. */
#include "commands.h"
#include "contract-keys.h"
#include "dict.h"
#include "fault.h"
#include "json-out.h"
#include "person-copy.h"
#include "prompt.h"
#include "table.h"
#include "text.h"
#include "words.h"
#include <stdio.h>

#define VALUE_MAX 2000 /* octets of a value that is shown */

static int
run_find (Session *session, const void *values, char **words, GError **error)
{
  g_autoptr (Table) table = table_new (">#", "NAME", "E-MAIL", "PHONE", "LISTS", NULL);
  g_autoptr (GVariant) people = NULL;

  if (session_core (session, error) == NULL || !pr_app1_call_contact_find_sync (session->core, words[0], &people, NULL, error))
    return session_end (FALSE, error);
  if (session_is_for_programs (session)) {
    json_out_rows ("people", people, session->is_jsonl);
    return 0;
  }
  for (gsize i = 0; i < g_variant_n_children (people); i++) {
    g_autoptr (GVariant) person = g_variant_get_child_value (people, i);
    g_autofree char *id = g_strdup_printf ("#%" G_GUINT64_FORMAT, dict_number (person, KEY_CONTACT_ID));
    g_autofree char *lists = dict_join (person, KEY_CONTACT_LISTS, ", ");

    table_row (table, id, dict_text (person, KEY_CONTACT_NAME), dict_text (person, KEY_CONTACT_EMAIL), dict_text (person, KEY_CONTACT_PHONE), lists, NULL);
  }
  if (g_variant_n_children (people) == 0)
    session_say (session, "Nobody has “%s” in name, address or number.", words[0]);
  else
    table_print (table, stdout);
  return 0;
}

static void
print_value (Table *table, const char *what, const char *value)
{
  g_autofree char *shown = text_printable (value, -1, VALUE_MAX);

  if (*shown != '\0')
    table_row (table, what, shown, NULL);
}

static void
print_fields (Table *table, GVariant *person)
{
  g_autoptr (GVariant) fields = dict_child (person, KEY_CONTACT_FIELDS, "a{ss}");
  const char *name, *value;
  GVariantIter iter;

  if (fields == NULL)
    return;
  g_variant_iter_init (&iter, fields);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
    print_value (table, name, value);
}

static void
print_consent (Table *table, GVariant *person)
{
  g_autoptr (GVariant) rows = dict_child (person, KEY_CONTACT_CONSENT, "aa{sv}");

  for (gsize i = 0; rows != NULL && i < g_variant_n_children (rows); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
    g_autofree char *date = words_time ((gint64) dict_number (row, KEY_CONTACT_CONSENT_DATE));
    g_autofree char *text = g_strdup_printf ("%s (%s)", dict_text (row, KEY_CONTACT_CONSENT_SOURCE), date);

    print_value (table, "Agreed", text);
  }
}

static void
print_suppressed (Table *table, GVariant *person)
{
  g_autoptr (GVariant) rows = dict_child (person, KEY_CONTACT_SUPPRESSED, "aa{sv}");

  for (gsize i = 0; rows != NULL && i < g_variant_n_children (rows); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
    g_autofree char *date = words_time ((gint64) dict_number (row, KEY_CONTACT_SUPPRESSED_DATE));
    g_autofree char *text = g_strdup_printf ("%s: %s (%s, %s)", dict_text (row, KEY_CONTACT_SUPPRESSED_SCOPE), dict_text (row, KEY_CONTACT_SUPPRESSED_REASON),
                                             dict_text (row, KEY_CONTACT_SUPPRESSED_SOURCE), date);

    print_value (table, "Do not contact", text);
  }
}

static void
print_alike (Table *table, GVariant *person)
{
  g_autoptr (GVariant) rows = dict_child (person, KEY_CONTACT_ALIKE, "aa{sv}");

  for (gsize i = 0; rows != NULL && i < g_variant_n_children (rows); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
    const char *email = dict_text (row, KEY_CONTACT_ALIKE_EMAIL);
    g_autofree char *text = g_strdup_printf ("#%" G_GUINT64_FORMAT " %s <%s>", dict_number (row, KEY_CONTACT_ALIKE_ID), dict_text (row, KEY_CONTACT_ALIKE_NAME),
                                             *email != '\0' ? email : dict_text (row, KEY_CONTACT_ALIKE_PHONE));

    print_value (table, "Perhaps also", text);
  }
}

static void
print_history (GVariant *person)
{
  g_autoptr (Table) table = table_new (">CAMPAIGN", "TIME", "STATE", "SUBJECT", "ANSWER", NULL);
  g_autoptr (GVariant) rows = dict_child (person, KEY_CONTACT_HISTORY, "aa{sv}");

  if (rows == NULL || g_variant_n_children (rows) == 0) {
    puts ("\nNothing was ever sent to this person.");
    return;
  }
  for (gsize i = 0; i < g_variant_n_children (rows); i++) {
    g_autoptr (GVariant) row = g_variant_get_child_value (rows, i);
    g_autofree char *id = g_strdup_printf ("%" G_GUINT64_FORMAT, dict_number (row, KEY_CONTACT_HISTORY_CAMPAIGN));
    g_autofree char *time = words_time ((gint64) dict_number (row, KEY_CONTACT_HISTORY_TIME));
    const char *reason = dict_text (row, KEY_CONTACT_HISTORY_REASON);
    g_autofree char *state = g_strdup_printf ("%s%s%s%s", words_state (dict_text (row, KEY_CONTACT_HISTORY_STATE)), *reason != '\0' ? " (" : "", words_reason (reason),
                                              *reason != '\0' ? ")" : "");

    table_row (table, id, time, state, dict_text (row, KEY_CONTACT_HISTORY_SUBJECT), dict_text (row, KEY_CONTACT_HISTORY_REPLY), NULL);
  }
  putchar ('\n');
  table_print (table, stdout);
}

static void
print_person (GVariant *person)
{
  g_autoptr (Table) table = table_new ("", "", NULL);
  g_autofree char *id = g_strdup_printf ("#%" G_GUINT64_FORMAT, dict_number (person, KEY_CONTACT_ID));
  g_autofree char *lists = dict_join (person, KEY_CONTACT_LISTS, ", "), *formerly = dict_join (person, KEY_CONTACT_FORMERLY, ", ");

  print_value (table, "Person", id);
  print_value (table, "Name", dict_text (person, KEY_CONTACT_NAME));
  print_value (table, "E-mail", dict_text (person, KEY_CONTACT_EMAIL));
  print_value (table, "Phone", dict_text (person, KEY_CONTACT_PHONE));
  print_fields (table, person);
  print_value (table, "Formerly", formerly);
  print_value (table, "Lists", lists);
  print_consent (table, person);
  print_suppressed (table, person);
  print_alike (table, person);
  table_print (table, stdout);
  print_history (person);
}

/* Returns: (transfer full), or NULL. */
static GVariant *
ask_person (Session *session, const char *who, GError **error)
{
  GVariant *person = NULL;

  if (session_core (session, error) == NULL || !pr_app1_call_contact_show_sync (session->core, who, &person, NULL, error))
    session_end (FALSE, error);
  return person;
}

static int
run_show (Session *session, const void *values, char **words, GError **error)
{
  g_autoptr (GVariant) person = ask_person (session, words[0], error);

  if (person == NULL)
    return -1;
  if (session_is_for_programs (session))
    json_out_document (person);
  else
    print_person (person);
  return 0;
}

static int
run_export (Session *session, const void *values, char **words, GError **error)
{
  g_autoptr (GVariant) person = ask_person (session, words[0], error), copy = person != NULL ? person_copy_new (person) : NULL;

  if (copy == NULL)
    return -1;
  json_out_document (copy);
  return 0;
}

static int
run_edit (Session *session, const void *values, char **words, GError **error)
{
  g_auto (GVariantBuilder) changes = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));

  for (gsize i = 1; words[i] != NULL; i++) {
    g_autofree char *name = NULL, *value = NULL;

    if (!options_split_pair (words[i], "postrider contact edit WHO", &name, &value, error))
      return -1;
    g_variant_builder_add (&changes, "{ss}", name, value);
  }
  if (session_core (session, error) == NULL)
    return -1;
  if (!pr_app1_call_contact_edit_sync (session->core, words[0], g_variant_builder_end (&changes), NULL, error))
    return session_end (FALSE, error);
  session_say (session, "Changed. Campaigns that were prepared before keep the old values.");
  return 0;
}

static int
run_merge (Session *session, const void *values, char **words, GError **error)
{
  const PromptOptions *options = values;
  g_autofree char *question = g_strdup_printf ("Make “%s” and “%s” one person, who keeps the first one's name and address?", words[0], words[1]);
  guint64 person;

  if (session->has_terminal && !prompt_agreed (TRUE, options, question, error)) /* a merge keeps all that they got and wanted: a script may do it */
    return -1;
  if (session_core (session, error) == NULL || !pr_app1_call_contact_merge_sync (session->core, words[0], words[1], &person, NULL, error))
    return session_end (FALSE, error);
  if (session_is_for_programs (session))
    json_out_count ("person", person);
  else
    printf ("They are one person, #%" G_GUINT64_FORMAT ".\n", person);
  return 0;
}

static int
run_forget (Session *session, const void *values, char **words, GError **error)
{
  g_autofree char *question = g_strdup_printf ("Forget “%s” for ever: name, address, fields and answers?", words[0]);
  guint people;

  if (!prompt_agreed (session->has_terminal, values, question, error) || session_core (session, error) == NULL)
    return -1;
  if (!pr_app1_call_contact_forget_sync (session->core, words[0], &people, NULL, error))
    return session_end (FALSE, error);
  if (session_is_for_programs (session)) {
    json_out_count ("people", people);
  } else {
    g_autofree char *count = words_people (people);

    printf ("Forgotten: %s. The ledger keeps states and times without a name.\n", count);
  }
  return 0;
}

const Command contact_commands[] = {
  { "contact find", "TEXT", "Finds people by a part of name, address or number", 1, 1, NULL, 0, run_find, NULL },
  { "contact show", "WHO", "Shows everything about one person: values, consent, and what they ever got", 1, 1, NULL, 0,
    run_show,
    "WHO is an address, a number, a name that only one has, or #ID as find shows it.\n\n"
    "Examples:\n  postrider contact show ann@example.org\n  postrider contact show '#17'\n" },
  { "contact edit", "WHO FIELD=VALUE…", "Changes values of a person; an empty one is removed", 2, G_MAXUINT, NULL, 0,
    run_edit,
    "FIELD is name, email, phone, or any other field.\n\nExample:\n  postrider contact edit ann@example.org Town=Bonn "
    "'name=Ann Berg'\n" },
  { "contact export", "WHO", "Writes all that is kept about a person, as JSON", 1, 1, NULL, 0, run_export,
    "For people who ask what is kept about them.\n\nExample:\n  postrider contact export ann@example.org > ann.json\n" },
  { "contact merge", "WHO OTHER", "Makes one person of two: lists, consent and history of both, the values of the first", 2, 2, prompt_options,
    sizeof (PromptOptions), run_merge,
    "A suppression of either holds. Of two letters of an open campaign that were not begun one is left.\n\n"
    "Example:\n  postrider contact merge '#17' '#23'\n" },
  { "contact forget", "WHO", "Removes a person everywhere, for ever", 1, 1, prompt_options, sizeof (PromptOptions),
    run_forget, "Ledger rows keep state and time without a name; the do-not-contact list keeps a keyed hash. A file that brings the\n"
    "person again does so in vain: import --again-consented.\n" },
  { 0 },
};
