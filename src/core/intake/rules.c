#include "rules.h"

#include "address.h"
#include "clean.h"
#include "fault.h"
#include "fields.h"
#include <string.h>

#define REJECT_FIELDS 4        /* contract: field, value, reason, sentence; then the row's cells */
#define IMPORT_CELL_MAX (4 * IMPORT_VALUE_MAX) /* of a whole row; what could not be read was replaced by longer marks */
#define REASONS_MAX 64         /* chosen: different reasons of one import */
#define REASON_MAX 64          /* chosen: octets of a reason's word */
#define REJECTED_VALUE_MAX 300 /* contract: cut at 256 octets, with a mark that it was cut */
#define SENTENCE_MAX 1024      /* chosen */
#define LEFT_OUT_MAX (4 * (guint64) IMPORT_ROWS_MAX) /* chosen: values left out of a file of the largest size */

static gboolean
rules_set_error (GError **error, const char *what)
{
  g_set_error (error, FAULT, FAULT_PROTOCOL, "it gave %s", what);
  return FALSE;
}

gboolean
rules_check_fields (const char *const *fields, GError **error)
{
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  guint n = g_strv_length ((GStrv) fields);

  if (n > IMPORT_COLUMNS_MAX)
    return rules_set_error (error, "too many columns");
  for (guint i = 0; i < n; i++) {
    gsize len = strlen (fields[i]);

    if (len == 0 || len > IMPORT_FIELD_NAME_MAX || !clean_is ((Slice){ fields[i], len }, CLEAN_LINE))
      return rules_set_error (error, "a malformed column name");
    if (!g_hash_table_add (seen, g_utf8_casefold (fields[i], -1)))
      return rules_set_error (error, "the same column twice");
  }
  return TRUE;
}

gboolean
rules_check_aliases (const char *const *aliases, GError **error)
{
  static const char *const columns[] = { "email", "phone", "name", NULL };

  for (guint i = 0; aliases[i] != NULL; i += 2) {
    gsize len = strlen (aliases[i]);

    if (len == 0 || len > IMPORT_FIELD_NAME_MAX || !clean_is ((Slice){ aliases[i], len }, CLEAN_LINE) || aliases[i + 1] == NULL ||
        !g_strv_contains (columns, aliases[i + 1]))
      return rules_set_error (error, "a malformed alias");
  }
  return TRUE;
}

static gboolean
take_key (RulesState *self, guint64 *last, guint64 key, GError **error)
{
  if (key < 1 || key < *last || key > G_MAXINT64)
    return rules_set_error (error, "row numbers out of order");
  *last = key;
  return TRUE;
}

static gboolean
count_row (RulesState *self, GError **error)
{
  return ++self->rows <= IMPORT_ROWS_MAX || rules_set_error (error, "more rows than a file may have");
}

gboolean
rules_take_contact (RulesState *self, const FrameRow *raw_row, const char *const *fields, GByteArray *blob, gboolean *seen, MergeRow *out_row,
                    GError **error)
{
  Slice name, email, phone;

  if (raw_row->n_fields != self->n_fields + 3)
    return rules_set_error (error, "a row with the wrong number of fields");
  if (!take_key (self, &self->contact_key, raw_row->key, error) || !count_row (self, error))
    return FALSE;
  name = raw_row->fields[0];
  email = raw_row->fields[1];
  phone = raw_row->fields[2];
  if (name.len > IMPORT_NAME_MAX || !clean_is (name, CLEAN_LINE))
    return rules_set_error (error, "a malformed name");
  if (email.len > 0 && !address_is_canonical (email.data, email.len))
    return rules_set_error (error, "a malformed address");
  if (phone.len > 0 && !phone_is_e164 (phone.data, phone.len))
    return rules_set_error (error, "a malformed number");
  if (email.len == 0 && phone.len == 0)
    return rules_set_error (error, "a person without address and number");
  g_byte_array_set_size (blob, 0);
  for (guint i = 0; i < self->n_fields; i++) {
    Slice value = raw_row->fields[3 + i];

    if (value.len == 0)
      continue;
    if (value.len > IMPORT_VALUE_MAX || !clean_is (value, CLEAN_TEXT))
      return rules_set_error (error, "a malformed value");
    seen[i] = TRUE;
    fields_append (blob, (Slice){ fields[i], strlen (fields[i]) }, value);
  }
  *out_row = (MergeRow){ name, email, phone, blob->data, blob->len };
  return TRUE;
}

static gboolean
count_reason (GHashTable *counts, Slice reason, GError **error)
{
  g_autofree char *word = slice_dup (reason);
  guint64 *count = g_hash_table_lookup (counts, word);

  if (count == NULL) {
    if (g_hash_table_size (counts) >= REASONS_MAX)
      return rules_set_error (error, "too many reasons");
    count = g_new0 (guint64, 1);
    g_hash_table_insert (counts, g_steal_pointer (&word), count);
  }
  ++*count;
  return TRUE;
}

static gboolean
is_word (Slice text)
{
  for (gsize i = 0; i < text.len; i++)
    if (!g_ascii_isalnum (text.data[i]) && text.data[i] != '-' && text.data[i] != '_')
      return FALSE;
  return text.len > 0 && text.len <= REASON_MAX;
}

/* Behind the reason: a column's name and the cell in it, by turns. */
static gboolean
are_cells_fine (const FrameRow *row)
{
  for (guint i = REJECT_FIELDS; i + 1 < row->n_fields; i += 2)
    if (row->fields[i].len > IMPORT_FIELD_NAME_MAX || !clean_is (row->fields[i], CLEAN_LINE) || row->fields[i + 1].len > IMPORT_CELL_MAX ||
        !clean_is (row->fields[i + 1], CLEAN_TEXT))
      return FALSE;
  return TRUE;
}

static gboolean
take_reject (RulesState *self, const FrameRow *row, const RulesCounts *counts, GError **error)
{
  GHashTable *const by_fate[] = { counts->rejected, counts->left_out, counts->hints };

  if (row->n_fields < REJECT_FIELDS || row->n_fields > REJECT_FIELDS + 2 * IMPORT_COLUMNS_MAX || row->n_fields % 2 != 0 ||
      row->aux >= G_N_ELEMENTS (by_fate) || !are_cells_fine (row))
    return rules_set_error (error, "a malformed rejection");
  if (!take_key (self, &self->reject_key, row->key, error))
    return FALSE;
  if (row->fields[0].len > IMPORT_FIELD_NAME_MAX || !clean_is (row->fields[0], CLEAN_LINE) || row->fields[1].len > REJECTED_VALUE_MAX ||
      !clean_is (row->fields[1], CLEAN_TEXT) || !is_word (row->fields[2]) || row->fields[3].len > SENTENCE_MAX || !clean_is (row->fields[3], CLEAN_LINE))
    return rules_set_error (error, "a malformed rejection");
  if (row->aux == 0 && !count_row (self, error))
    return FALSE;
  if (row->aux > 0 && ++self->left_out > LEFT_OUT_MAX)
    return rules_set_error (error, "more values left out than a file may have");
  return count_reason (by_fate[row->aux], row->fields[2], error);
}

gboolean
rules_take_rejects (RulesState *self, GVariant *frame, const RulesCounts *counts, GError **error)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1); /* 32 KiB: not on the stack */
  g_autoptr (GError) malformed = NULL;
  FrameReader reader;

  if (!frame_open (&reader, FRAME_REJECTS, g_variant_get_data (frame), g_variant_get_size (frame), &malformed))
    return rules_set_error (error, malformed->message);
  while (frame_next (&reader, row, &malformed))
    if (!take_reject (self, row, counts, error))
      return FALSE;
  return malformed == NULL || rules_set_error (error, malformed->message);
}
