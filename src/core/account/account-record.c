#include "account-record.h"

#include "fault.h"
#include "frame.h"
#include <string.h>

/* --- what may be one --- */

static gboolean
is_key (const AccountKind *kind, Slice key)
{
  if (key.len > ACCOUNT_RECORD_KEY_MAX)
    return FALSE;
  for (gsize i = 0; i < key.len; i++)
    if (!g_ascii_isgraph (key.data[i]))
      return FALSE;
  for (const KindRecord *row = kind->records; row != NULL && row->word != NULL; row++) {
    gsize len = strlen (row->word);

    if (key.len > len + 1 && memcmp (key.data, row->word, len) == 0 && key.data[len] == '/')
      return TRUE;
  }
  return FALSE;
}

static gboolean
refuse_records (GError **error, const char *what)
{
  g_set_error (error, FAULT, FAULT_PROTOCOL, "%s", what);
  return FALSE;
}

/* Those that are there, each of the frame taken for a new one. What nobody can count now is counted with the next. */
static gboolean
has_room (Core *core, gint64 account, guint n)
{
  gint64 count = 0;

  return database_get_int (core->database, &count, NULL, "SELECT count(*) FROM account_record WHERE account=?", "i", account) < 0 || count + n <= ACCOUNT_RECORDS_MAX;
}

gboolean
account_records_check (Core *core, const Account *account, GVariant *frame, GError **error)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  g_autoptr (GError) broken = NULL;
  FrameReader reader;

  if (!frame_open (&reader, FRAME_STATE, g_variant_get_data (frame), g_variant_get_size (frame), &broken))
    return refuse_records (error, broken->message);
  if (!has_room (core, account->id, reader.left))
    return refuse_records (error, "more records than an account may have");
  while (frame_next (&reader, row, &broken)) {
    if (row->n_fields != 2 || row->fields[1].len > ACCOUNT_RECORD_VALUE_MAX)
      return refuse_records (error, "a record of the wrong form");
    if (!is_key (account->kind, row->fields[0]))
      return refuse_records (error, "a record whose key its kind of account does not have");
  }
  return broken == NULL || refuse_records (error, broken->message);
}

gboolean
account_records_check_keys (const AccountKind *kind, const char *const *keys, GError **error)
{
  for (; *keys != NULL; keys++)
    if (!is_key (kind, (Slice){ *keys, strlen (*keys) }))
      return refuse_records (error, "a record whose key its kind of account does not have");
  return TRUE;
}

/* --- the table --- */

static gboolean
write_record (Database *database, gint64 account, const FrameRow *row, GError **error)
{
  g_autofree char *key = slice_dup (row->fields[0]);
  const Slice *value = &row->fields[1];

  if (value->len == 0)
    return database_run (database, error, "DELETE FROM account_record WHERE account=? AND key=?", "is", account, key);
  return database_run (database, error, "INSERT INTO account_record(account,key,value) VALUES(?1,?2,?3) ON CONFLICT DO UPDATE SET value=excluded.value", "isb",
                       account, key, (const void *) value->data, value->len);
}

static gboolean
write_records (Database *database, gint64 account, GVariant *frame, GError **error)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  FrameReader reader;

  if (!frame_open (&reader, FRAME_STATE, g_variant_get_data (frame), g_variant_get_size (frame), error))
    return FALSE;
  while (frame_next (&reader, row, NULL))
    if (!write_record (database, account, row, error))
      return FALSE;
  return TRUE;
}

gboolean
account_records_write (Core *core, gint64 account, GVariant *frame, GError **error)
{
  if (!database_begin (core->database, error))
    return FALSE;
  if (write_records (core->database, account, frame, error))
    return database_commit (core->database, error);
  database_rollback (core->database);
  return FALSE;
}

static void
append_record (FrameWriter *out, sqlite3_stmt *statement)
{
  frame_writer_row (out, 0, 0, 2);
  frame_writer_string (out, database_text (statement, 0));
  frame_writer_field (out, sqlite3_column_blob (statement, 1), (gsize) sqlite3_column_bytes (statement, 1));
}

GVariant *
account_records_read (Core *core, gint64 account, const char *const *keys, GError **error)
{
  g_autoptr (FrameWriter) out = frame_writer_new (FRAME_STATE);

  for (; *keys != NULL; keys++) {
    sqlite3_stmt *statement = database_query (core->database, "SELECT key, value FROM account_record WHERE account=? AND key=?", "is", account, *keys);
    int step;

    while ((step = database_step (core->database, statement, error)) > 0)
      append_record (out, statement);
    if (step < 0)
      return NULL;
  }
  return frame_writer_finish (out);
}

/* Of one word: all keys between "word/" and "word0", '0' being what follows '/'. */
static gboolean
append_of_word (Database *database, gint64 account, const char *word, FrameWriter *out, GError **error)
{
  sqlite3_stmt *statement = database_query (database, "SELECT key, value FROM account_record WHERE account=?1 AND key>?2||'/' AND key<?2||'0'", "is", account, word);
  int step;

  while ((step = database_step (database, statement, error)) > 0)
    append_record (out, statement);
  return step == 0;
}

GBytes *
account_records_read_first (Core *core, const Account *account, GError **error)
{
  g_autoptr (FrameWriter) out = frame_writer_new (FRAME_STATE);
  g_autoptr (GVariant) frame = NULL;

  for (const KindRecord *row = account->kind->records; row != NULL && row->word != NULL; row++)
    if (row->is_first && !append_of_word (core->database, account->id, row->word, out, error))
      return NULL;
  if (frame_writer_get_count (out) == 0)
    return g_bytes_new (NULL, 0);
  frame = g_variant_ref_sink (frame_writer_finish (out));
  if (g_variant_get_size (frame) <= ACCOUNT_RECORDS_FIRST_MAX)
    return g_variant_get_data_as_bytes (frame);
  g_set_error (error, FAULT, FAULT_DATA, "what is kept for account %s is more than its sending process takes", account->name);
  return NULL;
}
