#include "app-people.h"

#include "address.h"
#include "campaigns.h"
#include "contact.h"
#include "fault.h"
#include "forget.h"
#include "former.h"
#include "import-watermark.h"
#include "list.h"
#include "person.h"
#include "suppression.h"
#include "text.h"
#include "typed-address.h"
#include <string.h>

#define NAME_MAX_BYTES 4096            /* as intake/rules */
#define FIELD_NAME_MAX_BYTES 1024
#define VALUE_MAX_BYTES (1024 * 1024)

static gboolean
handle_contact_find (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *text, AppClient *client)
{
  GError *error = NULL;
  GVariant *people = person_search (client->core->database, text, &error);

  if (people == NULL)
    return app_return_error (invocation, error);
  pr_app1_complete_contact_find (skeleton, invocation, people);
  return TRUE;
}

static Contact *
app_contact_find (AppClient *client, const char *who, GError **error)
{
  gint64 id = 0;

  return contact_find_one (client->core->database, who, &id, error) ? contact_load (client->core->database, id, error) : NULL;
}

static gboolean
handle_contact_show (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *who, AppClient *client)
{
  GError *error = NULL;
  g_autoptr (Contact) contact = app_contact_find (client, who, &error);
  GVariant *person = contact != NULL ? person_describe (client->core->database, contact, &error) : NULL;

  if (person == NULL)
    return app_return_error (invocation, error);
  pr_app1_complete_contact_show (skeleton, invocation, person);
  return TRUE;
}

/* --- edit --- */

static gboolean
set_email (Contact *contact, const char *value, GError **error)
{
  g_autofree char *address = value[0] != '\0' ? typed_address_canonical (value) : g_strdup ("");

  if (address == NULL) {
    g_set_error (error, FAULT, FAULT_DATA, "“%s” is no e-mail address that can be written to", value);
    return FALSE;
  }
  g_free (contact->email);
  contact->email = g_steal_pointer (&address);
  return TRUE;
}

static gboolean
set_phone (Contact *contact, const char *value, GError **error)
{
  if (value[0] != '\0' && !phone_is_e164 (value, strlen (value))) {
    g_set_error (error, FAULT, FAULT_DATA, "“%s” is no number with its country, such as +4930123456", value);
    return FALSE;
  }
  g_free (contact->phone);
  contact->phone = g_strdup (value);
  return TRUE;
}

static gboolean
set_name (Contact *contact, const char *value, GError **error)
{
  g_autofree char *shown = text_printable (value, -1, NAME_MAX_BYTES);

  if (strcmp (shown, value) != 0) {
    g_set_error (error, FAULT, FAULT_DATA, "a name is one line of at most %d octets", NAME_MAX_BYTES);
    return FALSE;
  }
  g_free (contact->name);
  contact->name = g_strdup (value);
  return TRUE;
}

gboolean
app_contact_set_value (Contact *contact, const char *name, const char *value, GError **error)
{
  g_autofree char *shown = text_printable (name, -1, FIELD_NAME_MAX_BYTES);

  if (g_ascii_strcasecmp (name, "email") == 0)
    return set_email (contact, value, error);
  if (g_ascii_strcasecmp (name, "phone") == 0)
    return set_phone (contact, value, error);
  if (g_ascii_strcasecmp (name, "name") == 0)
    return set_name (contact, value, error);
  if (name[0] == '\0' || strcmp (shown, name) != 0)
    g_set_error (error, FAULT, FAULT_USAGE, "a field's name is one line of at most %d octets", FIELD_NAME_MAX_BYTES);
  else if (strlen (value) > VALUE_MAX_BYTES)
    g_set_error (error, FAULT, FAULT_DATA, "the value of %s is larger than 1 MiB", name);
  else {
    contact_set_field (contact, name, value);
    return TRUE;
  }
  return FALSE;
}

/* A new field becomes a column of each list that the person is in. */
static gboolean
add_to_lists (Database *database, gint64 id, const char *field, GError **error)
{
  const char *const names[] = { field, NULL };
  g_autoptr (GArray) lists = g_array_new (FALSE, FALSE, sizeof (gint64));
  sqlite3_stmt *rows = database_query (database, "SELECT list FROM member WHERE contact=?", "i", id);
  int result;

  while ((result = database_step (database, rows, error)) == 1) {
    gint64 list = database_int (rows, 0);

    g_array_append_val (lists, list);
  }
  for (guint i = 0; result == 0 && i < lists->len; i++)
    if (!list_add_fields (database, g_array_index (lists, gint64, i), names, error))
      return FALSE;
  return result == 0;
}

gboolean
app_contact_is_own (const char *name)
{
  return g_ascii_strcasecmp (name, "email") == 0 || g_ascii_strcasecmp (name, "phone") == 0 || g_ascii_strcasecmp (name, "name") == 0;
}

static gboolean
set_values (Contact *contact, GVariant *values, GError **error)
{
  GVariantIter iter;
  const char *name, *value;

  g_variant_iter_init (&iter, values);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
    if (!app_contact_set_value (contact, name, value, error))
      return FALSE;
  if (contact->email[0] != '\0' || contact->phone[0] != '\0')
    return TRUE;
  g_set_error (error, FAULT, FAULT_DATA, "a person needs an address or a number; `contact forget` removes one for good");
  return FALSE;
}

static gboolean
follow_suppressions (Database *database, const Contact *before, const Contact *contact, GError **error)
{
  g_autofree char *old = *before->email != '\0' ? address_key (before->email) : g_strdup ("");
  g_autofree char *new = *contact->email != '\0' ? address_key (contact->email) : g_strdup ("");

  return suppression_follow (database, old, new, error) && suppression_follow (database, before->phone, contact->phone, error);
}

static gboolean
app_contact_save (Database *database, const Contact *contact, const Contact *before, GVariant *values, GError **error)
{
  GVariantIter iter;
  const char *name, *value;
  g_autofree char *detail = g_strdup_printf ("person #%" G_GINT64_FORMAT, contact->id);

  if (!contact_save (database, contact, error) || !former_keep (database, before, error) || !follow_suppressions (database, before, contact, error) || !database_audit (database, "contact.edit", detail, error))
    return FALSE;
  g_variant_iter_init (&iter, values);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value))
    if (!app_contact_is_own (name) && value[0] != '\0' && !add_to_lists (database, contact->id, name, error))
      return FALSE;
  return TRUE;
}

static gboolean
handle_contact_edit (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *who, GVariant *values, AppClient *client)
{
  Database *database = client->core->database;
  GError *error = NULL;
  g_autoptr (Contact) before = app_contact_find (client, who, &error);
  g_autoptr (Contact) contact = before != NULL ? contact_load (database, before->id, &error) : NULL;

  if (contact == NULL || !import_watermark_check_none (database, &error) || !set_values (contact, values, &error) || !database_begin (database, &error))
    return app_return_error (invocation, error);
  if (!app_contact_save (database, contact, before, values, &error)) {
    database_rollback (database);
    return app_return_error (invocation, error);
  }
  if (!database_commit (database, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_contact_edit (skeleton, invocation);
  return TRUE;
}

static gboolean
handle_contact_forget (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *who, AppClient *client)
{
  GError *error = NULL;
  gint64 id = 0;

  if (!contact_find_one (client->core->database, who, &id, &error) || !forget_contact (client->core->database, client->core->vault, id, &error))
    return app_return_error (invocation, error);
  campaigns_suppressed (client->core); /* campaigns in which their rows became skipped */
  pr_app1_complete_contact_forget (skeleton, invocation, 1);
  return TRUE;
}

void
app_contact_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-contact-find", G_CALLBACK (handle_contact_find), client);
  g_signal_connect (client->skeleton, "handle-contact-show", G_CALLBACK (handle_contact_show), client);
  g_signal_connect (client->skeleton, "handle-contact-edit", G_CALLBACK (handle_contact_edit), client);
  g_signal_connect (client->skeleton, "handle-contact-forget", G_CALLBACK (handle_contact_forget), client);
}
