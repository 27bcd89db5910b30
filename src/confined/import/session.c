#include "session.h"

#include "contact.h"
#include "dialect.h"
#include "fault.h"
#include "input.h"
#include "phone.h"
#include "reading.h"
#include "text.h"
#include "value.h"
#include "workbook.h"
#include <string.h>

#define EMPTY_SHEET "the sheet holds no rows"
#define SHEET_NAME_MAX 124 /* octets in a sentence */
#define SAMPLE_ROWS 100               /* chosen: enough to tell a column of numbers from one of streets */
#define LOOK_ROWS 20                  /* contract: Look */
#define LOOK_CELL_MAX 256
#define SAMPLE_BYTES (2 * 1024 * 1024)

struct ImportSession {
  Input      *input;
  const char *format;
  char       *region;
  Workbook   *workbook; /* or NULL */
  guint       sheet;    /* of the workbook, which is read */
  char       *others;   /* its other sheets, for people, or NULL */
  ImportTable      *table;
  Plan       *plan;
  PlanView   *view;   /* or NULL: this session imports */
  GPtrArray  *sample; /* KeptRow: read to make the plan, given out first */
  guint       next_sample;
  ContactRules rules;
  GPtrArray  *readings; /* char *: as import_session_get_readings() */
  gboolean    is_over, is_look;
};

void
import_session_free (ImportSession *self)
{
  if (self == NULL)
    return;
  plan_free (self->plan);
  plan_view_free (self->view);
  import_table_free (self->table);
  workbook_free (self->workbook);
  input_free (self->input);
  g_clear_pointer (&self->sample, g_ptr_array_unref);
  g_clear_pointer (&self->readings, g_ptr_array_unref);
  g_free (self->region);
  g_free (self->others);
  g_free (self);
}

const char *
import_session_get_format (const ImportSession *self)
{
  return self->format;
}

const char *
import_session_get_encoding (const ImportSession *self)
{
  return input_get_encoding (self->input);
}

const char *const *
import_session_get_notes (const ImportSession *self)
{
  return (const char *const *) self->plan->notes->pdata;
}

const char *const *
import_session_get_fields (const ImportSession *self)
{
  return (const char *const *) self->plan->names->pdata;
}

const char *const *
import_session_get_aliases (const ImportSession *self)
{
  return (const char *const *) self->plan->aliases->pdata;
}

static gboolean
session_usage (GError **error, const char *format, const char *value)
{
  g_set_error (error, FAULT, FAULT_USAGE, "%s: %s", format, value);
  return FALSE;
}

static gboolean
check_spec (const ImportSessionSpec *spec, const char *region, GError **error)
{
  static const char *const formats[] = { "auto", "csv", "xlsx", "text", NULL }, *const headers[] = { "auto", "yes", "no", NULL };
  static const char *const severals[] = { "listed", "first", "each", NULL }, *const lefts[] = { "listed", "take", NULL };
  gboolean is_row = g_ascii_string_to_unsigned (spec->header, 10, 1, CSV_ROWS_MAX, NULL, NULL);

  if (!g_strv_contains (formats, spec->format))
    return session_usage (error, "no such format (auto, csv, xlsx, text)", spec->format);
  if (!g_strv_contains (headers, spec->header) && !is_row)
    return session_usage (error, "header is auto, yes, no or the number of its row, not", spec->header);
  if (!g_strv_contains (severals, spec->several))
    return session_usage (error, "several addresses in a cell are listed, first or each, not", spec->several);
  if (!g_strv_contains (lefts, spec->left))
    return session_usage (error, "people who left are listed or take, not", spec->left);
  if (region[0] != '\0' && !phone_is_region (region))
    return session_usage (error, "no such region (two letters of a country, as in IN, DE, US)", region);
  return TRUE;
}

/* Everything of a small file, the first piece of a large one. */
static gboolean
guess_dialect (ImportSession *self, Dialect *out_dialect, GError **error)
{
  const char *head;
  gsize len;
  gboolean is_whole;

  input_rewind (self->input);
  if (!input_next (self->input, &head, &len, &is_whole, error))
    return FALSE;
  *out_dialect = dialect_guess (head, len, is_whole);
  return TRUE;
}

#define UNCLEAR "the file is not clearly in one encoding, and in the wrong one names come out wrong"

/* A look shows how names would read; an import guesses nothing. */
static gboolean
take_readings (ImportSession *self, GError **error)
{
  self->readings = reading_list (self->input, error);
  if (self->readings == NULL || self->is_look)
    return self->readings != NULL;
  if (self->readings->len > 1)
    g_set_error (error, FAULT, FAULT_DATA, UNCLEAR ": say which with --encoding (%s would read: %s)", (const char *) self->readings->pdata[0],
                 (const char *) self->readings->pdata[1]);
  else
    g_set_error_literal (error, FAULT, FAULT_DATA, UNCLEAR ": say which with --encoding");
  return FALSE;
}

static gboolean
open_text (ImportSession *self, const ImportSessionSpec *spec, GError **error)
{
  Dialect dialect;
  CsvRow row;

  if (!input_find_encoding (self->input, spec->encoding, error))
    return FALSE;
  if (!input_is_clear (self->input) && !take_readings (self, error))
    return FALSE;
  if (!guess_dialect (self, &dialect, error))
    return FALSE;
  if (strcmp (spec->format, "text") == 0 || (strcmp (spec->format, "auto") == 0 && dialect.is_list)) {
    self->format = "text";
    self->table = import_table_list_new (self->input);
    return TRUE;
  }
  self->format = "csv";
  self->table = import_table_csv_new (self->input, dialect.delimiter);
  if (dialect.has_mark && !self->table->next (self->table, &row, error)) /* "sep=;" */
    return error == NULL || *error == NULL;
  return TRUE;
}

static gboolean
open_workbook (ImportSession *self, const ImportSessionSpec *spec, GError **error)
{
  self->format = "xlsx";
  self->workbook = workbook_new (self->input, error);
  if (self->workbook == NULL || !workbook_find_sheet (self->workbook, spec->sheet, &self->sheet, error))
    return FALSE;
  self->others = workbook_list_others (self->workbook, self->sheet);
  self->table = import_table_sheet_new (self->workbook, self->input, self->sheet, error);
  return self->table != NULL;
}

static gboolean
open_table (ImportSession *self, const ImportSessionSpec *spec, GError **error)
{
  InputKind kind;

  if (!input_find_kind (self->input, &kind, error))
    return FALSE;
  if (kind == INPUT_ZIP)
    return strcmp (spec->format, "auto") == 0 || strcmp (spec->format, "xlsx") == 0
             ? open_workbook (self, spec, error)
             : session_usage (error, "the file is a ZIP archive or a workbook, not", spec->format);
  return strcmp (spec->format, "xlsx") != 0 ? open_text (self, spec, error) : session_usage (error, "the file is no workbook, so its format is not", spec->format);
}

static gboolean
is_blank (const CsvRow *row)
{
  for (guint i = 0; i < row->n_cells; i++)
    if (value_bare (row->cells[i]).len > 0 || import_table_is_lost (row->cells[i]))
      return FALSE;
  return TRUE;
}

/* Where the people may be, if not in this sheet. */
static void
name_others (const ImportSession *self, GError **error)
{
  if (self->others != NULL && error != NULL && *error != NULL && (*error)->code == FAULT_DATA) {
    g_autofree char *message = g_strdup_printf ("%s; that is the sheet “%s”, and the workbook also has %s: say --sheet NAME", (*error)->message,
                                                (const char *) g_ptr_array_index (self->workbook->names, self->sheet), self->others);

    g_free ((*error)->message);
    (*error)->message = g_steal_pointer (&message);
  }
}

/* Of somebody who did not choose a sheet. */
static void
note_others (const ImportSession *self, const ImportSessionSpec *spec, GPtrArray *notes)
{
  g_autofree char *name = NULL;

  if (self->others == NULL || spec->sheet[0] != '\0')
    return;
  name = text_quote (g_ptr_array_index (self->workbook->names, self->sheet), SHEET_NAME_MAX);
  g_ptr_array_add (notes, g_strdup_printf ("the sheet %s was read, and not %s", name, self->others));
}

static gboolean
read_sample (ImportSession *self, GError **error)
{
  g_autoptr (GError) wrong = NULL;
  gsize bytes = 0;
  CsvRow row;

  while (self->sample->len < SAMPLE_ROWS && bytes < SAMPLE_BYTES && self->table->next (self->table, &row, &wrong)) {
    if (is_blank (&row))
      continue;
    for (guint i = 0; i < row.n_cells; i++)
      bytes += row.cells[i].len;
    g_ptr_array_add (self->sample, kept_row_new (&row));
  }
  if (wrong != NULL) {
    g_propagate_error (error, g_steal_pointer (&wrong));
    return FALSE;
  }
  if (self->sample->len > 0 || (self->is_look && self->workbook != NULL)) /* another sheet may be chosen */
    return TRUE;
  g_set_error_literal (error, FAULT, FAULT_DATA, self->workbook != NULL ? EMPTY_SHEET : "the file holds no rows");
  name_others (self, error);
  return FALSE;
}

static PlanSpec
plan_spec (const ImportSession *self, const ImportSessionSpec *spec)
{
  PlanSpec wanted = { .is_list = strcmp (self->format, "text") == 0, .header = spec->header, .others = spec->others };

  memcpy (wanted.map, spec->map, sizeof wanted.map);
  return wanted;
}

static gboolean
make_plan (ImportSession *self, const ImportSessionSpec *spec, GError **error)
{
  PlanSpec wanted = plan_spec (self, spec);

  self->plan = plan_new (self->sample, &wanted, self->table->is_grid, error);
  if (self->plan == NULL) {
    name_others (self, error);
    return FALSE;
  }
  note_others (self, spec, self->plan->notes);
  self->rules.is_grid = self->table->is_grid;
  g_ptr_array_add (self->plan->names, NULL); /* a string vector from here on */
  g_ptr_array_add (self->plan->notes, NULL);
  return TRUE;
}

static ImportSession *
open_session (int fd, const ImportSessionSpec *spec, gboolean is_look, GError **error)
{
  g_autoptr (ImportSession) self = g_new0 (ImportSession, 1);

  self->is_look = is_look;
  self->sample = g_ptr_array_new_with_free_func (g_free);
  self->region = g_ascii_strup (spec->region, -1);
  self->rules = (ContactRules){ self->region, FALSE, SEVERAL_LISTED, strcmp (spec->left, "take") == 0 };
  if (strcmp (spec->several, "listed") != 0)
    self->rules.several = strcmp (spec->several, "first") == 0 ? SEVERAL_FIRST : SEVERAL_EACH;
  self->input = input_new (fd, error);
  if (self->input == NULL || !check_spec (spec, self->region, error) || !open_table (self, spec, error) || !read_sample (self, error))
    return NULL;
  return g_steal_pointer (&self);
}

ImportSession *
import_session_new (int fd, const ImportSessionSpec *spec, GError **error)
{
  g_autoptr (ImportSession) self = open_session (fd, spec, FALSE, error);

  return self != NULL && make_plan (self, spec, error) ? g_steal_pointer (&self) : NULL;
}

/* --- a look at it --- */

ImportSession *
import_session_new_look (int fd, const ImportSessionSpec *spec, GError **error)
{
  ImportSession *self = open_session (fd, spec, TRUE, error);
  PlanSpec wanted;

  if (self == NULL)
    return NULL;
  wanted = plan_spec (self, spec);
  self->view = self->sample->len > 0 ? plan_view_new (self->sample, &wanted, self->table->is_grid) : plan_view_new_empty (EMPTY_SHEET);
  note_others (self, spec, self->view->notes);
  if (self->readings != NULL && self->view->problem == NULL)
    self->view->problem = g_strdup (UNCLEAR ": choose the one in which they read right");
  return self;
}

const GPtrArray *
import_session_get_sheets (const ImportSession *self)
{
  return self->workbook != NULL ? self->workbook->names : NULL;
}

const PlanView *
import_session_get_view (const ImportSession *self)
{
  return self->view;
}

GPtrArray *
import_session_get_readings (const ImportSession *self)
{
  return self->readings;
}

static void
write_row (const CsvRow *row, guint n, FrameWriter *cells)
{
  frame_writer_row (cells, row->number, 0, n);
  for (guint j = 0; j < n; j++) {
    g_autofree char *text = text_printable (row->cells[j].data, (gssize) row->cells[j].len, LOOK_CELL_MAX);

    frame_writer_string (cells, text);
  }
}

void
import_session_write_cells (const ImportSession *self, FrameWriter *cells)
{
  guint n_rows = 0;

  for (guint i = 0; i < self->sample->len && n_rows < LOOK_ROWS; i++) {
    const CsvRow *row = &((KeptRow *) g_ptr_array_index (self->sample, i))->row;

    if (row->number <= self->view->header_row)
      continue;
    write_row (row, MIN (row->n_cells, self->view->columns->len), cells);
    n_rows++;
  }
}

void
import_session_write_head (const ImportSession *self, FrameWriter *cells)
{
  for (guint i = 0; i < self->sample->len && i < LOOK_ROWS; i++) {
    const CsvRow *row = &((KeptRow *) g_ptr_array_index (self->sample, i))->row;

    write_row (row, row->n_cells, cells);
  }
}

static gboolean
next_row (ImportSession *self, CsvRow *out_row, GError **error)
{
  if (self->next_sample < self->sample->len) {
    *out_row = ((KeptRow *) g_ptr_array_index (self->sample, self->next_sample++))->row;
    return TRUE;
  }
  if (self->sample->len > 0) { /* all given out: the last row was borrowed until now */
    g_ptr_array_set_size (self->sample, 0);
    self->next_sample = 0;
  }
  return self->table->next (self->table, out_row, error);
}

gboolean
import_session_next (ImportSession *self, guint max_rows, FrameWriter *contacts, FrameWriter *rejects, guint64 *out_reading, gboolean *out_done,
                     GError **error)
{
  guint64 from = self->table->get_position (self->table);
  gboolean is_more = TRUE;
  guint n_rows = 0, n_read = 0, n, most = self->rules.several == SEVERAL_EACH ? ADDRESS_CELL_MAX : 1; /* contacts of one row */
  CsvRow row;

  if (self->is_over || max_rows == 0) {
    g_set_error_literal (error, FAULT, FAULT_USAGE, self->is_over ? "there are no more rows" : "at least one row must be asked for");
    return FALSE;
  }
  while ((n_rows == 0 || n_rows + most <= max_rows) && n_read++ < IMPORT_SESSION_BATCH_ROWS && frame_writer_get_size (contacts) + frame_writer_get_size (rejects) < IMPORT_SESSION_BATCH_BYTES &&
         self->table->get_position (self->table) - from < IMPORT_SESSION_BATCH_READING) {
    g_autoptr (GError) wrong = NULL;

    is_more = next_row (self, &row, &wrong);
    if (wrong != NULL) {
      self->is_over = TRUE;
      g_propagate_error (error, g_steal_pointer (&wrong));
      return FALSE;
    }
    if (!is_more)
      break;
    (void) contact_write (self->plan, &self->rules, &row, contacts, rejects, &n);
    n_rows += n;
  }
  self->is_over = !is_more;
  *out_done = !is_more;
  *out_reading = self->table->get_position (self->table);
  return TRUE;
}
