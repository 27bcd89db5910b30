#include "lanes.h"

#include "completion-counter.h"
#include "database.h"
#include "sql-words.h"
#include "transport-link.h"

struct Lanes {
  Core       *core;
  GHashTable *lanes; /* account id (owned gint64) -> Lane */
};

Lanes *
lanes_new (Core *core)
{
  Lanes *self = g_new0 (Lanes, 1);

  self->core = core;
  self->lanes = g_hash_table_new_full (g_int64_hash, g_int64_equal, g_free, (GDestroyNotify) lane_free);
  return self;
}

void
lanes_free (Lanes *self)
{
  if (self != NULL)
    g_hash_table_unref (self->lanes);
  g_free (self);
}

Lane *
lanes_get (Lanes *self, gint64 account)
{
  Lane *lane = g_hash_table_lookup (self->lanes, &account);

  if (lane == NULL) {
    lane = lane_new (self->core, account);
    g_hash_table_insert (self->lanes, g_memdup2 (&account, sizeof account), lane);
  }
  return lane;
}

gboolean
lanes_are_busy (Lanes *self)
{
  GHashTableIter iter;
  gpointer lane;

  g_hash_table_iter_init (&iter, self->lanes);
  while (g_hash_table_iter_next (&iter, NULL, &lane))
    if (lane_is_busy (lane))
      return TRUE;
  return FALSE;
}

static void
lanes_foreach (Lanes *self, void (*func) (Lane *lane))
{
  GHashTableIter iter;
  gpointer lane;

  g_hash_table_iter_init (&iter, self->lanes);
  while (g_hash_table_iter_next (&iter, NULL, &lane))
    func (lane);
}

void
lanes_wake (Lanes *self)
{
  lanes_foreach (self, lane_wake);
}

void
lanes_recall (Lanes *self)
{
  lanes_foreach (self, lane_recall_all);
}

gboolean
lanes_resume (Lanes *self, GError **error)
{
  g_autoptr (GArray) found = g_array_new (FALSE, FALSE, 2 * sizeof (gint64));
  sqlite3_stmt *row = database_query (self->core->database, "SELECT account,0 FROM journal UNION SELECT account,id FROM campaign WHERE state=" SQL_CAMPAIGN_STATE (SENDING) " ORDER BY 1,2", "");
  int result;

  transport_link_sweep (self->core);
  while ((result = database_step (self->core->database, row, error)) == 1) {
    gint64 pair[2] = { database_int (row, 0), database_int (row, 1) };

    g_array_append_vals (found, pair, 1);
  }
  for (guint i = 0; result == 0 && i < found->len; i++) {
    const gint64 *pair = (const gint64 *) (gconstpointer) (found->data + i * 2 * sizeof (gint64));
    Lane *lane = lanes_get (self, pair[0]);

    if (pair[1] != 0)
      lane_add_campaign (lane, (guint64) pair[1]);
  }
  return result == 0;
}

void
lanes_drain (Lanes *self, LaneStoppedFunc done, gpointer data)
{
  CompletionCounter *counter = completion_counter_new (done, data);
  g_autoptr (GList) lanes = g_hash_table_get_values (self->lanes);

  self->core->is_leaving = TRUE;
  for (GList *l = lanes; l != NULL; l = l->next)
    lane_drain (l->data, completion_counter_over_cb, completion_counter_add (counter));
  completion_counter_over_cb (counter);
}
