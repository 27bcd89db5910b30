#include "list-edit.h"

#include "connect.h"
#include "contract-keys.h"
#include "date.h"
#include "dict.h"
#include "fault.h"
#include "json-out.h"
#include "words.h"
#include <stdio.h>
#include <string.h>

#define AT(member) G_STRUCT_OFFSET (ListEditOptions, member)

const Option list_edit_add_options[] = {
  { "consent", 0, OPTION_TEXT, AT (consent), "TEXT", "where and when they agreed to get mail (of people who are new)" },
  { "consent-time", 0, OPTION_TEXT, AT (consent_time), "DAY", "when they agreed: year-month-day" },
  { "region", 0, OPTION_TEXT, AT (region), "CC", "the country in whose way the day is written" },
  { "again-consented", 0, OPTION_FLAG, AT (is_again_consented), NULL, "somebody who was forgotten has agreed again" },
  { 0 },
};

static int
say_done (Session *session, const char *sentence)
{
  if (!session_is_for_programs (session))
    puts (sentence);
  return 0;
}

int
list_edit_create (Session *session, const void *values, char **words, GError **error)
{
  g_autofree char *done = g_strdup_printf ("The list “%s” is there, with nobody on it.", words[0]);

  if (session_core (session, error) == NULL || !pr_app1_call_list_create_sync (session->core, words[0], NULL, error))
    return session_end (FALSE, error);
  return say_done (session, done);
}

int
list_edit_rename (Session *session, const void *values, char **words, GError **error)
{
  g_autofree char *done = g_strdup_printf ("The list “%s” is now “%s”.", words[0], words[1]);

  if (session_core (session, error) == NULL || !pr_app1_call_list_rename_sync (session->core, words[0], words[1], NULL, error))
    return session_end (FALSE, error);
  return say_done (session, done);
}

/* --- people --- */

static gboolean
read_time (const ListEditOptions *options, gint64 *out_utc, GError **error)
{
  const char *text = options->consent_time;
  g_autofree char *region = g_ascii_strup (options->region != NULL ? options->region : "", -1);
  Date date;
  DateFlaw flaw;

  *out_utc = 0;
  if (text == NULL)
    return TRUE;
  flaw = date_parse (text, strlen (text), region, &date);
  if (flaw == DATE_FINE)
    *out_utc = date_to_utc (&date);
  else
    g_set_error (error, FAULT, FAULT_USAGE, flaw == DATE_AMBIGUOUS ? "--consent-time: “%s”: which is the day? Write year-month-day, or --region CC"
                                                                   : "--consent-time: “%s” is no day: write year-month-day", text);
  return flaw == DATE_FINE;
}

/* "Ann Lee <ann@example.org>", "ann@example.org", "+4930123456" -> a{ss}, floating; NULL: none of these. */
static GVariant *
read_person (const char *who)
{
  g_auto (GVariantBuilder) values = G_VARIANT_BUILDER_INIT (G_VARIANT_TYPE ("a{ss}"));
  const char *open = strrchr (who, '<');
  gboolean is_mailbox = open != NULL && g_str_has_suffix (who, ">");
  g_autofree char *address = is_mailbox ? g_strndup (open + 1, strlen (open) - 2) : g_strdup (who);
  g_autofree char *name = is_mailbox ? g_strstrip (g_strndup (who, (gsize) (open - who))) : g_strdup ("");
  gsize len = strlen (name);

  if (who[0] != '+' && strchr (address, '@') == NULL)
    return NULL;
  if (len > 1 && name[0] == '"' && name[len - 1] == '"') {
    name[len - 1] = '\0';
    memmove (name, name + 1, len - 1);
  }
  g_variant_builder_add (&values, "{ss}", who[0] == '+' ? "phone" : "email", address);
  if (name[0] != '\0')
    g_variant_builder_add (&values, "{ss}", "name", name);
  return g_variant_builder_end (&values);
}

/* Sorts `words` into who is there and who is new. */
static gboolean
sort_people (Session *session, char **words, GPtrArray *known, GPtrArray *fresh, GError **error)
{
  for (gsize i = 0; words[i] != NULL; i++) {
    g_autoptr (GVariant) person = NULL, values = read_person (words[i]);
    g_autoptr (GError) local = NULL;

    if (values != NULL)
      g_variant_ref_sink (values);
    if (!g_str_has_suffix (words[i], ">") && pr_app1_call_contact_show_sync (session->core, words[i], &person, NULL, &local)) {
      g_ptr_array_add (known, words[i]);
    } else if (values != NULL && (local == NULL || g_error_matches (local, FAULT, FAULT_NO_USER))) {
      g_ptr_array_add (fresh, g_steal_pointer (&values));
    } else {
      g_propagate_error (error, g_steal_pointer (&local));
      if (error != NULL && *error == NULL)
        g_set_error (error, FAULT, FAULT_DATA, "“%s” is no person, address or number", words[i]);
      return FALSE;
    }
  }
  return TRUE;
}

static gboolean
add_new (Session *session, const char *list, const ListEditOptions *options, gint64 utc, GPtrArray *fresh, GError **error)
{
  for (guint i = 0; i < fresh->len; i++) {
    g_auto (GVariantDict) extra = G_VARIANT_DICT_INIT (NULL);
    gboolean is_new;
    guint64 person;

    dict_put_text (&extra, KEY_CONTACT_ADD_CONSENT, options->consent);
    dict_put_flag (&extra, KEY_CONTACT_ADD_AGAIN_CONSENTED, options->is_again_consented);
    if (utc != 0)
      g_variant_dict_insert (&extra, KEY_CONTACT_ADD_CONSENT_TIME, "x", utc);
    if (!pr_app1_call_contact_add_sync (session->core, list, g_ptr_array_index (fresh, i), g_variant_dict_end (&extra), &person, &is_new, NULL, error))
      return FALSE;
  }
  return TRUE;
}

static int
report_people (Session *session, const char *key, guint count, const char *what, const char *list)
{
  g_autofree char *people = words_people (count);

  if (session_is_for_programs (session))
    json_out_count (key, count);
  else
    printf ("%s %s the list “%s”.\n", people, what, list);
  return 0;
}

int
list_edit_add (Session *session, const void *values, char **words, GError **error)
{
  const ListEditOptions *options = values;
  g_autoptr (GPtrArray) known = g_ptr_array_new (), fresh = g_ptr_array_new_with_free_func ((GDestroyNotify) g_variant_unref);
  guint added = 0;
  gint64 utc;

  if (!read_time (options, &utc, error) || session_core (session, error) == NULL)
    return -1;
  if (!sort_people (session, words + 1, known, fresh, error))
    return session_end (FALSE, error);
  g_ptr_array_add (known, NULL);
  if ((known->len > 1 && !pr_app1_call_list_add_sync (session->core, words[0], (const char *const *) known->pdata, &added, NULL, error)) ||
      !add_new (session, words[0], options, utc, fresh, error))
    return session_end (FALSE, error);
  return report_people (session, "added", added + fresh->len, "more on", words[0]);
}

int
list_edit_drop (Session *session, const void *values, char **words, GError **error)
{
  guint dropped;

  if (session_core (session, error) == NULL ||
      !pr_app1_call_list_drop_sync (session->core, words[0], (const char *const *) words + 1, &dropped, NULL, error))
    return session_end (FALSE, error);
  return report_people (session, "dropped", dropped, "less on", words[0]);
}

/* --- a field --- */

int
list_edit_field (Session *session, const void *values, char **words, GError **error)
{
  g_autofree char *question = g_strdup_printf ("Remove the field “%s” of the list “%s”, with all its values?", words[1], words[0]);
  g_autofree char *people = NULL;
  guint64 count;

  if (!prompt_agreed (session->has_terminal, values, question, error) || session_core (session, error) == NULL)
    return -1;
  if (!pr_app1_call_list_field_remove_sync (session->core, words[0], words[1], &count, NULL, error))
    return session_end (FALSE, error);
  people = words_people (count);
  if (session_is_for_programs (session))
    json_out_count ("people", count);
  else
    printf ("The field “%s” is gone, with the values of %s.\n", words[1], people);
  return 0;
}
