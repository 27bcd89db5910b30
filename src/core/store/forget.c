#include "forget.h"

#include "address.h"
#include "contact.h"
#include "fault.h"
#include "forgotten.h"
#include "frame.h"
#include "import-watermark.h"
#include "outcome.h"
#include "recipient.h"
#include "sql-words.h"
#include "suppression.h"

/* Handed over: the transport has the address, and the answer must find its row as it was. */
static gboolean
check_off_wire (Database *database, gint64 id, GError **error)
{
  gint64 campaign = 0;
  int result = database_get_int (database, &campaign, error,
                                 "SELECT campaign FROM ledger WHERE contact=? AND state=? LIMIT 1", "ii", id, (gint64) STATE_HANDED);

  if (result == 1)
    g_set_error (error, FAULT, FAULT_TEMP,
                 "campaign %" G_GINT64_FORMAT " has a message to this person on the wire: try again in a moment, or pause it first", campaign);
  return result == 0;
}

/* Rows that were still to be sent are skipped: there is nobody any more. The tally follows. */
static gboolean
skip_rest (Database *database, gint64 id, GError **error)
{
  static const char waiting[] = "SELECT campaign,id,state FROM ledger WHERE contact=? AND " SQL_IS_WAITING ("") " LIMIT 1";
  sqlite3_stmt *row;
  int result;

  while ((row = database_query (database, waiting, "i", id)), (result = database_step (database, row, error)) == 1) {
    gint64 campaign = database_int (row, 0), recipient = database_int (row, 1), state = database_int (row, 2);

    sqlite3_reset (row);
    if (!recipient_skip (database, campaign, recipient, state, REASON_SUPPRESSED, error))
      return FALSE;
  }
  return result == 0;
}

/* Values in frame form: as many, all empty. */
static void
empty_fields_cb (sqlite3_context *sql, int n, sqlite3_value **values)
{
  const void *fields = sqlite3_value_blob (values[0]);
  guint count = frame_count_raw (fields, (gsize) sqlite3_value_bytes (values[0]));

  sqlite3_result_zeroblob (sql, (int) (4 * count));
}

/* The person's rows in the ledger; and those of the address alone (a test, a removed contact) when nobody else has it. For these no index
 * is kept at all recipients' cost: the whole ledger is read, a second for some millions. */
static gboolean
empty_ledger (Database *database, gint64 id, const char *email_key, const char *phone, gboolean has_email_alone, gboolean has_phone_alone, GError **error)
{
  static const char collect[] = "INSERT OR IGNORE INTO temp.emptied SELECT campaign,id FROM snapshot WHERE contact=?1 OR (address_key<>'' AND address_key IN (?2,?3))";

  return database_run (database, error, "CREATE TEMP TABLE IF NOT EXISTS emptied (campaign INTEGER, id INTEGER, PRIMARY KEY (campaign, id)) WITHOUT ROWID", "") &&
         database_run (database, error, "DELETE FROM temp.emptied", "") &&
         database_run (database, error, collect, "iss", id, has_email_alone ? email_key : "", has_phone_alone ? phone : "") &&
         database_run (database, error, "UPDATE recipient SET reply='',provider_id=NULL WHERE (campaign,id) IN (SELECT campaign,id FROM temp.emptied)", "") &&
         database_run (database, error, "UPDATE outcome SET reply='' WHERE (campaign,recipient) IN (SELECT campaign,id FROM temp.emptied)", "") &&
         database_run (database, error, "UPDATE delivery SET words='' WHERE (campaign,recipient) IN (SELECT campaign,id FROM temp.emptied)", "") &&
         database_run (database, error,
                       "UPDATE snapshot SET contact=0,name='',address='',address_key='',fields=empty_fields(fields)"
                       " WHERE (campaign,id) IN (SELECT campaign,id FROM temp.emptied)", "") &&
         database_run (database, error, "DELETE FROM temp.emptied", "");
}

static gboolean
has_alone (Database *database, const char *sql, const char *key, gint64 id, gboolean *out_alone, GError **error)
{
  gint64 other = 0;
  int result = key != NULL && key[0] != '\0' ? database_get_int (database, &other, error, sql, "si", key, id) : 1;

  *out_alone = result == 0;
  return result >= 0;
}

/* Addresses that were theirs once and are nobody's now. */
static gboolean
forget_former (Database *database, Vault *vault, gint64 id, GError **error)
{
  sqlite3_stmt *row = database_query (database,
                                      "SELECT DISTINCT f.key FROM former f WHERE f.contact=?1 AND NOT EXISTS (SELECT 1 FROM known k CROSS JOIN person p ON p.id=k.contact"
                                      " WHERE k.hash=key_hash(f.key) AND f.key IN (p.email_key,p.phone))", "i", id);
  gboolean is_fine = TRUE;
  int result = 0;

  while (is_fine && (result = database_step (database, row, error)) == 1)
    is_fine = suppression_forget (database, vault, database_text (row, 0), error);
  sqlite3_reset (row);
  return is_fine && result == 0;
}

static gboolean
forget_person (Database *database, Vault *vault, const Contact *contact, GError **error)
{
  g_autofree char *email_key = contact->email[0] != '\0' ? address_key (contact->email) : g_strdup ("");
  gboolean has_email = FALSE, has_phone = FALSE; /* alone: nobody else goes by it, so that it may and must go too */

  return check_off_wire (database, contact->id, error) && skip_rest (database, contact->id, error) &&
         has_alone (database, "SELECT 1 FROM known k CROSS JOIN person c ON c.id=k.contact WHERE k.hash=key_hash(?1) AND c.email_key=?1 AND c.id<>?2 LIMIT 1", email_key, contact->id, &has_email, error) &&
         has_alone (database, "SELECT 1 FROM known k CROSS JOIN person c ON c.id=k.contact WHERE k.hash=key_hash(?1) AND c.phone=?1 AND c.id<>?2 LIMIT 1", contact->phone, contact->id, &has_phone, error) &&
         forgotten_remember (database, vault, contact, has_email, has_phone, error) && forget_former (database, vault, contact->id, error) &&
         (!has_email || suppression_forget (database, vault, email_key, error)) &&
         (!has_phone || suppression_forget (database, vault, contact->phone, error)) &&
         empty_ledger (database, contact->id, email_key, contact->phone, has_email, has_phone, error) &&
         database_run (database, error, "DELETE FROM person WHERE id=?", "i", contact->id) && database_audit (database, "contact.forget", "one person", error);
}

void
forget_register_functions (Database *database)
{
  sqlite3_create_function (database_get_sqlite (database), "empty_fields", 1, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, empty_fields_cb, NULL, NULL);
}

gboolean
forget_contact (Database *database, Vault *vault, gint64 id, GError **error)
{
  g_autoptr (Contact) contact = contact_load (database, id, error);

  if (contact == NULL || !import_watermark_check_none (database, error))
    return FALSE;
  if (vault_get_state (vault) != VAULT_OPEN) {
    g_set_error (error, FAULT, FAULT_NO_PERM, "the vault is locked: unlock it first, for what keeps a forgotten person from being written to is a hash with its key");
    return FALSE;
  }
  forget_register_functions (database);
  if (!database_begin (database, error))
    return FALSE;
  if (!forget_person (database, vault, contact, error)) {
    database_rollback (database);
    return FALSE;
  }
  if (!database_commit (database, error))
    return FALSE;
  /* old pages of the log still hold the person; secure_delete has cleared those of the file */
  sqlite3_wal_checkpoint_v2 (database_get_sqlite (database), NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  return TRUE;
}
