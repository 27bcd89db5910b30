/* App1.CampaignRows, CampaignFind and CampaignMessage: who stands where, and what they got. */
#include "app-pending.h"

#include "account.h"
#include "campaign.h"
#include "contract-keys.h"
#include "database.h"
#include "delivery.h"
#include "fault.h"
#include "frame.h"
#include "kill-point.h"
#include "ledger.h"
#include <string.h>

#define PAGE_ROWS_MAX 5000               /* chosen: some MiB at most */
#define PAGE_BYTES_MAX (4 * 1024 * 1024) /* contract: 8 MiB, with room for one more row */
#define SCAN_ROWS 20000                  /* chosen: so many are looked at in one call, some tens of milliseconds */
#define ROW_COLUMNS "id,state,reason,attempt,time_utc,reply,version,address,name,fields,provider_id"
#define DELIVERY_FIELDS (2 + DELIVERY_COUNT + 2) /* account, provider_id, times, code, words */

typedef struct { /* what the rows of a page share */
  Database *database;
  Campaign *campaign;
  HiddenValues hidden;
  char     *account;
  gboolean  has_delivery; /* of anybody */
} LedgerPage;

static void
write_time (FrameWriter *frame, gint64 time_utc)
{
  g_autoptr (GDateTime) when = time_utc > 0 ? g_date_time_new_from_unix_utc (time_utc) : NULL;
  g_autofree char *time = when != NULL ? g_date_time_format (when, "%Y-%m-%dT%H:%M:%SZ") : g_strdup ("");

  frame_writer_string (frame, time);
}

/* The fields from LEDGER_ACCOUNT to LEDGER_WORDS (shared/report/csv-rows.h): kinds in their order, the code of a failure behind its time. */
static gboolean
write_delivery (FrameWriter *frame, const LedgerPage *page, guint64 id, const char *provider_id, GError **error)
{
  Delivery delivery = { 0 };

  if (page->has_delivery && !delivery_load (page->database, page->campaign->id, id, &delivery, error))
    return FALSE;
  frame_writer_string (frame, page->account);
  frame_writer_string (frame, provider_id);
  for (guint kind = 0; kind < DELIVERY_COUNT; kind++) {
    write_time (frame, delivery.times_utc[kind]);
    if (kind == DELIVERY_FAILED)
      frame_writer_string (frame, delivery.failed_code);
  }
  frame_writer_string (frame, delivery.words);
  return TRUE;
}

static gboolean
write_ledger_row (FrameWriter *frame, sqlite3_stmt *row, const LedgerPage *page, GError **error)
{
  guint64 id = (guint64) database_int (row, 0);
  State state = (State) database_int (row, 1);
  g_autofree char *message_id = database_int (row, 3) > 0 ? hidden_values_make_message_id (&page->hidden, id) : g_strdup ("");
  g_autofree char *version = g_strdup_printf ("%" G_GINT64_FORMAT, database_int (row, 6));

  frame_writer_row (frame, id, (guint32) database_int (row, 3), 8 + DELIVERY_FIELDS + frame_count_raw (sqlite3_column_blob (row, 9), (gsize) sqlite3_column_bytes (row, 9)));
  frame_writer_string (frame, database_text (row, 7));
  frame_writer_string (frame, database_text (row, 8));
  frame_writer_string (frame, state_to_word (state));
  frame_writer_string (frame, database_text (row, 2));
  write_time (frame, database_int (row, 4));
  frame_writer_string (frame, database_text (row, 5));
  frame_writer_string (frame, message_id);
  frame_writer_string (frame, version);
  if (!write_delivery (frame, page, id, database_text (row, 10), error))
    return FALSE;
  frame_writer_raw (frame, sqlite3_column_blob (row, 9), (gsize) sqlite3_column_bytes (row, 9));
  return TRUE;
}

static void
page_free (LedgerPage *self)
{
  g_clear_pointer (&self->campaign, campaign_free);
  g_free (self->account);
  g_free (self);
}
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LedgerPage, page_free)

static LedgerPage *
page_new (Core *core, guint64 id, GError **error)
{
  g_autoptr (LedgerPage) self = g_new0 (LedgerPage, 1);
  g_autoptr (Account) account = NULL;
  gint64 counts[DELIVERY_COUNT];

  self->database = core->database;
  self->campaign = campaign_load (core, id, error);
  if (self->campaign == NULL || !delivery_get_counts (core->database, id, counts, error))
    return NULL;
  for (guint i = 0; i < DELIVERY_COUNT; i++)
    self->has_delivery = self->has_delivery || counts[i] > 0;
  account = account_load_id (core, self->campaign->account, NULL);
  self->account = g_strdup (account != NULL ? account->name : "");
  self->hidden = campaign_get_hidden (self->campaign);
  return g_steal_pointer (&self);
}

static gboolean
handle_rows (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 id, guint64 after, guint max_rows, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;
  g_autoptr (LedgerPage) page = page_new (client->core, id, &error);
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_LEDGER);
  sqlite3_stmt *row;

  if (page == NULL)
    return app_return_error (invocation, error);
  row = database_query (client->core->database,
                        "SELECT " ROW_COLUMNS " FROM ledger WHERE campaign=? AND id>? ORDER BY id LIMIT ?",
                        "iii", (gint64) id, (gint64) after, (gint64) MIN (max_rows, PAGE_ROWS_MAX));
  while (frame_writer_get_size (frame) < PAGE_BYTES_MAX && database_step (client->core->database, row, &error) == 1 && write_ledger_row (frame, row, page, &error))
    ;
  sqlite3_reset (row);
  if (error != NULL)
    return app_return_error (invocation, error);
  KILL_POINT ("core-export-page");
  pr_app1_complete_campaign_rows (skeleton, invocation, (const char *const *) page->campaign->columns, frame_writer_finish (frame));
  return TRUE;
}

/* --- find --- */

typedef struct {
  gint64 states;  /* a bit each */
  char  *pattern; /* of LIKE, NULL: all */
} RowFilter;

static gboolean
read_states (const char *const *words, gint64 *out_states, GError **error)
{
  *out_states = words[0] == NULL ? (1 << STATE_COUNT) - 1 : 0;
  for (gsize i = 0; words[i] != NULL; i++) {
    guint state = 0;

    while (state < STATE_COUNT && strcmp (state_to_word (state), words[i]) != 0)
      state++;
    if (state == STATE_COUNT) {
      g_set_error (error, FAULT, FAULT_USAGE, "“%s” is no state of a message", words[i]);
      return FALSE;
    }
    *out_states |= 1 << state;
  }
  return TRUE;
}

/* "50%" -> "%50\%%" */
static char *
make_pattern (const char *text)
{
  GString *pattern = g_string_new ("%");

  for (const char *p = text; *p != '\0'; p++) {
    if (strchr ("%_\\", *p) != NULL)
      g_string_append_c (pattern, '\\');
    g_string_append_c (pattern, *p);
  }
  return text[0] == '\0' ? (g_string_free (pattern, TRUE), NULL) : g_string_free (g_string_append_c (pattern, '%'), FALSE);
}

/* Returns: the last id that was looked at, or -1. */
static gint64
app_rows_find (const LedgerPage *page, const RowFilter *wanted, gint64 after, guint max_rows, FrameWriter *frame, GError **error)
{
  gint64 last = after + SCAN_ROWS;
  guint count = 0;
  int result;
  sqlite3_stmt *row = database_query (page->database,
                                      "SELECT " ROW_COLUMNS " FROM ledger WHERE campaign=?1 AND id>?2 AND id<=?3 AND (1<<state)&?4<>0"
                                      " AND (?5 IS NULL OR address LIKE ?5 ESCAPE '\\' OR name LIKE ?5 ESCAPE '\\' OR reply LIKE ?5 ESCAPE '\\') ORDER BY id",
                                      "iiiis", (gint64) page->campaign->id, after, last, wanted->states, wanted->pattern);

  while ((result = database_step (page->database, row, error)) == 1) {
    if (!write_ledger_row (frame, row, page, error)) {
      sqlite3_reset (row);
      return -1;
    }
    if (++count == max_rows || frame_writer_get_size (frame) >= PAGE_BYTES_MAX) {
      last = database_int (row, 0);
      sqlite3_reset (row);
      return last;
    }
  }
  return result < 0 ? -1 : last;
}

static gboolean
handle_find (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 id, const char *const *states, const char *text, guint64 after, guint max_rows,
             gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;
  g_autoptr (LedgerPage) page = page_new (client->core, id, &error);
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_LEDGER);
  g_autofree char *pattern = make_pattern (text);
  RowFilter wanted = { 0, pattern };
  gint64 scanned = -1, more = 0;

  if (page != NULL && read_states (states, &wanted.states, &error))
    scanned = app_rows_find (page, &wanted, (gint64) MIN (after, G_MAXINT64 - SCAN_ROWS), CLAMP (max_rows, 1, PAGE_ROWS_MAX), frame, &error);
  if (scanned >= 0 && database_get_int (client->core->database, &more, &error, "SELECT 1 FROM snapshot WHERE campaign=? AND id>? LIMIT 1", "ii", (gint64) id, scanned) == 0)
    scanned = 0;
  if (error != NULL)
    return app_return_error (invocation, error);
  /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): page_new() gives a page or an error */
  pr_app1_complete_campaign_find (skeleton, invocation, (const char *const *) page->campaign->columns, frame_writer_finish (frame), (guint64) scanned);
  return TRUE;
}

/* --- what it says --- */

static GVariant *
list_files (Core *core, guint64 id, GError **error)
{
  sqlite3_stmt *row = database_query (core->database, "SELECT name FROM campaign_file WHERE campaign=? ORDER BY position", "i", (gint64) id);
  GVariantBuilder names;

  g_variant_builder_init (&names, G_VARIANT_TYPE_STRING_ARRAY);
  while (database_step (core->database, row, error) == 1)
    g_variant_builder_add (&names, "s", database_text (row, 0));
  return g_variant_builder_end (&names);
}

static gboolean
handle_message (PrApp1 *skeleton, GDBusMethodInvocation *invocation, guint64 id, guint version, gpointer data)
{
  AppClient *client = data;
  GError *error = NULL;
  g_autoptr (Campaign) campaign = campaign_load (client->core, id, &error);
  GVariantDict dict;

  if (campaign == NULL || (version != 0 && !campaign_take_version (client->core, campaign, version, &error)))
    return app_return_error (invocation, error);
  g_variant_dict_init (&dict, NULL);
  message_parts_describe (campaign->parts, &dict);
  g_variant_dict_insert_value (&dict, KEY_MESSAGE_FILES, list_files (client->core, id, &error));
  if (error != NULL) {
    g_variant_dict_clear (&dict);
    return app_return_error (invocation, error);
  }
  pr_app1_complete_campaign_message (skeleton, invocation, g_variant_dict_end (&dict));
  return TRUE;
}

void
app_rows_connect (AppClient *client)
{
  g_signal_connect (client->skeleton, "handle-campaign-rows", G_CALLBACK (handle_rows), client);
  g_signal_connect (client->skeleton, "handle-campaign-find", G_CALLBACK (handle_find), client);
  g_signal_connect (client->skeleton, "handle-campaign-message", G_CALLBACK (handle_message), client);
}
