#include "import-watermark.h"

#include "fault.h"

#define LOW_BYTES ((guint64) 64 << 20)  /* chosen: below it, what is cleared away is not overwritten, which would need as much room again */
#define LOW_MAX 20000                   /* chosen: then many people at once, for the pages that they share */
#define SPARE_BYTES ((guint64) 1 << 20) /* chosen: room in which to clear away; and a part of what is written */
#define SPARE_PART 16

gboolean
import_watermark_open (Store *store, const char *list, gint64 *out_base, gint64 *out_list, GError **error)
{
  int result;

  if (store_get_int (store, out_base, error, "SELECT coalesce((SELECT seq FROM sqlite_sequence WHERE name='person'),0)", "") < 0)
    return FALSE;
  result = store_get_int (store, out_list, error, "SELECT id FROM list WHERE name=?", "s", list);
  if (result == 0)
    result = store_get_int (store, out_list, error, "SELECT 1+coalesce((SELECT seq FROM sqlite_sequence WHERE name='list'),0)", "");
  return result > 0 && store_run (store, error, "INSERT INTO arrival(base) VALUES(?)", "i", *out_base);
}

gboolean
import_watermark_lift (Store *store, GError **error)
{
  return store_run (store, error, "DELETE FROM arrival", "");
}

gboolean
import_watermark_check_room (Store *store, guint64 written_bytes, guint64 next_bytes, GError **error)
{
  if (store_get_room (store) >= SPARE_BYTES + written_bytes / SPARE_PART + 2 * next_bytes)
    return TRUE;
  g_set_error (error, FAULT, FAULT_IO, "the disk is full: make room and try again");
  return FALSE;
}

/* From the end: the newest pages are in the cache, and the table shrinks. */
static int
clear_people (Store *store, gint64 base, guint max, GError **error)
{
  gint64 last = base, from;

  if (store_get_int (store, &last, error, "SELECT max(id) FROM person", "") < 0)
    return -1;
  if (last <= base) /* ids that nobody saw: the next one gets them */
    return store_run (store, error, "UPDATE sqlite_sequence SET seq=min(seq,?) WHERE name='person'", "i", base) && import_watermark_lift (store, error) ? 0 : -1;
  from = MAX (base, last - (gint64) max);
  return store_run (store, error, "DELETE FROM person WHERE id>?", "i", from) ? 1 : -1;
}

int
import_watermark_clear (Store *store, guint max, GError **error)
{
  gint64 base = 0;
  int result = store_get_int (store, &base, error, "SELECT base FROM arrival", "");
  gboolean is_low = store_get_room (store) < LOW_BYTES;

  if (result <= 0)
    return result;
  if (is_low)
    sqlite3_exec (store_get_db (store), "PRAGMA secure_delete=OFF", NULL, NULL, NULL);
  if (!store_begin_lazily (store, error))
    result = -1;
  else {
    result = clear_people (store, base, is_low ? LOW_MAX : max, error);
    if (result < 0)
      store_rollback (store);
    else if (!store_commit (store, error))
      result = -1;
  }
  sqlite3_exec (store_get_db (store), "PRAGMA secure_delete=ON", NULL, NULL, NULL);
  return result;
}

/* Clears away what an import left that failed for want of room. */
static gboolean
clear_rest (Store *store, GError **error)
{
  int result;

  while ((result = import_watermark_clear (store, LOW_MAX, error)) == 1)
    ;
  if (result < 0)
    g_prefix_error (error, "what an import that failed had written cannot be cleared away yet: ");
  return result == 0;
}

gboolean
import_watermark_check_none (Store *store, GError **error)
{
  gint64 is_open = 0;

  if (store_get_int (store, &is_open, error, "SELECT EXISTS (SELECT 1 FROM arrival)", "") < 0)
    return FALSE;
  if (is_open == 0)
    return TRUE;
  if (!store_is_importing (store))
    return clear_rest (store, error);
  g_set_error (error, FAULT, FAULT_TEMP, "a file is being imported: people and lists can be changed when that is done");
  return FALSE;
}
