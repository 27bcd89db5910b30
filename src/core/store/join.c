#include "join.h"

#include "address.h"
#include "contact.h"
#include "fault.h"
#include "former.h"
#include "import-watermark.h"
#include "outcome.h"
#include "recipient.h"
#include "sql-words.h"
#include "suppression.h"
#include <string.h>

/* --- may it be done now --- */

static gboolean
check_now (Database *database, gint64 stays, gint64 goes, GError **error)
{
  gint64 campaign = 0;
  int preparing, wired;

  if (stays == goes) {
    g_set_error (error, FAULT, FAULT_USAGE, "both are #%" G_GINT64_FORMAT ": the same person already", stays);
    return FALSE;
  }
  preparing = database_get_int (database, &campaign, error, "SELECT id FROM campaign WHERE state=" SQL_CAMPAIGN_STATE (PREPARING) " LIMIT 1", "");
  if (preparing == 1)
    g_set_error (error, FAULT, FAULT_TEMP, "a campaign is being prepared: try again in a moment");
  if (preparing != 0)
    return FALSE;
  wired = database_get_int (database, &campaign, error,
                            "SELECT a.campaign FROM ledger a JOIN ledger b ON b.campaign=a.campaign AND b.contact=?2 AND b.state=" SQL_STATE (HANDED) " WHERE a.contact=?1 AND a.state=" SQL_STATE (HANDED) " LIMIT 1",
                            "ii", stays, goes);
  if (wired == 1)
    g_set_error (error, FAULT, FAULT_TEMP,
                 "campaign %" G_GINT64_FORMAT " has messages to both of them on the wire: try again in a moment, or pause it first", campaign);
  return wired == 0;
}

/* --- one letter in an open campaign --- */

/* Waiting rows of ?1 in open campaigns where a row of ?2 makes them one too many. */
#define SURPLUS(others) \
  "SELECT l.campaign,l.id,l.state FROM ledger l JOIN campaign c ON c.id=l.campaign AND " SQL_CAMPAIGN_IS_OPEN ("c.") " WHERE l.contact=?1 AND " SQL_IS_WAITING ("l.") \
  " AND EXISTS (SELECT 1 FROM ledger o WHERE o.contact=?2 AND o.campaign=l.campaign AND " others ") LIMIT 1"

static gboolean
skip_surplus (Database *database, const char *sql, gint64 of, gint64 because_of, GError **error)
{
  sqlite3_stmt *row;
  int result;

  while ((row = database_query (database, sql, "ii", of, because_of)), (result = database_step (database, row, error)) == 1) {
    gint64 campaign = database_int (row, 0), recipient = database_int (row, 1), state = database_int (row, 2);

    sqlite3_reset (row);
    if (!recipient_skip (database, campaign, recipient, state, REASON_MERGED, error))
      return FALSE;
  }
  return result == 0;
}

static gboolean
leave_one_letter (Database *database, gint64 stays, gint64 goes, GError **error)
{
  return skip_surplus (database, SURPLUS ("(" SQL_IS_WAITING ("o.") " OR " SQL_MAY_HAVE_GOT ("o.") ")"), goes, stays, error) &&
         skip_surplus (database, SURPLUS (SQL_MAY_HAVE_GOT ("o.")), stays, goes, error);
}

/* --- who does not want mail under one address, does not under the other --- */

static gboolean
copy_both (Database *database, const char *a, const char *b, GError **error)
{
  return a[0] == '\0' || b[0] == '\0' || strcmp (a, b) == 0 || (suppression_copy (database, a, b, error) && suppression_copy (database, b, a, error));
}

static gboolean
copy_suppressions (Database *database, const Contact *stays, const Contact *goes, GError **error)
{
  g_autofree char *a = stays->email[0] != '\0' ? address_key (stays->email) : g_strdup ("");
  g_autofree char *b = goes->email[0] != '\0' ? address_key (goes->email) : g_strdup ("");

  return copy_both (database, a, b, error) && copy_both (database, stays->phone, goes->phone, error);
}

/* --- the rest --- */

static gboolean
move_rows (Database *database, gint64 stays, gint64 goes, GError **error)
{
  return database_run (database, error, "UPDATE snapshot SET contact=? WHERE contact=?", "ii", stays, goes) &&
         database_run (database, error, "INSERT OR IGNORE INTO membership(list,contact) SELECT list,? FROM membership WHERE contact=?", "ii", stays, goes) &&
         database_run (database, error,
                       "INSERT INTO consent(contact,source,channel,time_utc) SELECT ?1,source,channel,time_utc FROM consent WHERE contact=?2"
                       " ON CONFLICT DO UPDATE SET time_utc=min(time_utc,excluded.time_utc)", "ii", stays, goes);
}

static void
fill_gaps (Contact *stays, const Contact *goes)
{
  char **const texts[] = { &stays->name, &stays->email, &stays->phone };
  const char *const others[] = { goes->name, goes->email, goes->phone };

  for (int i = 0; i < 3; i++)
    if ((*texts[i])[0] == '\0') {
      g_free (*texts[i]);
      *texts[i] = g_strdup (others[i]);
    }
  contact_fill_fields (stays, goes->fields->data, goes->fields->len);
}

static gboolean
join_both (Database *database, Contact *stays, const Contact *goes, GError **error)
{
  g_autofree char *detail = g_strdup_printf ("person #%" G_GINT64_FORMAT " into #%" G_GINT64_FORMAT, goes->id, stays->id);

  if (!copy_suppressions (database, stays, goes, error) || !leave_one_letter (database, stays->id, goes->id, error) ||
      !move_rows (database, stays->id, goes->id, error) || !former_move (database, goes->id, stays->id, error) ||
      !database_run (database, error, "DELETE FROM person WHERE id=?", "i", goes->id))
    return FALSE;
  fill_gaps (stays, goes);
  return contact_save (database, stays, error) && former_adopt (database, stays->id, goes, error) && database_audit (database, "contact.merge", detail, error);
}

gboolean
join_people (Database *database, gint64 stays_id, gint64 goes_id, GError **error)
{
  g_autoptr (Contact) stays = contact_load (database, stays_id, error);
  g_autoptr (Contact) goes = stays != NULL ? contact_load (database, goes_id, error) : NULL;

  if (goes == NULL || !import_watermark_check_none (database, error) || !check_now (database, stays_id, goes_id, error) || !database_begin (database, error))
    return FALSE;
  if (join_both (database, stays, goes, error))
    return database_commit (database, error);
  database_rollback (database);
  return FALSE;
}
