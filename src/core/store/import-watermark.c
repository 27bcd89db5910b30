#include "import-watermark.h"

#include "fault.h"

#define LOW_BYTES ((guint64) 64 << 20)  /* chosen: below it, what is cleared away is not overwritten, which would need as much room again */
#define LOW_MAX 20000                   /* chosen: then many people at once, for the pages that they share */
#define SPARE_BYTES ((guint64) 1 << 20) /* chosen: room in which to clear away; and a part of what is written */
#define SPARE_PART 16

gboolean
import_watermark_open (Database *database, const char *list, gint64 *out_base, gint64 *out_list, GError **error)
{
  int result;

  if (database_get_int (database, out_base, error, "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name='person'),0)", "") < 0)
    return FALSE;
  result = database_get_int (database, out_list, error, "SELECT id FROM list WHERE name=?", "s", list);
  if (result == 0)
    result = database_get_int (database, out_list, error, "SELECT 1+coalesce((SELECT seq FROM sqlite_sequence WHERE name='list'),0)", "");
  return result > 0 && database_run (database, error, "INSERT INTO arrival(base) VALUES(?)", "i", *out_base);
}

gboolean
import_watermark_lift (Database *database, GError **error)
{
  return database_run (database, error, "DELETE FROM arrival", "");
}

gboolean
import_watermark_check_room (Database *database, guint64 written_bytes, guint64 next_bytes, GError **error)
{
  if (database_get_room (database) >= SPARE_BYTES + written_bytes / SPARE_PART + 2 * next_bytes)
    return TRUE;
  g_set_error (error, FAULT, FAULT_IO, "the disk is full: make room and try again");
  return FALSE;
}

/* From the end: the newest pages are in the cache, and the table shrinks. */
static int
clear_people (Database *database, gint64 base, guint max, GError **error)
{
  gint64 last = base, from;

  if (database_get_int (database, &last, error, "SELECT max(id) FROM person", "") < 0)
    return -1;
  if (last <= base) /* ids that nobody saw: the next one gets them */
    return database_run (database, error, "UPDATE sqlite_sequence SET seq=min(seq,?) WHERE name='person'", "i", base) && import_watermark_lift (database, error) ? 0 : -1;
  from = MAX (base, last - (gint64) max);
  return database_run (database, error, "DELETE FROM person WHERE id>?", "i", from) ? 1 : -1;
}

int
import_watermark_clear (Database *database, guint max, GError **error)
{
  gint64 base = 0;
  int result = database_get_int (database, &base, error, "SELECT base FROM arrival", "");
  gboolean is_low = database_get_room (database) < LOW_BYTES;

  if (result <= 0)
    return result;
  if (is_low)
    sqlite3_exec (database_get_sqlite (database), "PRAGMA secure_delete=OFF", NULL, NULL, NULL);
  if (!database_begin_lazily (database, error))
    result = -1;
  else {
    result = clear_people (database, base, is_low ? LOW_MAX : max, error);
    if (result < 0)
      database_rollback (database);
    else if (!database_commit (database, error))
      result = -1;
  }
  sqlite3_exec (database_get_sqlite (database), "PRAGMA secure_delete=ON", NULL, NULL, NULL);
  return result;
}

/* Clears away what an import left that failed for want of room. */
static gboolean
clear_rest (Database *database, GError **error)
{
  int result;

  while ((result = import_watermark_clear (database, LOW_MAX, error)) == 1)
    ;
  if (result < 0)
    g_prefix_error (error, "what an import that failed had written cannot be cleared away yet: ");
  return result == 0;
}

gboolean
import_watermark_check_none (Database *database, GError **error)
{
  gint64 is_open = 0;

  if (database_get_int (database, &is_open, error, "SELECT EXISTS (SELECT 1 FROM arrival)", "") < 0)
    return FALSE;
  if (is_open == 0)
    return TRUE;
  if (!database_is_importing (database))
    return clear_rest (database, error);
  g_set_error (error, FAULT, FAULT_TEMP, "a file is being imported: people and lists can be changed when that is done");
  return FALSE;
}
