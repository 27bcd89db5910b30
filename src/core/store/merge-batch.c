#include "merge-batch.h"

#include <string.h>

enum { COLUMN_ROW, COLUMN_KIND, COLUMN_HASH, COLUMN_CONSENT_UTC, COLUMN_TEXTS };

typedef struct {
  gint64  row, hash, consent_utc;
  int     kind;
  gsize   at; /* of its texts in `bytes`, one after the other */
  guint32 lens[MERGE_BATCH_TEXTS];
} BatchRow;

struct MergeBatch { /* octets and rows of its own: GArray divides at each append */
  BatchRow *rows;
  guint     n_rows, rows_allocated;
  guint8   *bytes;
  gsize     used, allocated;
};

typedef struct {
  sqlite3_vtab    base;
  const MergeBatch *batch;
} BatchTable;

typedef struct {
  sqlite3_vtab_cursor base;
  const MergeBatch     *batch;
  guint               at;
} BatchCursor;

MergeBatch *
merge_batch_new (void)
{
  return g_new0 (MergeBatch, 1);
}

void
merge_batch_free (MergeBatch *self)
{
  if (self == NULL)
    return;
  g_free (self->rows);
  g_free (self->bytes);
  g_free (self);
}

static void
merge_batch_reserve (MergeBatch *self, gsize len)
{
  if (self->n_rows == self->rows_allocated) {
    self->rows_allocated = MAX (2 * self->rows_allocated, 64);
    self->rows = g_renew (BatchRow, self->rows, self->rows_allocated);
  }
  if (self->allocated - self->used < len) {
    self->allocated = MAX (2 * self->allocated, self->used + len);
    self->bytes = g_realloc (self->bytes, self->allocated);
  }
}

void
merge_batch_add (MergeBatch *self, gint64 row, int kind, gint64 hash, gint64 consent_utc, const Slice texts[MERGE_BATCH_TEXTS])
{
  BatchRow *added;
  gsize len = 0;

  for (int i = 0; i < MERGE_BATCH_TEXTS; i++)
    len += texts[i].len;
  merge_batch_reserve (self, len);
  added = &self->rows[self->n_rows++];
  *added = (BatchRow){ row, hash, consent_utc, kind, self->used, { 0 } };
  for (int i = 0; i < MERGE_BATCH_TEXTS; i++) {
    added->lens[i] = (guint32) texts[i].len;
    if (texts[i].len > 0)
      memcpy (self->bytes + self->used, texts[i].data, texts[i].len);
    self->used += texts[i].len;
  }
}

gsize
merge_batch_get_size (const MergeBatch *self)
{
  return self->used + self->n_rows * sizeof (BatchRow);
}

void
merge_batch_clear (MergeBatch *self)
{
  self->n_rows = 0;
  self->used = 0;
}

/* --- the table, as SQLite asks for it (sqlite.org/vtab.html) --- */

static int
connect_cb (sqlite3 *db, void *data, int argc, const char *const *argv, sqlite3_vtab **out_table, char **error)
{
  BatchTable *table = g_new0 (BatchTable, 1);

  table->batch = data;
  *out_table = &table->base;
  return sqlite3_declare_vtab (db, "CREATE TABLE x(\"row\" INTEGER,kind INTEGER,hash INTEGER,consent_utc INTEGER,name TEXT,email TEXT,phone TEXT,fields BLOB,name_key TEXT,"
                                    "\"key\" TEXT,consent TEXT)");
}

static int
disconnect_cb (sqlite3_vtab *table)
{
  g_free (table);
  return SQLITE_OK;
}

static int
best_index_cb (sqlite3_vtab *table, sqlite3_index_info *info)
{
  info->estimatedCost = 1000; /* always read from front to back */
  return SQLITE_OK;
}

static int
open_cb (sqlite3_vtab *table, sqlite3_vtab_cursor **out_cursor)
{
  BatchCursor *cursor = g_new0 (BatchCursor, 1);

  cursor->batch = ((BatchTable *) table)->batch;
  *out_cursor = &cursor->base;
  return SQLITE_OK;
}

static int
close_cb (sqlite3_vtab_cursor *cursor)
{
  g_free (cursor);
  return SQLITE_OK;
}

static int
filter_cb (sqlite3_vtab_cursor *cursor, int number, const char *text, int argc, sqlite3_value **argv)
{
  ((BatchCursor *) cursor)->at = 0;
  return SQLITE_OK;
}

static int
next_cb (sqlite3_vtab_cursor *cursor)
{
  ((BatchCursor *) cursor)->at++;
  return SQLITE_OK;
}

static int
eof_cb (sqlite3_vtab_cursor *cursor)
{
  return ((BatchCursor *) cursor)->at >= ((BatchCursor *) cursor)->batch->n_rows;
}

static int
column_cb (sqlite3_vtab_cursor *base, sqlite3_context *context, int column)
{
  const BatchCursor *cursor = (BatchCursor *) base;
  const BatchRow *row = &cursor->batch->rows[cursor->at];
  const char *text = cursor->batch->bytes != NULL ? (const char *) cursor->batch->bytes + row->at : ""; /* a batch of hashes alone has none */
  int wanted = column - COLUMN_TEXTS;

  if (wanted < 0) {
    sqlite3_result_int64 (context, column == COLUMN_ROW    ? row->row
                                   : column == COLUMN_KIND ? row->kind
                                   : column == COLUMN_HASH ? row->hash
                                                           : row->consent_utc);
    return SQLITE_OK;
  }
  for (int i = 0; i < wanted; i++)
    text += row->lens[i];
  if (wanted == MERGE_BATCH_FIELDS)
    sqlite3_result_blob (context, text, (int) row->lens[wanted], SQLITE_STATIC);
  else
    sqlite3_result_text (context, text, (int) row->lens[wanted], SQLITE_STATIC);
  return SQLITE_OK;
}

static int
rowid_cb (sqlite3_vtab_cursor *cursor, sqlite3_int64 *out_rowid)
{
  *out_rowid = ((BatchCursor *) cursor)->at;
  return SQLITE_OK;
}

gboolean
merge_batch_register (MergeBatch *self, sqlite3 *db, const char *name)
{
  static const sqlite3_module module = {
    .xConnect = connect_cb, .xDisconnect = disconnect_cb, .xBestIndex = best_index_cb, .xOpen = open_cb, .xClose = close_cb,
    .xFilter = filter_cb, .xNext = next_cb, .xEof = eof_cb, .xColumn = column_cb, .xRowid = rowid_cb,
  }; /* no xCreate: it is there under its name, without CREATE */

  return sqlite3_create_module (db, name, &module, self) == SQLITE_OK;
}
