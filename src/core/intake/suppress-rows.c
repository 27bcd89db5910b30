#include "suppress-rows.h"

#include "address.h"
#include "clock.h"
#include "fault.h"
#include "fields.h"
#include "opt-out.h"
#include "suppression.h"
#include "text.h"
#include <string.h>

#define ROWS_MAX 2000000   /* chosen: some 300 MiB of memory until they are stored */
#define STEP_ROWS 5000     /* chosen: some ten milliseconds of core's time */
#define REASON_MAX 256     /* octets; contract: SuppressAdd */
#define VALUE_MAX 256      /* octets; contract: REJECTS */

typedef Suppression SuppressRow; /* all borrowed: from texts */

struct SuppressRows {
  Database     *database;
  char         *scope, *reason;
  gboolean      is_all, is_dry_run;
  GPtrArray    *judges, *reasons, *times; /* char *: columns of the file that say something */
  gboolean      has_scopes, has_causes;
  GArray       *rows; /* SuppressRow */
  GStringChunk *texts;
  guint64       domains;
  FrameWriter  *rejects; /* rows that are not taken, of the batch at work */
  GHashTable   *refused; /* word -> guint64 *: how many of the batch at work */
  guint         next;    /* row to be stored */
  guint64       added;
};

SuppressRows *
suppress_rows_new (Database *database, const SuppressRowsSpec *spec)
{
  SuppressRows *self = g_new0 (SuppressRows, 1);

  self->database = database;
  self->scope = g_strdup (spec->scope);
  self->reason = g_strdup (spec->reason);
  self->is_all = spec->is_all;
  self->is_dry_run = spec->is_dry_run;
  self->judges = g_ptr_array_new_with_free_func (g_free);
  self->reasons = g_ptr_array_new_with_free_func (g_free);
  self->times = g_ptr_array_new_with_free_func (g_free);
  self->rows = g_array_new (FALSE, FALSE, sizeof (SuppressRow));
  self->texts = g_string_chunk_new (65536);
  self->rejects = frame_writer_new (FRAME_REJECTS);
  self->refused = g_hash_table_new_full (g_str_hash, g_str_equal, NULL, g_free);
  return self;
}

void
suppress_rows_free (SuppressRows *self)
{
  if (self == NULL)
    return;
  g_ptr_array_unref (self->judges);
  g_ptr_array_unref (self->reasons);
  g_ptr_array_unref (self->times);
  g_array_unref (self->rows);
  g_string_chunk_free (self->texts);
  frame_writer_free (self->rejects);
  g_hash_table_unref (self->refused);
  g_free (self->scope);
  g_free (self->reason);
  g_free (self);
}

guint64
suppress_rows_get_domains (const SuppressRows *self)
{
  return self->domains;
}

static gboolean
open_cb (gpointer data, const char *const *columns, GError **error)
{
  SuppressRows *self = data;
  const Slice nothing = { "", 0 };

  if (!self->is_all && opt_out_is_of_subscribers (columns)) {
    g_set_error (error, FAULT, FAULT_DATA, "this is the list of those who are subscribed: give the file of those who left (unsubscribed…, cleaned…); nothing was stored");
    return FALSE;
  }
  for (gsize i = 0; columns[i] != NULL; i++) {
    if (!self->is_all && opt_out_judge (columns[i], nothing) != OPT_OUT_SILENT)
      g_ptr_array_add (self->judges, g_strdup (columns[i]));
    if (opt_out_is_reason (columns[i]))
      g_ptr_array_add (self->reasons, g_strdup (columns[i]));
    if (opt_out_is_time (columns[i]))
      g_ptr_array_add (self->times, g_strdup (columns[i]));
    self->has_scopes |= g_ascii_strcasecmp (columns[i], "scope") == 0;
    self->has_causes |= g_ascii_strcasecmp (columns[i], "cause") == 0;
  }
  return TRUE;
}

/* --- one row --- */

static Slice
look_up (const MergeRow *row, const char *column)
{
  Slice value = { "", 0 };

  fields_lookup (row->fields, row->fields_len, column, &value);
  return value;
}

static void
suppress_rows_refuse (SuppressRows *self, guint64 number, const char *column, Slice value, const char *word, const char *sentence)
{
  g_autofree char *shown = text_printable (value.data, (gssize) value.len, VALUE_MAX);
  guint64 *count = g_hash_table_lookup (self->refused, word);

  if (count == NULL)
    g_hash_table_insert (self->refused, (gpointer) word, count = g_new0 (guint64, 1));
  ++*count;
  frame_writer_row (self->rejects, number, 0, 4);
  frame_writer_string (self->rejects, column);
  frame_writer_string (self->rejects, shown);
  frame_writer_string (self->rejects, word);
  frame_writer_string (self->rejects, sentence);
}

/* One column that says so is enough. Returns: FALSE: the row is refused, and that is written down. */
static gboolean
is_out (SuppressRows *self, guint64 number, const MergeRow *row)
{
  const char *unclear = NULL, *no = NULL;

  for (guint i = 0; i < self->judges->len; i++) {
    const char *column = g_ptr_array_index (self->judges, i);
    OptOut judged = opt_out_judge (column, look_up (row, column));

    if (judged == OPT_OUT_YES)
      return TRUE;
    unclear = judged == OPT_OUT_UNCLEAR ? column : unclear;
    no = judged == OPT_OUT_NO ? column : no;
  }
  if (unclear != NULL)
    suppress_rows_refuse (self, number, unclear, look_up (row, unclear), "unclear-status", "nobody knows whether this status means that they left: --all takes every row");
  else if (no != NULL)
    suppress_rows_refuse (self, number, no, look_up (row, no), "still-subscribed", "by this column they did not leave");
  return unclear == NULL && no == NULL;
}

/* The status that was decisive, or the name of the column that says yes. */
static Slice
find_decisive (SuppressRows *self, const MergeRow *row)
{
  for (guint i = 0; i < self->judges->len; i++) {
    const char *column = g_ptr_array_index (self->judges, i);
    Slice value = look_up (row, column);

    if (opt_out_judge (column, value) == OPT_OUT_YES && !opt_out_is_time (column))
      return opt_out_is_status (column) ? value : (Slice){ column, strlen (column) };
  }
  return (Slice){ "", 0 };
}

/* Why they are in the list, in its own words. */
static const char *
find_reason (SuppressRows *self, const MergeRow *row)
{
  g_autofree char *shown = NULL;
  Slice value = { "", 0 };

  if (self->reason[0] != '\0')
    return self->reason;
  for (guint i = 0; i < self->reasons->len && value.len == 0; i++)
    value = look_up (row, g_ptr_array_index (self->reasons, i));
  if (value.len == 0)
    value = find_decisive (self, row);
  shown = text_printable (value.data, (gssize) value.len, REASON_MAX);
  return g_string_chunk_insert_const (self->texts, shown);
}

/* Our own export says it by a word. */
static SuppressionReason
find_cause (SuppressRows *self, const MergeRow *row, const char *words)
{
  g_autofree char *text = self->has_causes ? slice_dup (look_up (row, "cause")) : g_strdup (words); /* one of before the column: "gone" alone */
  SuppressionReason cause;

  return suppression_reason_from_word (text, &cause) && (self->has_causes || cause == SUPPRESSION_REASON_GONE) ? cause : SUPPRESSION_REASON_IMPORT;
}

/* "2013-06-27 12:11:50", "2020-04-10T22:18:20+00:00". Returns: 0 where there is none, or where it is still to come. */
static gint64
find_time (SuppressRows *self, const MergeRow *row)
{
  for (guint i = 0; i < self->times->len; i++) {
    g_autofree char *text = slice_dup (look_up (row, g_ptr_array_index (self->times, i)));
    g_autoptr (GTimeZone) utc = g_time_zone_new_utc ();
    g_autoptr (GDateTime) time = NULL;

    if (strlen (text) > 10 && text[10] == ' ')
      text[10] = 'T';
    time = g_date_time_new_from_iso8601 (text, utc);
    if (time != NULL && g_date_time_to_unix (time) > 0 && g_date_time_to_unix (time) <= clock_now_utc ())
      return g_date_time_to_unix (time);
  }
  return 0;
}

static gboolean
suppress_rows_add (SuppressRows *self, const SuppressRow *row, GError **error)
{
  if (self->rows->len >= ROWS_MAX) {
    g_set_error (error, FAULT, FAULT_DATA, "a list may have %d rows: split the file", ROWS_MAX);
    return FALSE;
  }
  g_array_append_val (self->rows, *row);
  return TRUE;
}

/* Our own export names a scope. Returns: NULL: refused, and that is written down. */
static const char *
find_scope (SuppressRows *self, guint64 number, const MergeRow *row)
{
  Slice value = self->has_scopes ? look_up (row, "scope") : (Slice){ "", 0 };
  g_autofree char *text = slice_dup (value), *scope = NULL;
  g_autoptr (GError) error = NULL;

  if (value.len == 0)
    return self->scope;
  scope = suppression_parse_scope (self->database, text, &error);
  if (scope != NULL)
    return g_string_chunk_insert_const (self->texts, scope);
  suppress_rows_refuse (self, number, "scope", value, "bad-scope", error->message);
  return NULL;
}

/* "@example.org", "*@example.org"… as this list means it; an apostrophe kept a spreadsheet from running it. Returns: (transfer full) the key, or NULL. */
static char *
read_pattern (Slice value)
{
  g_autofree char *text = slice_dup (value);
  const char *start = text[0] == '\'' ? text + 1 : text;

  return start[0] == '@' || start[0] == '*' ? suppression_parse_address (start, NULL) : NULL;
}

/* Returns: (transfer full) the key of whom the row is about; the worker took a pattern with a star for an address. */
static char *
find_key (SuppressRows *self, const MergeRow *row)
{
  g_autofree char *email = slice_dup (row->email), *pattern = read_pattern (row->email);

  if (pattern == NULL)
    return row->email.len > 0 ? address_key (email) : slice_dup (row->phone);
  self->domains++;
  return g_steal_pointer (&pattern);
}

static gboolean
take_cb (gpointer data, guint64 number, const MergeRow *raw, GError **error)
{
  SuppressRows *self = data;
  g_autofree char *key = NULL;
  SuppressRow row = { 0 };

  if (!is_out (self, number, raw))
    return TRUE;
  row.scope = find_scope (self, number, raw);
  if (row.scope == NULL)
    return TRUE;
  key = find_key (self, raw);
  row.key = g_string_chunk_insert (self->texts, key);
  row.words = find_reason (self, raw);
  row.reason = find_cause (self, raw, row.words);
  row.source = SUPPRESSION_SOURCE_IMPORT;
  row.since_utc = find_time (self, raw);
  return suppress_rows_add (self, &row, error);
}

/* --- what the worker would not take --- */

/* "@example.org" is no address, and is what this list is about; so is a number among addresses. Returns: (transfer full) the key, or NULL. */
static char *
read_reject (SuppressRows *self, const FrameRow *row)
{
  g_autofree char *pattern = row->aux == 0 ? read_pattern (row->fields[1]) : NULL, *value = slice_dup (row->fields[1]);

  self->domains += pattern != NULL;
  if (pattern != NULL)
    return g_steal_pointer (&pattern);
  return row->aux == 0 && phone_is_e164 (value, strlen (value)) ? g_steal_pointer (&value) : NULL;
}

static void
suppress_rows_uncount (GHashTable *counts, Slice word)
{
  g_autofree char *name = slice_dup (word);
  guint64 *count = g_hash_table_lookup (counts, name);

  if (count != NULL && --*count == 0)
    g_hash_table_remove (counts, name);
}

static void
count_refused (SuppressRows *self, GHashTable *rejected)
{
  GHashTableIter iter;
  gpointer word, count;

  g_hash_table_iter_init (&iter, self->refused);
  while (g_hash_table_iter_next (&iter, &word, &count)) {
    guint64 *all = g_hash_table_lookup (rejected, word);

    if (all == NULL)
      g_hash_table_insert (rejected, g_strdup (word), all = g_new0 (guint64, 1));
    *all += *(guint64 *) count;
  }
  g_hash_table_remove_all (self->refused);
}

static void
copy_reject (SuppressRows *self, const FrameRow *row)
{
  frame_writer_row (self->rejects, row->key, row->aux, row->n_fields);
  for (guint i = 0; i < row->n_fields; i++)
    frame_writer_field (self->rejects, row->fields[i].data, row->fields[i].len);
}

static gboolean
rejects_cb (gpointer data, GVariant *frame, GHashTable *rejected, GVariant **out_frame, GError **error)
{
  SuppressRows *self = data;
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  FrameReader reader;

  if (frame_open (&reader, FRAME_REJECTS, g_variant_get_data (frame), g_variant_get_size (frame), NULL)) /* it was checked */
    while (frame_next (&reader, row, NULL)) {
      g_autofree char *key = read_reject (self, row);
      SuppressRow taken = { NULL, self->scope, SUPPRESSION_REASON_IMPORT, self->reason, SUPPRESSION_SOURCE_IMPORT, 0 };

      if (key == NULL) {
        copy_reject (self, row);
        continue;
      }
      taken.key = g_string_chunk_insert (self->texts, key);
      suppress_rows_uncount (rejected, row->fields[2]);
      if (!suppress_rows_add (self, &taken, error))
        return FALSE;
    }
  count_refused (self, rejected);
  *out_frame = g_variant_ref_sink (frame_writer_finish (self->rejects));
  return TRUE;
}

/* --- storing --- */

static gboolean
store_row (SuppressRows *self, const SuppressRow *row, GError **error)
{
  guint count = 0;
  int is_known;

  if (!self->is_dry_run) {
    if (!suppression_add (self->database, row, &count, error))
      return FALSE;
    self->added += count;
    return TRUE;
  }
  is_known = suppression_find (self->database, row->key, row->scope, error);
  self->added += is_known == 0;
  return is_known >= 0;
}

static gboolean
store_some (SuppressRows *self, GError **error)
{
  const guint end = (guint) MIN ((guint64) self->rows->len, (guint64) self->next + STEP_ROWS);
  g_autofree char *detail = NULL;

  for (; self->next < end; self->next++)
    if (!store_row (self, &g_array_index (self->rows, SuppressRow, self->next), error))
      return FALSE;
  if (self->next < self->rows->len || self->is_dry_run)
    return TRUE;
  detail = text_count (self->added, "address from a file", "addresses from a file"); /* which ones is not for the log: they may be forgotten later */
  return database_audit (self->database, "suppress.import", detail, error);
}

/* A piece at a time: a list that is stored by half when core ends keeps mail from nobody who is not in it, and is imported again. */
static int
store_cb (gpointer data, MergeCounts *out_counts, GError **error)
{
  SuppressRows *self = data;

  if (self->rows->len == 0) {
    g_set_error (error, FAULT, FAULT_DATA, "no row of this file says that somebody must not be written to; nothing was stored");
    return -1;
  }
  if (!database_begin (self->database, error))
    return -1;
  if (!store_some (self, error)) {
    database_rollback (self->database);
    return -1;
  }
  if (!database_commit (self->database, error))
    return -1;
  out_counts->created = self->added;
  out_counts->unchanged = self->rows->len - self->added;
  return self->next < self->rows->len;
}

const ImportSink suppress_rows_sink = { open_cb, take_cb, rejects_cb, store_cb };
