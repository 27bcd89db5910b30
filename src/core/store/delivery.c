#include "delivery.h"

#include <string.h>

gboolean
delivery_load (Database *database, guint64 campaign, guint64 recipient, Delivery *out_delivery, GError **error)
{
  sqlite3_stmt *row = database_query (database, "SELECT kind,time_utc,code,words FROM delivery WHERE campaign=? AND recipient=? ORDER BY time_utc", "ii",
                                      (gint64) campaign, (gint64) recipient);
  DeliveryKind kind;
  int result;

  memset (out_delivery, 0, sizeof *out_delivery);
  while ((result = database_step (database, row, error)) == 1) {
    if (!delivery_kind_from_word (database_text (row, 0), &kind))
      continue; /* a later program's */
    out_delivery->times_utc[kind] = database_int (row, 1);
    if (kind == DELIVERY_FAILED)
      g_strlcpy (out_delivery->failed_code, database_text (row, 2), sizeof out_delivery->failed_code);
    if (database_text (row, 3)[0] != '\0')
      g_strlcpy (out_delivery->words, database_text (row, 3), sizeof out_delivery->words);
  }
  return result == 0;
}

gboolean
delivery_get_counts (Database *database, guint64 campaign, gint64 counts[DELIVERY_COUNT], GError **error)
{
  sqlite3_stmt *row = database_query (database, "SELECT kind,count FROM delivery_tally WHERE campaign=?", "i", (gint64) campaign);
  DeliveryKind kind;
  int result;

  memset (counts, 0, DELIVERY_COUNT * sizeof counts[0]);
  while ((result = database_step (database, row, error)) == 1)
    if (delivery_kind_from_word (database_text (row, 0), &kind))
      counts[kind] = database_int (row, 1);
  return result == 0;
}

static gboolean
write_row (Database *database, guint64 campaign, guint64 recipient, DeliveryKind kind, gint64 time_utc, const char *code, const char *words, GError **error)
{
  return database_run (database, error,
                       "INSERT INTO delivery(campaign,recipient,kind,time_utc,code,words) VALUES(?,?,?,?,?,?) ON CONFLICT DO UPDATE SET"
                       " time_utc=excluded.time_utc,code=excluded.code,words=excluded.words"
                       " WHERE excluded.time_utc<time_utc OR (excluded.time_utc=time_utc AND code='' AND words='' AND excluded.code||excluded.words<>'')",
                       "iisiss", (gint64) campaign, (gint64) recipient, delivery_kind_to_word (kind), time_utc, code, words);
}

gboolean
delivery_write (Database *database, guint64 campaign, guint64 recipient, DeliveryKind kind, gint64 time_utc, const char *code, const char *words,
                gboolean *out_is_new, GError **error)
{
  if (!write_row (database, campaign, recipient, kind, time_utc, code, words, error))
    return FALSE;
  *out_is_new = sqlite3_changes (database_get_sqlite (database)) > 0;
  for (guint rank = DELIVERY_SENT; kind <= DELIVERY_READ && rank < (guint) kind; rank++)
    if (!write_row (database, campaign, recipient, (DeliveryKind) rank, time_utc, "", "", error))
      return FALSE;
  return TRUE;
}
