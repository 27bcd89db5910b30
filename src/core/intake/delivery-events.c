#include "delivery-events.h"

#include "clock.h"
#include "journal.h"
#include "text.h"

#define CLOCK_ERROR_S 3600 /* chosen: two clocks may differ by as much, a time zone that was forgotten included */
#define AHEAD_MAX_S 86400

typedef struct {
  guint64  campaign, recipient;
  gint64   started_utc;
  gboolean is_erased;
} Found;

/* Of whom a message has left: where nothing was begun, nothing can be heard. ?1 account, ?2 campaign, ?3 who. */
static const char by_number_sql[] =
  "SELECT l.campaign,l.id,c.started_utc,l.contact=0 AND l.address='' FROM ledger l JOIN campaign c ON c.id=l.campaign"
  " WHERE c.account=?1 AND l.campaign=?2 AND l.id=?3 AND l.attempt>0";
static const char by_remote_id_sql[] =
  "SELECT s.campaign,s.id,c.started_utc,s.contact=0 AND s.address='' FROM recipient r INDEXED BY recipient_by_provider_id CROSS JOIN campaign c ON c.id=r.campaign"
  " CROSS JOIN snapshot s ON s.campaign=r.campaign AND s.id=r.id WHERE c.account=?1 AND (?2=0 OR r.campaign=?2) AND r.provider_id=?3 AND r.attempt>0 LIMIT 2";

static sqlite3_stmt *
delivery_event_query (Database *database, gint64 account, const DeliveryEvent *event)
{
  if (event->recipient != 0)
    return database_query (database, by_number_sql, "iii", account, (gint64) event->campaign, (gint64) event->recipient);
  return database_query (database, by_remote_id_sql, "iis", account, (gint64) event->campaign, event->remote_id);
}

/* Returns: 1, 0 (nobody, or it may be several), -1. */
static int
delivery_event_find (Database *database, gint64 account, const DeliveryEvent *event, Found *out_found, GError **error)
{
  sqlite3_stmt *row;
  guint count = 0;
  int result;

  if (event->recipient == 0 && (event->remote_id == NULL || !journal_id_is_valid (event->remote_id)))
    return 0;
  row = delivery_event_query (database, account, event);
  while ((result = database_step (database, row, error)) == 1) {
    *out_found = (Found){ (guint64) database_int (row, 0), (guint64) database_int (row, 1), database_int (row, 2), database_int (row, 3) != 0 };
    count++;
  }
  return result < 0 ? -1 : count == 1;
}

static gboolean
make_time_sane (const Found *found, gint64 now_utc, gint64 *time_utc)
{
  if (*time_utc < found->started_utc - CLOCK_ERROR_S || *time_utc > now_utc + AHEAD_MAX_S)
    return FALSE;
  *time_utc = MAX (found->started_utc, MIN (*time_utc, now_utc));
  return TRUE;
}

static gboolean
delivery_event_take (Database *database, gint64 account, const DeliveryEvent *event, gint64 now_utc, DeliveryReport *report, GError **error)
{
  g_autofree char *code = text_printable (event->code != NULL ? event->code : "", -1, DELIVERY_CODE_MAX);
  g_autofree char *words = text_printable (event->words != NULL ? event->words : "", -1, DELIVERY_WORDS_MAX);
  gint64 time_utc = event->time_utc;
  gboolean is_new = FALSE;
  DeliveryKind kind;
  Found found;
  int result = delivery_event_find (database, account, event, &found, error);

  if (result < 0)
    return FALSE;
  if (result == 0 || !delivery_kind_from_word (event->kind, &kind) || !make_time_sane (&found, now_utc, &time_utc)) {
    report->refused++;
    return TRUE;
  }
  if (!delivery_write (database, found.campaign, found.recipient, kind, time_utc, code, found.is_erased ? "" : words, &is_new, error))
    return FALSE;
  report->written += is_new;
  report->known += !is_new;
  return TRUE;
}

gboolean
delivery_events_write (Database *database, gint64 account, const DeliveryEvent *events, guint n, DeliveryReport *out_report, GError **error)
{
  gint64 now_utc = clock_now_utc ();

  *out_report = (DeliveryReport){ 0 };
  if (!database_begin (database, error))
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!delivery_event_take (database, account, &events[i], now_utc, out_report, error)) {
      database_rollback (database);
      return FALSE;
    }
  return database_commit (database, error);
}
