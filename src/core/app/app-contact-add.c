/* App1.ContactAdd, ContactConsent, ContactMerge: a person by hand, when they agreed, and two who are one. */
#include "app-people.h"

#include "address.h"
#include "campaigns.h"
#include "clock.h"
#include "contact.h"
#include "contract-keys.h"
#include "fault.h"
#include "former.h"
#include "join.h"
#include "list.h"
#include "merge.h"
#include "name-key.h"
#include <string.h>

#define CLOCK_SLACK_S 86400 /* chosen: a day that has begun somewhere on earth is no future */

/* --- one person: a row of an import --- */

typedef struct { /* of a call of ContactAdd */
  Contact   *contact; /* id 0 */
  GPtrArray *fields;  /* char *: names, NULL-terminated */
  const char *consent;
  gint64     consent_utc;
  gboolean   is_again_consented;
} Addition;

static void
addition_clear (Addition *self)
{
  g_clear_pointer (&self->contact, contact_free);
  g_clear_pointer (&self->fields, g_ptr_array_unref);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Addition, addition_clear)

static gboolean
check_consent_time (gint64 utc, GError **error)
{
  if (utc >= 0 && utc <= clock_now_utc () + CLOCK_SLACK_S)
    return TRUE;
  g_set_error (error, FAULT, FAULT_DATA, "nobody can have agreed on a day that is still to come");
  return FALSE;
}

static gboolean
read_values (Addition *self, GVariant *values, GError **error)
{
  const char *name, *value;
  GVariantIter iter;

  self->contact = contact_new ();
  self->fields = g_ptr_array_new_with_free_func (g_free);
  g_variant_iter_init (&iter, values);
  while (g_variant_iter_next (&iter, "{&s&s}", &name, &value)) {
    if (!app_contact_set_value (self->contact, name, value, error))
      return FALSE;
    if (!app_contact_is_own (name) && value[0] != '\0')
      g_ptr_array_add (self->fields, g_strdup (name));
  }
  g_ptr_array_add (self->fields, NULL);
  if (self->contact->email[0] != '\0' || self->contact->phone[0] != '\0')
    return TRUE;
  g_set_error (error, FAULT, FAULT_DATA, "a person needs an address, or a number with its country such as +4930123456");
  return FALSE;
}

static gboolean
read_addition (Addition *self, GVariant *values, GVariant *options, GError **error)
{
  self->consent = "";
  g_variant_lookup (options, KEY_CONTACT_ADD_CONSENT, "&s", &self->consent);
  g_variant_lookup (options, KEY_CONTACT_ADD_CONSENT_TIME, "x", &self->consent_utc);
  g_variant_lookup (options, KEY_CONTACT_ADD_AGAIN_CONSENTED, "b", &self->is_again_consented);
  return check_consent_time (self->consent_utc, error) && read_values (self, values, error);
}

static MergeRow
make_row (const Contact *contact)
{
  return (MergeRow){ { contact->name, strlen (contact->name) }, { contact->email, strlen (contact->email) }, { contact->phone, strlen (contact->phone) },
                     contact->fields->data, contact->fields->len, { "", 0 }, 0 };
}

static gboolean
check_forgotten (Forgotten *forgotten, const MergeRow *row, GError **error)
{
  int is_forgotten = forgotten_check (forgotten, row->name, row->email, row->phone, error);

  if (is_forgotten == 1)
    g_set_error (error, FAULT, FAULT_DATA, "this person was forgotten for good: they come back only when they have agreed again");
  return is_forgotten == 0;
}

static gboolean
put_row (Merge *merge, const MergeRow *row, GError **error)
{
  return merge_open_batch (merge, error) && merge_add (merge, row, error) && merge_close_batch (merge, error);
}

static gboolean
add_person (Core *core, const char *list, const Addition *what, MergeCounts *out_counts, GError **error)
{
  gint64 id = 0;
  g_autoptr (Forgotten) forgotten = forgotten_new (core->database, core->vault, what->is_again_consented, error);
  g_autoptr (Merge) merge = NULL;
  MergeRow row = make_row (what->contact);
  MergeTarget target = { (const char *const *) what->fields->pdata, NULL, FALSE, "contact.add", forgotten };
  int result = 1;

  if (forgotten == NULL || !list_find (core->database, list, &id, error) || !check_forgotten (forgotten, &row, error))
    return FALSE;
  merge = merge_new (core->database, list, what->consent, error);
  if (merge != NULL)
    merge_set_consent (merge, what->consent, what->consent_utc);
  if (merge == NULL || !put_row (merge, &row, error))
    return FALSE;
  while (result > 0)
    result = merge_step (merge, &target, out_counts, error);
  return result == 0;
}

static gboolean
has_name (Database *database, gint64 id, const char *name_key)
{
  gint64 found = 0;

  return database_get_int (database, &found, NULL, "SELECT 1 FROM person WHERE id=? AND name_key=?", "is", id, name_key) == 1;
}

/* Finds the person whom the row meant: who has the address and the name, or had; else the only one there. */
static gboolean
find_added (Database *database, const Contact *wanted, gint64 *out_id, GError **error)
{
  g_autofree char *key = wanted->email[0] != '\0' ? address_key (wanted->email) : g_strdup (wanted->phone);
  g_autofree char *name_key = name_key_build (wanted->name);
  int result = database_get_int (database, out_id, error,
                                 "SELECT c.id FROM known k CROSS JOIN contact c ON c.id=k.contact WHERE k.hash=key_hash(?1) AND ?1 IN (c.email_key,c.phone)"
                                 " ORDER BY c.name_key=?2 DESC, c.id LIMIT 1", "ss", key, name_key);
  gint64 former = 0;

  if (result < 0 || !former_find (database, key, name_key, &former, error))
    return FALSE;
  *out_id = former != 0 && !has_name (database, *out_id, name_key) ? former : *out_id;
  return TRUE;
}

static gboolean
handle_contact_add (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *list, GVariant *values, GVariant *options, AppClient *client)
{
  g_auto (Addition) what = { 0 };
  MergeCounts counts = { 0 };
  GError *error = NULL;
  gint64 id = 0;

  if (!read_addition (&what, values, options, &error) || !add_person (client->core, list, &what, &counts, &error) ||
      !find_added (client->core->database, what.contact, &id, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_contact_add (skeleton, invocation, (guint64) id, counts.created == 1);
  return TRUE;
}

/* --- consent --- */

static gboolean
write_consent (Database *database, gint64 id, const char *consent, gint64 utc, GError **error)
{
  g_autofree char *detail = g_strdup_printf ("person #%" G_GINT64_FORMAT, id);

  if (!database_begin (database, error))
    return FALSE;
  if (database_run (database, error, "INSERT INTO consent(contact,source,time_utc) VALUES(?,?,?) ON CONFLICT DO UPDATE SET time_utc=excluded.time_utc, import=0, was_utc=0", "isi", id, consent,
                    utc > 0 ? utc : clock_now_utc ()) &&
      database_audit (database, "contact.consent", detail, error))
    return database_commit (database, error);
  database_rollback (database);
  return FALSE;
}

static gboolean
handle_contact_consent (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *who, const char *consent, gint64 utc, AppClient *client)
{
  GError *error = NULL;
  gint64 id = 0;

  if (consent[0] == '\0')
    return app_return_error (invocation, g_error_new (FAULT, FAULT_DATA, "say in a few words where and how they agreed"));
  if (!check_consent_time (utc, &error) || !contact_find_one (client->core->database, who, &id, &error) ||
      !write_consent (client->core->database, id, consent, utc, &error))
    return app_return_error (invocation, error);
  pr_app1_complete_contact_consent (skeleton, invocation);
  return TRUE;
}

/* --- two who are one --- */

static gboolean
handle_contact_merge (PrApp1 *skeleton, GDBusMethodInvocation *invocation, const char *who, const char *other, AppClient *client)
{
  Database *database = client->core->database;
  GError *error = NULL;
  gint64 stays = 0, goes = 0;

  if (!contact_find_one (database, who, &stays, &error) || !contact_find_one (database, other, &goes, &error) || !join_people (database, stays, goes, &error))
    return app_return_error (invocation, error);
  campaigns_suppressed (client->core); /* a suppression of either holds; and what was skipped is seen */
  pr_app1_complete_contact_merge (skeleton, invocation, (guint64) stays);
  return TRUE;
}

void
app_contact_add_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-contact-add", G_CALLBACK (handle_contact_add), client);
  g_signal_connect (client->skeleton, "handle-contact-consent", G_CALLBACK (handle_contact_consent), client);
  g_signal_connect (client->skeleton, "handle-contact-merge", G_CALLBACK (handle_contact_merge), client);
}
