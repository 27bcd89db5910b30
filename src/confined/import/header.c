#include "header.h"

#include "clean.h"
#include "columns.h"
#include "dialect.h"
#include "fault.h"
#include "text.h"
#include "value.h"
#include <string.h>

typedef struct { /* one row, looked at */
  gboolean has_value;
  guint    n_filled;
  guint    roles;   /* bit of each ColumnRole that a cell is an own word for */
  gboolean is_word; /* a cell is a word that we know, however weak */
} RowLook;

static const CsvRow *
get_row (const GPtrArray *sample, guint index)
{
  return &((const KeptRow *) g_ptr_array_index (sample, index))->row;
}

static gboolean
is_value (Slice cell)
{
  return dialect_is_email (cell) || dialect_is_phone (cell);
}

gboolean
header_has_value (const CsvRow *row)
{
  for (guint i = 0; i < row->n_cells; i++)
    if (is_value (value_bare (row->cells[i])))
      return TRUE;
  return FALSE;
}

char *
header_word (Slice cell)
{
  g_autofree char *valid = g_utf8_make_valid (cell.data, (gssize) cell.len), *line = NULL;
  gboolean is_lost;

  line = clean_text ((Slice){ valid, strlen (valid) }, CLEAN_LINE, &is_lost);
  return text_printable (line, -1, HEADER_WORD_MAX);
}

static void
look_at_cell (RowLook *self, Slice cell)
{
  g_autofree char *text = NULL;
  ColumnMeaning meaning;

  if (cell.len == 0)
    return;
  self->n_filled++;
  if (is_value (cell)) {
    self->has_value = TRUE;
  } else if (cell.len <= HEADER_WORD_MAX) {
    text = header_word (cell);
    meaning = columns_recognise (text);
    if (meaning.role != COLUMN_FIELD && meaning.rank < COLUMN_LIKELY)
      self->roles |= 1u << meaning.role;
    self->is_word = self->is_word || meaning.role != COLUMN_FIELD;
  }
}

static RowLook
look_at (const GPtrArray *sample, guint index)
{
  const CsvRow *row = get_row (sample, index);
  RowLook look = { 0 };

  for (guint i = 0; i < row->n_cells; i++)
    look_at_cell (&look, value_bare (row->cells[i]));
  return look;
}

static guint
count_roles (const RowLook *look)
{
  guint n = 0;

  for (guint role = COLUMN_EMAIL; role < COLUMN_ROLE_COUNT; role++)
    n += look->roles >> role & 1;
  return n;
}

/* The row with the most of our words, an address's or a number's among them. Where people stand above it, it must have two. */
static gboolean
find_known (const RowLook *looks, guint n, guint *out_index)
{
  guint best = 0;
  gboolean has_people = FALSE;

  for (guint i = 0; i < n; i++) {
    guint roles = count_roles (&looks[i]);
    gboolean is_contact = (looks[i].roles & (1u << COLUMN_EMAIL | 1u << COLUMN_PHONE)) != 0;

    if (!looks[i].has_value && (is_contact || roles >= 2) && roles > best && (!has_people || (is_contact && roles >= 2))) {
      best = roles;
      *out_index = i;
    }
    has_people = has_people || looks[i].has_value;
  }
  return best > 0;
}

/* Words that we do not know above addresses are a header too: the first row that is filled as theirs are, not a title. */
static gboolean
find_unknown (const RowLook *looks, guint n, guint *out_index)
{
  guint data = 0;

  while (data < n && !looks[data].has_value)
    data++;
  if (data == n)
    return FALSE;
  *out_index = 0;
  for (guint i = 0; i < data; i++)
    if (looks[i].n_filled >= 2 && looks[i].n_filled * 2 >= looks[data].n_filled) {
      *out_index = i;
      return TRUE;
    }
  return data > 0;
}

static gboolean
is_double (const RowLook *looks, guint n, guint index)
{
  const RowLook *above = index > 0 ? &looks[index - 1] : NULL, *below = index + 1 < n ? &looks[index + 1] : NULL;

  return (above != NULL && !above->has_value && above->n_filled >= 2) || (below != NULL && !below->has_value && count_roles (below) >= 2);
}

static gboolean
find_number (const GPtrArray *sample, guint64 number, Header *out, GError **error)
{
  for (guint i = 0; i < sample->len; i++)
    if (get_row (sample, i)->number == number) {
      *out = (Header){ TRUE, i, FALSE };
      return TRUE;
    }
  g_set_error (error, FAULT, FAULT_USAGE, "row %" G_GUINT64_FORMAT " cannot be the header: it is empty, or not among the first %u rows", number, sample->len);
  return FALSE;
}

static void
header_pick (const GPtrArray *sample, Header *out)
{
  g_autofree RowLook *looks = NULL;
  guint n = 0;

  while (n < sample->len && (n == 0 || get_row (sample, n)->number <= HEADER_ROWS_MAX))
    n++;
  looks = g_new0 (RowLook, n + 1);
  for (guint i = 0; i < MIN (n + 1, sample->len); i++)
    looks[i] = look_at (sample, i);
  out->is_there = find_known (looks, n, &out->index) || (!looks[0].has_value && (looks[0].is_word || find_unknown (looks, n, &out->index)));
  out->is_double = out->is_there && is_double (looks, MIN (n + 1, sample->len), out->index);
}

gboolean
header_find (const GPtrArray *sample, const char *word, Header *out, GError **error)
{
  guint64 number;

  *out = (Header){ FALSE, 0, FALSE };
  if (g_ascii_string_to_unsigned (word, 10, 1, G_MAXUINT32, &number, NULL))
    return find_number (sample, number, out, error);
  if (strcmp (word, "auto") == 0)
    header_pick (sample, out);
  else
    out->is_there = strcmp (word, "yes") == 0;
  return TRUE;
}
