#include "part.h"

gboolean
part_make (Database *database, guint64 campaign, GError **error)
{
  return database_run (database, error,
                       "INSERT INTO part(campaign,position,account,first,last,next_recipient)"
                       " SELECT id,1,account,1,coalesce((SELECT max(s.id) FROM snapshot s WHERE s.campaign=c.id),0),1 FROM campaign c WHERE id=?", "i", (gint64) campaign);
}

GArray *
part_list (Database *database, guint64 campaign, gint64 account, GError **error)
{
  g_autoptr (GArray) parts = g_array_new (FALSE, FALSE, sizeof (Part));
  sqlite3_stmt *row = database_query (database, "SELECT position,account,first,last,next_recipient FROM part WHERE campaign=? AND account=? ORDER BY position", "ii",
                                      (gint64) campaign, account);
  int result;

  while ((result = database_step (database, row, error)) == 1) {
    Part part = { database_int (row, 0), database_int (row, 1), database_int (row, 2), database_int (row, 3), database_int (row, 4) };

    g_array_append_val (parts, part);
  }
  return result == 0 ? g_steal_pointer (&parts) : NULL;
}

gboolean
part_set_next (Database *database, guint64 campaign, const Part *part, gint64 next, GError **error)
{
  return database_run (database, error, "UPDATE part SET next_recipient=? WHERE campaign=? AND position=?", "iii", next, (gint64) campaign, part->position);
}
