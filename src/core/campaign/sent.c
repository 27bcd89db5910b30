#include "sent.h"

#include "composer.h"
#include "contract-keys.h"
#include "database.h"
#include "fault.h"
#include "frame.h"
#include "outcome.h"
#include <string.h>

typedef struct { /* owned by the task */
  Core     *core;
  Campaign *campaign; /* with the texts of their version */
  GVariant *facts;
  GVariant *row; /* frame RECIPIENTS of one; taken by the composer */
} SentTask;

static void
work_free (SentTask *work)
{
  campaign_free (work->campaign);
  g_clear_pointer (&work->facts, g_variant_unref);
  g_clear_pointer (&work->row, g_variant_unref);
  g_free (work);
}

/* "[Town was erased]" */
static void
write_erased (FrameWriter *frame, const char *field)
{
  g_autofree char *shown = g_strdup_printf ("[%s was erased]", field);

  frame_writer_string (frame, shown);
}

/* aux: when it went out, for its date. */
static GVariant *
make_row (const Campaign *campaign, sqlite3_stmt *row, guint64 recipient, gboolean is_erased)
{
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_RECIPIENTS);
  const void *fields = sqlite3_column_blob (row, 8);
  gsize len = (gsize) sqlite3_column_bytes (row, 8);
  guint n_columns = g_strv_length (campaign->columns);
  guint32 time_utc = (guint32) CLAMP (database_int (row, 2), 0, G_MAXUINT32);
  HiddenValues hidden = campaign_get_hidden (campaign);

  if (!is_erased) {
    hidden_values_write_row (&hidden, frame, recipient, time_utc, database_text (row, 5), database_text (row, 6), fields, len);
    return frame_writer_finish (frame);
  }
  frame_writer_row (frame, recipient, time_utc, 2 + n_columns + hidden_values_count (&hidden));
  frame_writer_string (frame, address_kind_get (campaign->kind->address)->erased);
  write_erased (frame, "name");
  for (guint i = 0; i < n_columns; i++)
    write_erased (frame, campaign->columns[i]);
  hidden_values_write (&hidden, frame, recipient);
  return frame_writer_finish (frame);
}

static GVariant *
make_facts (const Campaign *campaign, sqlite3_stmt *row, guint64 recipient, gboolean is_erased)
{
  HiddenValues hidden = campaign_get_hidden (campaign);
  g_autofree char *id = database_int (row, 3) > 0 ? hidden_values_make_message_id (&hidden, recipient) : g_strdup ("");
  GVariantDict facts;

  g_variant_dict_init (&facts, NULL);
  g_variant_dict_insert (&facts, KEY_SENT_ADDRESS, "s", database_text (row, 5));
  g_variant_dict_insert (&facts, KEY_SENT_NAME, "s", database_text (row, 6));
  g_variant_dict_insert (&facts, KEY_SENT_STATE, "s", state_to_word ((State) database_int (row, 0)));
  g_variant_dict_insert (&facts, KEY_SENT_REASON, "s", database_text (row, 1));
  g_variant_dict_insert (&facts, KEY_SENT_TIME, "x", database_int (row, 2));
  g_variant_dict_insert (&facts, KEY_SENT_ATTEMPTS, "u", (guint32) database_int (row, 3));
  g_variant_dict_insert (&facts, KEY_SENT_VERSION, "u", (guint32) database_int (row, 4));
  g_variant_dict_insert (&facts, KEY_SENT_REPLY, "s", database_text (row, 9));
  g_variant_dict_insert (&facts, KEY_SENT_MESSAGE_ID, "s", id);
  g_variant_dict_insert (&facts, KEY_SENT_ERASED, "b", is_erased);
  return g_variant_ref_sink (g_variant_dict_end (&facts));
}

/* Nothing but names and values is taken away when somebody is forgotten: then neither contact nor address is left. */
static gboolean
take_row (SentTask *work, sqlite3_stmt *row, guint64 recipient, GError **error)
{
  gboolean is_erased = database_int (row, 7) == 0 && database_text (row, 5)[0] == '\0';
  gint64 version = database_int (row, 4);

  if (database_int (row, 0) == STATE_SKIPPED && version == 0) {
    g_set_error_literal (error, FAULT, FAULT_DATA, "nothing was sent to this person");
    return FALSE;
  }
  work->row = g_variant_ref_sink (make_row (work->campaign, row, recipient, is_erased));
  work->facts = make_facts (work->campaign, row, recipient, is_erased);
  sqlite3_reset (row);
  return version == 0 || campaign_take_version (work->core, work->campaign, version, error);
}

static gboolean
sent_load (SentTask *work, guint64 campaign, guint64 recipient, GError **error)
{
  sqlite3_stmt *row;
  gboolean is_taken;
  int found;

  work->campaign = campaign_load (work->core, campaign, error);
  if (work->campaign == NULL)
    return FALSE;
  row = database_query (work->core->database, "SELECT state,reason,time_utc,attempt,version,address,name,contact,fields,reply FROM ledger WHERE campaign=? AND id=?", "ii",
                        (gint64) campaign, (gint64) MIN (recipient, G_MAXINT64));
  found = database_step (work->core->database, row, error);
  if (found == 0)
    g_set_error (error, FAULT, FAULT_NO_INPUT, "campaign %" G_GUINT64_FORMAT " has no recipient %" G_GUINT64_FORMAT, campaign, recipient);
  if (found != 1)
    return FALSE;
  is_taken = take_row (work, row, recipient, error);
  sqlite3_reset (row);
  return is_taken;
}

/* A message, or why there is none. */
static GBytes *
read_message (GVariant *messages, GError **error)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  g_autofree char *why = NULL;
  FrameReader reader;

  if (!frame_open (&reader, FRAME_MESSAGES, g_variant_get_data (messages), g_variant_get_size (messages), NULL) || !frame_next (&reader, row, NULL) ||
      row->n_fields < 1) {
    g_set_error_literal (error, FAULT, FAULT_PROTOCOL, "the composing process gave another message than it was asked for");
    return NULL;
  }
  if (row->fields[0].len > 0)
    return g_bytes_new (row->fields[0].data, row->fields[0].len);
  why = row->n_fields > 1 ? slice_dup (row->fields[1]) : g_strdup ("a value is missing");
  g_set_error (error, FAULT, FAULT_DATA, "the letter cannot be built again: %s", why);
  return NULL;
}

static void
built_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GTask) task = data;
  SentTask *work = g_task_get_task_data (task);
  GError *error = NULL;
  g_autoptr (GVariant) messages = composer_preview_finish (work->core->composer, result, &error);
  GBytes *message = messages != NULL ? read_message (messages, &error) : NULL;

  if (message != NULL)
    g_task_return_pointer (task, message, (GDestroyNotify) g_bytes_unref);
  else
    g_task_return_error (task, error);
}

void
sent_async (Core *core, guint64 campaign, guint64 recipient, GAsyncReadyCallback callback, gpointer data)
{
  GTask *task = g_task_new (NULL, NULL, callback, data);
  SentTask *work = g_new0 (SentTask, 1);
  GError *error = NULL;

  work->core = core;
  g_task_set_task_data (task, work, (GDestroyNotify) work_free);
  if (sent_load (work, campaign, recipient, &error)) {
    composer_show_async (core->composer, work->campaign, work->row, built_cb, task);
    return;
  }
  g_task_return_error (task, error);
  g_object_unref (task);
}

GBytes *
sent_finish (GAsyncResult *result, GVariant **out_facts, GError **error)
{
  SentTask *work = g_task_get_task_data (G_TASK (result));
  GBytes *message = g_task_propagate_pointer (G_TASK (result), error);

  if (message != NULL)
    *out_facts = g_variant_ref (work->facts);
  return message;
}
