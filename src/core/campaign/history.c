#include "history.h"

#include "campaign.h"
#include "contract-keys.h"
#include "database.h"
#include "outcome.h"
#include "sql-words.h"
#include <string.h>

#define SCAN_ROWS 100000 /* chosen: some ten milliseconds */
#define MARKS_MAX 200    /* chosen: more than a plot has room for */

static void
add_count (GVariantBuilder *counts, gint64 time_utc, State state, gint64 count)
{
  GVariantDict dict;

  g_variant_dict_init (&dict, NULL);
  g_variant_dict_insert (&dict, KEY_HISTORY_COUNT_TIME, "x", time_utc);
  g_variant_dict_insert (&dict, KEY_HISTORY_COUNT_STATE, "s", state_to_word (state));
  g_variant_dict_insert (&dict, KEY_HISTORY_COUNT_COUNT, "t", (guint64) count);
  g_variant_builder_add_value (counts, g_variant_dict_end (&dict));
}

/* Returns: 1 there are recipients behind `last`, 0 none, -1 error */
static int
has_more (Core *core, guint64 campaign, gint64 last, GError **error)
{
  gint64 more = 0;

  return database_get_int (core->database, &more, error, "SELECT 1 FROM snapshot WHERE campaign=? AND id>? LIMIT 1", "ii", (gint64) campaign, last);
}

GVariant *
history_count (Core *core, guint64 campaign, guint step_s, guint64 after, guint64 *out_scanned, GError **error)
{
  g_autoptr (Campaign) loaded = campaign_load (core, campaign, error);
  const gint64 step = MAX (1, step_s), first = (gint64) MIN (after, G_MAXINT64 - SCAN_ROWS), last = first + SCAN_ROWS;
  GVariantBuilder counts;
  sqlite3_stmt *row;
  int result;

  if (loaded == NULL)
    return NULL;
  g_variant_builder_init (&counts, G_VARIANT_TYPE ("aa{sv}"));
  row = database_query (core->database,
                        "SELECT time_utc/?1*?1,state,count(*) FROM recipient WHERE campaign=?2 AND id>?3 AND id<=?4 AND " SQL_IS_SETTLED ("") " AND time_utc>0 GROUP BY 1,2",
                        "iiii", step, (gint64) campaign, first, last);
  while ((result = database_step (core->database, row, error)) == 1)
    add_count (&counts, database_int (row, 0), (State) database_int (row, 1), database_int (row, 2));
  if (result == 0)
    result = has_more (core, campaign, last, error);
  if (result < 0) {
    g_variant_builder_clear (&counts);
    return NULL;
  }
  *out_scanned = result == 1 ? (guint64) last : 0;
  return g_variant_builder_end (&counts);
}

/* "campaign 7: the text" -> "the text" */
static const char *
text_of (const char *detail)
{
  const char *colon = strstr (detail, ": ");

  return colon != NULL ? colon + 2 : "";
}

GVariant *
history_marks (Core *core, guint64 campaign, GError **error)
{
  g_autofree char *is = g_strdup_printf ("campaign %" G_GUINT64_FORMAT, campaign), *begins = g_strconcat (is, ":", NULL);
  GVariantBuilder marks;
  sqlite3_stmt *row;
  int result;

  g_variant_builder_init (&marks, G_VARIANT_TYPE ("aa{sv}"));
  row = database_query (core->database,
                        "SELECT time_utc,what,detail FROM audit WHERE what IN ('campaign.sending','campaign.paused','campaign.corrected','campaign.cancelled','campaign.done')"
                        " AND (detail=?1 OR substr(detail,1,length(?2))=?2) ORDER BY id LIMIT " G_STRINGIFY (MARKS_MAX), "ss", is, begins);
  while ((result = database_step (core->database, row, error)) == 1) {
    GVariantDict dict;

    g_variant_dict_init (&dict, NULL);
    g_variant_dict_insert (&dict, KEY_HISTORY_MARK_TIME, "x", database_int (row, 0));
    g_variant_dict_insert (&dict, KEY_HISTORY_MARK_WHAT, "s", database_text (row, 1) + strlen ("campaign."));
    g_variant_dict_insert (&dict, KEY_HISTORY_MARK_TEXT, "s", text_of (database_text (row, 2)));
    g_variant_builder_add_value (&marks, g_variant_dict_end (&dict));
  }
  if (result == 0)
    return g_variant_builder_end (&marks);
  g_variant_builder_clear (&marks);
  return NULL;
}
