#include "app-question.h"

#include "contact.h"
#include "contract-keys.h"
#include "database.h"
#include "import-undo.h"
#include "list-edit.h"
#include "list.h"
#include "retention.h"
#include "template.h"
#include "text.h"
#include "vault.h"
#include <string.h>

static gboolean
ask_list_remove (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autofree char *shown = NULL, *people = NULL, *gone = NULL;
  gint64 list = 0, count = 0, leaving = 0;
  const char *name;

  g_variant_get (arguments, "(&s)", &name);
  if (!list_find (core->database, name, &list, error) || !list_count (core->database, list, &count, &leaving, error))
    return FALSE;
  shown = question_quote (name);
  people = question_count_people (count);
  gone = question_count_people (leaving);
  g_string_printf (out->text, "The list %s (%s) will be gone. With it go %s who are on no other list and in no campaign, and the record of where and when they agreed "
                   "to be written to.", shown, people, gone);
  question_ask (out, "Remove this list?", "_Remove the list");
  return TRUE;
}

static gboolean
ask_list_field_remove (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autofree char *shown = NULL, *list = NULL, *people = NULL;
  const char *name, *field;
  guint64 count = 0;

  g_variant_get (arguments, "(&s&s)", &name, &field);
  if (!list_count_field (core->database, name, field, &count, error))
    return FALSE;
  shown = question_quote (field);
  list = question_quote (name);
  people = question_count_people ((gint64) count);
  g_string_printf (out->text, "The field %s of the list %s will be gone, and with it the values of %s.", shown, list, people);
  question_ask (out, "Remove this field?", "_Remove the field");
  return TRUE;
}

static char *
describe_contact (const Contact *contact)
{
  g_autofree char *name = question_quote (contact->name);
  g_autofree char *place = text_quote (*contact->email != '\0' ? contact->email : contact->phone, QUESTION_PLACE_MAX);

  return *contact->name != '\0' ? g_strdup_printf ("%s (%s)", name, place) : g_steal_pointer (&place);
}

static gboolean
ask_contact_merge (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (Contact) stays = NULL, goes = NULL;
  g_autofree char *first = NULL, *second = NULL;
  const char *who, *other;
  gint64 id = 0, other_id = 0;

  g_variant_get (arguments, "(&s&s)", &who, &other);
  if (!contact_find_one (core->database, who, &id, error) || !contact_find_one (core->database, other, &other_id, error) ||
      (stays = contact_load (core->database, id, error)) == NULL || (goes = contact_load (core->database, other_id, error)) == NULL)
    return FALSE;
  first = describe_contact (stays);
  second = describe_contact (goes);
  g_string_printf (out->text, "%s and %s become one person, who keeps the name and the address of the first. Letters go there only. Lists, consent and what they "
                   "got are kept of both; what either did not want holds.", first, second);
  question_ask (out, "Make them one person?", "_Make them one");
  return TRUE;
}

static gboolean
ask_import_undo (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_auto (ImportUndone) undone = { 0 };
  g_autofree char *list = NULL, *gone = NULL, *restored = NULL, *left = NULL;
  guint64 import;

  g_variant_get (arguments, "(t)", &import);
  if (!import_undo_count (core->database, (gint64) MIN (import, G_MAXINT64), &undone, error))
    return FALSE;
  list = question_quote (undone.list);
  gone = question_count_people ((gint64) undone.removed);
  restored = question_count_people ((gint64) undone.restored);
  left = question_count_people ((gint64) undone.left);
  g_string_printf (out->text, "It went into the list %s. Gone will be %s whom it made; %s get their values from before back, and %s leave the list. "
                   "Who must not be written to stays so", list, gone, restored, left);
  if (undone.lifted > 0)
    g_string_append_printf (out->text, ", but for %" G_GUINT64_FORMAT " of whom this file alone said that they left", undone.lifted);
  g_string_append_c (out->text, '.');
  question_ask (out, "Undo this import?", "_Undo the import");
  return TRUE;
}

static gboolean
ask_contact_forget (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (Contact) contact = NULL;
  g_autofree char *shown = NULL;
  gint64 id = 0;
  const char *who;

  g_variant_get (arguments, "(&s)", &who);
  if (!contact_find_one (core->database, who, &id, error) || (contact = contact_load (core->database, id, error)) == NULL)
    return FALSE;
  shown = text_quote (*contact->email != '\0' ? contact->email : *contact->phone != '\0' ? contact->phone : contact->name, QUESTION_PLACE_MAX);
  g_string_printf (out->text, "The name, the address and all answers of %s will be gone.", shown);
  question_ask (out, "Forget this person for good?", "_Forget");
  return TRUE;
}

static gboolean
ask_template_remove (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autofree char *subject = NULL, *html = NULL, *text = NULL, *shown = NULL, *about = NULL;
  const char *name;

  g_variant_get (arguments, "(&s)", &name);
  if (!template_load (core->database, name, &subject, &html, &text, error))
    return FALSE;
  shown = question_quote (name);
  about = question_quote (subject);
  g_string_printf (out->text, "The saved message %s with the subject %s will be gone.", shown, about);
  question_ask (out, "Remove this message?", "_Remove it");
  return TRUE;
}

/* A whole domain among them weighs more than any address. */
static const char *
find_domain (const char *const *addresses)
{
  for (; *addresses != NULL; addresses++) {
    const char *start = *addresses + strspn (*addresses, " \t");

    if (*start == '@' || *start == '*')
      return *addresses;
  }
  return NULL;
}

static gboolean
ask_suppress_remove (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autofree const char **addresses = NULL;
  g_autofree char *shown = NULL;
  const char *scope, *domain;
  gsize count;

  g_variant_get (arguments, "(^a&s&s)", &addresses, &scope);
  count = g_strv_length ((char **) addresses);
  if (count == 0)
    return TRUE; /* an empty list */
  domain = find_domain (addresses);
  shown = text_quote (domain != NULL ? domain : addresses[0], QUESTION_PLACE_MAX);
  g_string_append_printf (out->text, "%s%s", domain != NULL ? "Everybody at " : "", shown);
  if (count > 1)
    g_string_append_printf (out->text, " and %" G_GSIZE_FORMAT " more", count - 1);
  g_string_append (out->text, " will be written to again. Please do so only if they asked for it.");
  question_ask (out, "Write to them again?", "_Write to them again");
  return TRUE;
}

/* Only a shorter time takes something away. */
static gboolean
ask_settings_change (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autoptr (GVariant) settings = g_variant_get_child_value (arguments, 0);
  guint wanted = 0, now = retention_get_days (core);

  g_variant_lookup (settings, KEY_SETTINGS_KEEP_DAYS, "u", &wanted);
  if (wanted == 0 || (now != 0 && wanted >= now))
    return TRUE;
  g_string_printf (out->text, "Names, addresses and replies of campaigns that ended more than %u days ago will be gone at once, and those of the others when they "
                   "are as old.", wanted);
  question_ask (out, "Keep names for a shorter time?", "_Shorten");
  return TRUE;
}

static gboolean
ask_delete_all (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_autofree char *shown = NULL;
  gint64 people = 0;

  if (database_get_int (core->database, &people, error, "SELECT count(*) FROM contact", "") < 0)
    return FALSE;
  shown = question_count_people (people);
  g_string_printf (out->text, "All people (%s), messages, accounts, passwords and the record of who got what will be gone.", shown);
  question_ask (out, "Delete everything that Postrider keeps?", "_Delete everything");
  return TRUE;
}

static gboolean
ask_vault_protect (Core *core, GVariant *arguments, Question *out, GError **error)
{
  g_string_assign (out->text, "Please choose a passphrase for your saved passwords. Leave both fields empty to go without one. It cannot be recovered: if you "
                   "forget it, the saved passwords are lost.");
  question_ask (out, "Protect the saved passwords?", "_OK");
  return TRUE;
}

static gboolean
ask_vault_keyring_add (Core *core, GVariant *arguments, Question *out, GError **error)
{
  if (!vault_check_slot (core->vault, VAULT_SLOT_KEYRING, FALSE, error))
    return FALSE;
  g_string_assign (out->text, "A key to your saved passwords is put into the keyring of your desktop, which may ask for its own password. While it is unlocked, each program of yours can read that key. "
                   "What opens them now still does.");
  question_ask (out, "Let your keyring open the saved passwords?", "_Use the keyring");
  return TRUE;
}

const QuestionRow question_people_rows[] = {
  { "ListRemove", ask_list_remove },
  { "ListFieldRemove", ask_list_field_remove },
  { "ContactMerge", ask_contact_merge },
  { "ContactForget", ask_contact_forget },
  { "ImportUndo", ask_import_undo },
  { "TemplateRemove", ask_template_remove },
  { "SuppressRemove", ask_suppress_remove },
  { "SettingsChange", ask_settings_change },
  { "DeleteAll", ask_delete_all },
  { "VaultProtect", ask_vault_protect },
  { "VaultKeyringAdd", ask_vault_keyring_add },
  { NULL, NULL },
};
