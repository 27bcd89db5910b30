#include "import-undo.h"

#include "clock.h"
#include "fault.h"
#include "forgotten.h"
#include "import-watermark.h"
#include "kill-point.h"
#include "sql-words.h"
#include "suppression.h"
#include "text.h"
#include <string.h>

gboolean
import_undo_next (Database *database, gint64 *out_id, GError **error)
{
  return database_get_int (database, out_id, error, "SELECT 1+coalesce((SELECT seq FROM sqlite_sequence WHERE name='import_run'),0)", "") > 0;
}

gboolean
import_undo_keep (Database *database, gint64 import, gint64 contact, GError **error)
{
  return database_run (database, error,
                       "INSERT INTO import_trace(contact,import,is_changed,name,name_key,email,email_key,phone,fields,changed_utc)"
                       " SELECT id,?1,1,name,name_key,email,email_key,phone,fields,changed_utc FROM person WHERE id=?2 ON CONFLICT DO NOTHING",
                       "ii", import, contact);
}

/* Those whose people this one has joined to its list, or had agree, without a write to the person itself. */
static gboolean
end_others (Database *database, const ImportRun *run, GError **error)
{
  return database_run (database, error,
                       "DELETE FROM import_run WHERE EXISTS (SELECT 1 FROM import_trace t WHERE t.import=?1"
                       " AND ((t.contact>import_run.base AND t.contact<=import_run.last)"
                       " OR EXISTS (SELECT 1 FROM import_trace o WHERE o.contact=t.contact AND o.import=import_run.id)))", "i", run->id);
}

gboolean
import_undo_close (Database *database, const ImportRun *run, GError **error)
{
  return end_others (database, run, error) &&
         database_run (database, error, "INSERT INTO import_run(id,time_utc,name,list,is_new_list,fields,consent,base,last) VALUES(?,?,?,?,?,?,?,?,?)",
                       "iisiiisii", run->id, clock_now_utc (), run->name, run->list, (gint64) run->is_new_list, run->fields, run->consent, run->base, run->last);
}

void
import_undone_clear (ImportUndone *self)
{
  g_clear_pointer (&self->name, g_free);
  g_clear_pointer (&self->list, g_free);
}

/* --- whether it can be taken back --- */

typedef struct {
  gint64   id, list, base, last, fields;
  gboolean is_new_list;
  char    *consent;
} Run;

static void
run_clear (Run *self)
{
  g_clear_pointer (&self->consent, g_free);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Run, run_clear)

static gboolean
import_run_load (Database *database, gint64 import, Run *out, ImportUndone *undone, GError **error)
{
  sqlite3_stmt *row = database_query (database,
                                      "SELECT r.id,r.list,r.base,r.last,r.fields,r.is_new_list,r.consent,r.name,coalesce(l.name,'') FROM import_run r"
                                      " LEFT JOIN list l ON l.id=r.list WHERE ?1=0 OR r.id=?1 ORDER BY r.id DESC LIMIT 1", "i", import);
  int result = database_step (database, row, error);

  if (result == 0)
    g_set_error_literal (error, FAULT, FAULT_NO_INPUT, import == 0 ? "there is no import that can be undone: none was made, or people of it were changed or imported again since"
                                                                   : "this import can be undone no more: people of it were changed or imported again since, or it was undone");
  if (result != 1)
    return FALSE;
  *out = (Run){ database_int (row, 0), database_int (row, 1), database_int (row, 2), database_int (row, 3), database_int (row, 4), database_int (row, 5) != 0,
                g_strdup (database_text (row, 6)) };
  *undone = (ImportUndone){ out->id, g_strdup (database_text (row, 7)), g_strdup (database_text (row, 8)), 0, 0, 0, 0, 0 };
  sqlite3_reset (row);
  return TRUE;
}

#define MADE "contact>?1 AND contact<=?2"
#define TRACED "contact IN (SELECT contact FROM import_trace WHERE import=?3)"

static gboolean
check_campaigns (Database *database, const Run *run, GError **error)
{
  gint64 campaign = 0;
  int result = database_get_int (database, &campaign, error,
                                 "SELECT c.id FROM campaign c WHERE NOT " SQL_CAMPAIGN_HAS_ENDED ("c.") " AND EXISTS (SELECT 1 FROM snapshot s WHERE s.campaign=c.id AND ((s." MADE ") OR s." TRACED "))"
                                 " ORDER BY c.id LIMIT 1", "iii", run->base, run->last, run->id);

  if (result == 1)
    g_set_error (error, FAULT, FAULT_TEMP, "campaign %" G_GINT64_FORMAT " has not ended and has people of this import: let it end or cancel it first", campaign);
  return result == 0;
}

/* Whom it made may have been put elsewhere since, and whom it changed may be somebody else's double now. */
static gboolean
check_free (Database *database, const Run *run, GError **error)
{
  gint64 found = 0;
  int result = database_get_int (database, &found, error,
                                 "SELECT 1 WHERE EXISTS (SELECT 1 FROM person p JOIN membership m ON m.contact=p.id WHERE p.id>?1 AND p.id<=?2 AND m.list<>?3)"
                                 " OR EXISTS (SELECT 1 FROM person p JOIN consent o ON o.contact=p.id WHERE p.id>?1 AND p.id<=?2 AND o.import<>?5)"
                                 " OR EXISTS (SELECT 1 FROM import_trace t JOIN known k ON k.hash=key_hash(t.email_key) JOIN person p ON p.id=k.contact"
                                 "  WHERE t.import=?5 AND t.is_changed AND p.email_key=t.email_key AND p.name_key=t.name_key AND p.id<>t.contact AND NOT (p.id>?1 AND p.id<=?2))",
                                 "iiisi", run->base, run->last, run->list, run->consent, run->id);

  if (result == 1)
    g_set_error_literal (error, FAULT, FAULT_DATA, "this import can be undone no more: people of it are on other lists, or were imported again, since");
  return result == 0;
}

static gboolean
import_run_count (Database *database, const Run *run, ImportUndone *out, GError **error)
{
  sqlite3_stmt *row = database_query (database,
                                      "SELECT (SELECT count(*) FROM person p WHERE p.id>?1 AND p.id<=?2),"
                                      " (SELECT count(*) FROM person p WHERE p.id>?1 AND p.id<=?2 AND EXISTS (SELECT 1 FROM snapshot s WHERE s.contact=p.id)),"
                                      " (SELECT count(*) FROM import_trace WHERE import=?3 AND is_changed), (SELECT count(*) FROM import_trace WHERE import=?3 AND has_joined)",
                                      "iii", run->base, run->last, run->id);

  if (database_step (database, row, error) != 1)
    return FALSE;
  out->kept = (guint64) database_int (row, 1);
  out->removed = (guint64) database_int (row, 0) - out->kept;
  out->restored = (guint64) database_int (row, 2);
  out->left = (guint64) database_int (row, 3);
  sqlite3_reset (row);
  return suppression_count_import (database, run->id, &out->lifted, error);
}

static gboolean
import_run_find (Database *database, gint64 import, Run *run, ImportUndone *out, GError **error)
{
  return import_watermark_check_none (database, error) && import_run_load (database, import, run, out, error) && check_campaigns (database, run, error) && check_free (database, run, error) &&
         import_run_count (database, run, out, error);
}

gboolean
import_undo_count (Database *database, gint64 import, ImportUndone *out, GError **error)
{
  g_auto (Run) run = { 0 };

  return import_run_find (database, import, &run, out, error);
}

/* --- taking it back --- */

static gboolean
take_away (Database *database, const Run *run, GError **error)
{
  return database_run (database, error, "DELETE FROM membership WHERE list=?4 AND ((" MADE ") OR contact IN (SELECT contact FROM import_trace WHERE import=?3 AND has_joined))",
                       "iiii", run->base, run->last, run->id, run->list) &&
         database_run (database, error, "DELETE FROM consent WHERE import=? AND was_utc=0", "i", run->id) &&
         database_run (database, error, "UPDATE consent SET time_utc=was_utc, was_utc=0, import=0 WHERE import=?", "i", run->id) &&
         database_run (database, error, "DELETE FROM person WHERE id>? AND id<=? AND NOT EXISTS (SELECT 1 FROM snapshot s WHERE s.contact=person.id)", "ii", run->base,
                       run->last);
}

/* From a copy: a person who is written ends the runs that touched it, this one too. */
static gboolean
give_back (Database *database, const Run *run, GError **error)
{
  return database_run (database, error, "DROP TABLE IF EXISTS temp.given_back", "") &&
         database_run (database, error, "CREATE TEMP TABLE given_back AS SELECT * FROM import_trace WHERE 0", "") &&
         database_run (database, error, "INSERT INTO temp.given_back SELECT * FROM import_trace WHERE import=? AND is_changed", "i", run->id) &&
         database_run (database, error, "DELETE FROM import_run WHERE id=?", "i", run->id) &&
         database_run (database, error,
                       "UPDATE person SET name=g.name,name_key=g.name_key,email=g.email,email_key=g.email_key,phone=g.phone,fields=g.fields,changed_utc=g.changed_utc"
                       " FROM temp.given_back g WHERE person.id=g.contact", "") &&
         database_run (database, error, "DROP TABLE temp.given_back", "");
}

static gboolean
take_list_back (Database *database, const Run *run, GError **error)
{
  return database_run (database, error, "DELETE FROM list_field WHERE list=? AND position>?", "ii", run->list, run->fields) &&
         (!run->is_new_list || database_run (database, error, "DELETE FROM list WHERE id=?1 AND NOT EXISTS (SELECT 1 FROM membership WHERE list=?1)", "i", run->list));
}

static gboolean
write_audit (Database *database, const ImportUndone *undone, GError **error)
{
  g_autofree char *detail =
    g_strdup_printf ("list %s: %" G_GUINT64_FORMAT " gone, %" G_GUINT64_FORMAT " as before, %" G_GUINT64_FORMAT " off the list, %" G_GUINT64_FORMAT
                     " kept for a campaign, %" G_GUINT64_FORMAT " not suppressed any more", undone->list, undone->removed, undone->restored, undone->left, undone->kept,
                     undone->lifted);

  return database_audit (database, "import.undo", detail, error);
}

gboolean
import_undo (Database *database, gint64 import, ImportUndone *out, GError **error)
{
  g_auto (Run) run = { 0 };

  if (!import_run_find (database, import, &run, out, error) || !database_begin (database, error))
    return FALSE;
  if (!take_away (database, &run, error) || !suppression_lift_import (database, run.id, error) || !forgotten_undo (database, run.id, error) || !give_back (database, &run, error) || !take_list_back (database, &run, error) || !write_audit (database, out, error)) {
    database_rollback (database);
    return FALSE;
  }
  KILL_POINT ("core-import-undone");
  return database_commit (database, error);
}
