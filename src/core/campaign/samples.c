#include "samples.h"

#include "database.h"
#include "frame.h"
#include "sql-words.h"
#include "text.h"
#include <string.h>

static void
sample_free (Sample *self)
{
  g_free (self->address);
  g_free (self->name);
  g_clear_pointer (&self->values, g_bytes_unref);
  g_free (self);
}

static gboolean
samples_has (GPtrArray *samples, guint64 recipient)
{
  for (guint i = 0; i < samples->len; i++)
    if (((Sample *) g_ptr_array_index (samples, i))->recipient == recipient)
      return TRUE;
  return FALSE;
}

static gboolean
samples_collect (Core *core, sqlite3_stmt *row, GPtrArray *samples, const char *why, GError **error)
{
  int result;

  while ((result = database_step (core->database, row, error)) == 1) {
    Sample *sample;

    if (samples_has (samples, (guint64) database_int (row, 0)))
      continue;
    sample = g_new0 (Sample, 1);
    sample->recipient = (guint64) database_int (row, 0);
    sample->address = g_strdup (database_text (row, 1));
    sample->name = g_strdup (database_text (row, 2));
    sample->values = g_bytes_new (sqlite3_column_blob (row, 3), (gsize) sqlite3_column_bytes (row, 3));
    sample->why = why;
    g_ptr_array_add (samples, sample);
  }
  return result == 0;
}

#define ROWS "SELECT s.id,s.address,s.name,s.fields FROM ledger s WHERE s.campaign=?1 AND s.state<>" SQL_STATE (SKIPPED) " "
#define USED "used_length(s.address,s.name,s.fields,?3)"
#define EMPTY "used_empty(s.address,s.name,s.fields,?3)"

/* Each reads the campaign once: it is asked once, by a person. */
static const struct {
  const char *why, *sql;
} sorts[] = {
  { "longest", ROWS "ORDER BY " USED " DESC, s.id LIMIT ?2" },
  { "emptiest", ROWS "ORDER BY " EMPTY " DESC, " USED ", s.id LIMIT ?2" },
  { "non-latin", ROWS "AND used_non_latin(s.address,s.name,s.fields,?3) ORDER BY s.id LIMIT ?2" },
};

/* --- what a message uses of a person: address, name, then the values --- */

typedef struct {
  gint64   length, n_empty;
  gboolean has_non_latin;
} Measure;

/* A letter from U+0370 on, where Latin ends, but for U+1E00-1EFF, where it goes on. */
static gboolean
is_non_latin (Slice value)
{
  const char *end = value.data + value.len;

  for (const char *p = value.data; p < end; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char_validated (p, end - p);

    if (c >= (gunichar) -2)
      return FALSE;
    if (c >= 0x370 && (c < 0x1e00 || c > 0x1eff) && g_unichar_isalpha (c))
      return TRUE;
  }
  return FALSE;
}

static void
measure_add_value (Measure *self, Slice value)
{
  self->length += (gint64) value.len;
  self->n_empty += text_is_missing (value.data, value.len);
  self->has_non_latin |= is_non_latin (value);
}

/* values: address, name, fields in frame form, used: an octet for each of them and each column: is it used? */
static Measure
measure_row (sqlite3_value **values)
{
  const guint8 *at = sqlite3_value_blob (values[2]), *end = at != NULL ? at + sqlite3_value_bytes (values[2]) : at, *used = sqlite3_value_blob (values[3]);
  const int n_used = sqlite3_value_bytes (values[3]);
  Measure found = { 0 };

  for (int i = 0; i < n_used; i++) {
    Slice value = { "", 0 };

    if (i < 2)
      value = (Slice){ (const char *) sqlite3_value_text (values[i]), (gsize) sqlite3_value_bytes (values[i]) };
    else if (at == NULL || !frame_next_raw (&at, end, &value))
      break;
    if (used[i] != 0)
      measure_add_value (&found, value);
  }
  return found;
}

static void
length_cb (sqlite3_context *sql, int n, sqlite3_value **values)
{
  sqlite3_result_int64 (sql, measure_row (values).length);
}

static void
empty_cb (sqlite3_context *sql, int n, sqlite3_value **values)
{
  sqlite3_result_int64 (sql, measure_row (values).n_empty);
}

static void
non_latin_cb (sqlite3_context *sql, int n, sqlite3_value **values)
{
  sqlite3_result_int (sql, measure_row (values).has_non_latin);
}

static void
register_functions (Database *database)
{
  sqlite3_create_function (database_get_sqlite (database), "used_length", 4, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, length_cb, NULL, NULL);
  sqlite3_create_function (database_get_sqlite (database), "used_empty", 4, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, empty_cb, NULL, NULL);
  sqlite3_create_function (database_get_sqlite (database), "used_non_latin", 4, SQLITE_UTF8 | SQLITE_DETERMINISTIC, NULL, non_latin_cb, NULL, NULL);
}

/* An octet a column that the message uses; of one that uses none: the name. */
static GByteArray *
mark_used (const int *bound, gsize n)
{
  GByteArray *used = g_byte_array_new ();

  g_byte_array_set_size (used, 2);
  memset (used->data, 0, 2);
  for (gsize i = 0; i < n; i++) {
    guint before = used->len;

    if (bound[i] < 0)
      continue;
    if ((guint) bound[i] >= before) {
      g_byte_array_set_size (used, (guint) bound[i] + 1);
      memset (used->data + before, 0, used->len - before);
    }
    used->data[bound[i]] = 1;
  }
  if (memchr (used->data, 1, used->len) == NULL)
    used->data[1] = 1;
  return used;
}

GPtrArray *
samples_page (Core *core, guint64 campaign, guint64 after, guint max, gboolean is_waiting, GError **error)
{
  g_autoptr (GPtrArray) samples = g_ptr_array_new_with_free_func ((GDestroyNotify) sample_free);
  sqlite3_stmt *page = database_query (core->database, is_waiting ? ROWS "AND s.id>?2 AND " SQL_IS_WAITING ("s.") " ORDER BY s.id LIMIT ?3" : ROWS "AND s.id>?2 ORDER BY s.id LIMIT ?3",
                                       "iii", (gint64) campaign, (gint64) MIN (after, G_MAXINT64), (gint64) max);

  return samples_collect (core, page, samples, "", error) ? g_steal_pointer (&samples) : NULL;
}

GPtrArray *
samples_choose (Core *core, guint64 campaign, const int *bound, gsize n, guint max, GError **error)
{
  g_autoptr (GPtrArray) samples = g_ptr_array_new_with_free_func ((GDestroyNotify) sample_free);
  g_autoptr (GByteArray) used = mark_used (bound, n);

  register_functions (core->database);
  for (gsize i = 0; i < G_N_ELEMENTS (sorts) && samples->len < max; i++)
    if (!samples_collect (core, database_query (core->database, sorts[i].sql, "iib", (gint64) campaign, (gint64) 1, used->data, (gsize) used->len), samples, sorts[i].why, error))
      return NULL;
  if (samples->len < max &&
      !samples_collect (core, database_query (core->database, ROWS "ORDER BY random() LIMIT ?2", "ii", (gint64) campaign, (gint64) (max - samples->len)), samples, "random", error))
    return NULL;
  return g_steal_pointer (&samples);
}

GPtrArray *
samples_load (Core *core, guint64 campaign, GArray *ids, GError **error)
{
  g_autoptr (GPtrArray) samples = g_ptr_array_new_with_free_func ((GDestroyNotify) sample_free);

  for (guint i = 0; i < ids->len; i++)
    if (!samples_collect (core, database_query (core->database, ROWS "AND s.id=?2", "ii", (gint64) campaign, (gint64) g_array_index (ids, guint64, i)), samples, "", error))
      return NULL;
  return g_steal_pointer (&samples);
}

GVariant *
samples_to_frame (GPtrArray *samples, const Campaign *campaign)
{
  g_autoptr (FrameWriter) frame = frame_writer_new (FRAME_RECIPIENTS);
  HiddenValues hidden = campaign_get_hidden (campaign);

  for (guint i = 0; i < samples->len; i++) {
    const Sample *sample = g_ptr_array_index (samples, i);
    gsize len;
    gconstpointer values = g_bytes_get_data (sample->values, &len);

    hidden_values_write_row (&hidden, frame, sample->recipient, 0, sample->address, sample->name, values, len);
  }
  return frame_writer_finish (frame);
}
