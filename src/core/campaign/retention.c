#include "retention.h"

#include "clock.h"
#include "database.h"
#include "fault.h"
#include "forget.h"
#include "sql-words.h"

#define DAYS_KEY "keep_days"
#define FIRST_LOOK_S 5
#define JUMP_S (45 * 86400) /* chosen: a clock that is so much later than at the last sign of life may be wrong; then it is believed after hours */
#define LOOK_EVERY_S (6 * 3600)
#define SLICE_ROWS 2500 /* chosen: some ten milliseconds, so that what is being sent goes on */

struct Retention {
  Core  *core;
  guint  timer, slice_source;
  gint64 campaign; /* being cleared; 0 none */
  gint64 last;     /* of its people that are done */
};

guint
retention_get_days (Core *core)
{
  g_autofree char *text = database_get_meta (core->database, DAYS_KEY);

  return text != NULL ? (guint) g_ascii_strtoull (text, NULL, 10) : 0;
}

/* A campaign with unknown messages waits for a person to decide: until then its addresses are needed. */
static gint64
find_campaign (Retention *self)
{
  guint days = retention_get_days (self->core);
  gint64 id = 0;

  if (days > 0)
    database_get_int (self->core->database, &id, NULL,
                      "SELECT c.id FROM campaign c WHERE " SQL_CAMPAIGN_HAS_ENDED ("c.") " AND c.cleared_utc<=0 AND c.ended_utc>0 AND c.ended_utc<=?"
                      " AND NOT EXISTS (SELECT 1 FROM tally t WHERE t.campaign=c.id AND t.state=" SQL_STATE (UNKNOWN) " AND t.count>0) LIMIT 1",
                      "i", clock_now_utc () - 86400 * (gint64) days);
  return id;
}

static gboolean
clear_slice (Retention *self, gboolean *out_more, GError **error)
{
  Database *database = self->core->database;
  gint64 first = self->last, last = first + SLICE_ROWS, left = 0;
  int more;

  if (first == 0 && !database_run (database, error, "UPDATE campaign SET cleared_utc=-1 WHERE id=?", "i", self->campaign)) /* from here on nobody can be told who got it */
    return FALSE;
  if (!database_run (database, error,
                     "UPDATE snapshot SET contact=0,name='',address='',address_key='',fields=empty_fields(fields) WHERE campaign=? AND id>? AND id<=?", "iii",
                     self->campaign, first, last) ||
      !database_run (database, error, "UPDATE recipient SET reply='',provider_id=NULL WHERE campaign=? AND id>? AND id<=? AND (reply<>'' OR provider_id IS NOT NULL)", "iii", self->campaign, first, last) ||
      !database_run (database, error, "UPDATE outcome SET reply='' WHERE campaign=? AND recipient>? AND recipient<=?", "iii", self->campaign, first, last) ||
      !database_run (database, error, "UPDATE delivery SET words='' WHERE campaign=? AND recipient>? AND recipient<=? AND words<>''", "iii", self->campaign, first, last))
    return FALSE;
  more = database_get_int (database, &left, error, "SELECT 1 FROM snapshot WHERE campaign=? AND id>? LIMIT 1", "ii", self->campaign, last);
  *out_more = more == 1;
  if (more != 0)
    return more > 0;
  return database_run (database, error, "UPDATE campaign SET cleared_utc=? WHERE id=?", "ii", clock_now_utc (), self->campaign) &&
         database_audit (database, "campaign.cleared", "names, addresses and replies of a campaign were taken away for their age", error);
}

static gboolean
slice_cb (gpointer data)
{
  Retention *self = data;
  g_autoptr (GError) error = NULL;
  gboolean is_more = FALSE;

  if (self->campaign == 0) {
    self->campaign = find_campaign (self);
    self->last = 0;
  }
  if (self->campaign == 0) {
    self->slice_source = 0;
    return G_SOURCE_REMOVE;
  }
  if (!database_begin (self->core->database, &error) || !clear_slice (self, &is_more, &error) || !database_commit (self->core->database, &error)) {
    database_rollback (self->core->database);
    g_warning ("old names could not be taken away yet: %s", error->message);
    self->campaign = 0;
    self->slice_source = 0;
    return G_SOURCE_REMOVE; /* at the next look */
  }
  self->last += SLICE_ROWS;
  if (!is_more) {
    self->campaign = 0;
    /* old pages of the log still hold them; secure_delete has cleared those of the file */
    sqlite3_wal_checkpoint_v2 (database_get_sqlite (self->core->database), NULL, SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
  }
  return G_SOURCE_CONTINUE;
}

static void
retention_look_again (Retention *self)
{
  if (self->slice_source == 0)
    self->slice_source = g_idle_add_full (G_PRIORITY_LOW, slice_cb, self, NULL);
}

static gboolean
timer_cb (gpointer data)
{
  Retention *self = data;

  retention_look_again (self);
  self->timer = g_timeout_add_seconds (LOOK_EVERY_S, timer_cb, self);
  return G_SOURCE_REMOVE;
}

Retention *
retention_new (Core *core)
{
  Retention *self = g_new0 (Retention, 1);

  g_autofree char *alive = database_get_meta (core->database, "alive_utc");
  gboolean is_doubtful = alive != NULL && clock_now_utc () - g_ascii_strtoll (alive, NULL, 10) > JUMP_S;

  self->core = core;
  forget_register_functions (core->database);
  self->timer = g_timeout_add_seconds (is_doubtful ? LOOK_EVERY_S : FIRST_LOOK_S, timer_cb, self);
  return self;
}

void
retention_free (Retention *self)
{
  if (self == NULL)
    return;
  g_clear_handle_id (&self->timer, g_source_remove);
  g_clear_handle_id (&self->slice_source, g_source_remove);
  g_free (self);
}

gboolean
retention_set_days (Core *core, guint days, GError **error)
{
  g_autofree char *text = g_strdup_printf ("%u", days);

  if (days != 0 && (days < RETENTION_DAYS_MIN || days > RETENTION_DAYS_MAX)) {
    g_set_error (error, FAULT, FAULT_USAGE, "names can be kept for %d to %d days, or for ever (0)", RETENTION_DAYS_MIN, RETENTION_DAYS_MAX);
    return FALSE;
  }
  if (!database_set_meta (core->database, DAYS_KEY, text, error) || !database_audit (core->database, "settings.keep", text, error))
    return FALSE;
  retention_look_again (core->retention);
  return TRUE;
}
