/* lists, list … - the lists and their people. */
#include "commands.h"
#include "connect.h"
#include "contract-keys.h"
#include "csv-rows.h"
#include "dict.h"
#include "fault.h"
#include "frame.h"
#include "json-out.h"
#include "list-edit.h"
#include "prompt.h"
#include "table.h"
#include "words.h"
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#define PAGE_ROWS 5000
#define SCREEN_ROWS 50   /* chosen: a terminal's worth; --limit shows more */
#define SCREEN_COLUMNS 6 /* name, e-mail, phone and three fields */

static int
run_lists (Session *session, const void *values, char **words, GError **error)
{
  g_autoptr (Table) table = table_new ("LIST", ">PEOPLE", ">WITH E-MAIL", ">WITH PHONE", "CREATED", NULL);
  g_autoptr (GVariant) lists = NULL;

  if (session_core (session, error) == NULL || !pr_app1_call_lists_sync (session->core, &lists, NULL, error))
    return session_end (FALSE, error);
  if (session_is_for_programs (session)) {
    json_out_rows ("lists", lists, session->is_jsonl);
    return 0;
  }
  for (gsize i = 0; i < g_variant_n_children (lists); i++) {
    g_autoptr (GVariant) list = g_variant_get_child_value (lists, i);
    g_autofree char *people = words_count (dict_number (list, KEY_LIST_PEOPLE));
    g_autofree char *email = words_count (dict_number (list, KEY_LIST_WITH_EMAIL));
    g_autofree char *phone = words_count (dict_number (list, KEY_LIST_WITH_PHONE));
    g_autofree char *created = words_time ((gint64) dict_number (list, KEY_LIST_CREATED));

    table_row (table, dict_text (list, KEY_LIST_NAME), people, email, phone, created, NULL);
  }
  if (g_variant_n_children (lists) == 0)
    session_say (session, "There is no list yet: postrider import FILE --list NAME");
  else
    table_print (table, stdout);
  return 0;
}

typedef struct RowSink RowSink;
struct RowSink { /* takes the people, page by page */
  void (*head) (RowSink *self, char **columns);
  void (*row)  (RowSink *self, char **columns, const FrameRow *row);
  guint64 limit; /* rows; 0: all */
  guint64 count;
  guint64 last;
  CsvOut *csv;
  Table  *table;
};

static gboolean
take_page (RowSink *self, char **columns, GVariant *page, guint *out_count, GError **error)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  g_autoptr (GError) local = NULL;
  gconstpointer bytes = g_variant_get_data (page);
  FrameReader reader;

  *out_count = 0;
  if (frame_open (&reader, FRAME_PEOPLE, bytes, g_variant_get_size (page), &local))
    while ((self->limit == 0 || self->count < self->limit) && frame_next (&reader, row, &local)) {
      self->row (self, columns, row);
      self->last = row->key;
      self->count++;
      (*out_count)++;
    }
  if (local != NULL)
    g_set_error (error, FAULT, FAULT_PROTOCOL, "core's answer cannot be read: %s", local->message);
  return local == NULL;
}

static gboolean
list_pull (Session *session, const char *name, RowSink *sink, GError **error)
{
  gboolean has_head = FALSE;
  guint count;

  do {
    g_auto (GStrv) columns = NULL;
    g_autoptr (GVariant) page = NULL;

    if (!pr_app1_call_list_rows_sync (session->core, name, sink->last, PAGE_ROWS, &columns, &page, NULL, error)) {
      connect_explain (error);
      return FALSE;
    }
    if (!has_head)
      sink->head (sink, columns);
    has_head = TRUE;
    if (!take_page (sink, columns, page, &count, error))
      return FALSE;
  } while (count > 0);
  return TRUE;
}

static void
json_head (RowSink *self, char **columns)
{
}

static void
json_row (RowSink *self, char **columns, const FrameRow *row)
{
  JsonBuilder *builder = json_out_begin ();

  json_builder_set_member_name (builder, "id");
  json_builder_add_int_value (builder, (gint64) row->key);
  for (guint i = 0; i < row->n_fields && columns[i] != NULL; i++) {
    g_autofree char *value = g_utf8_make_valid (row->fields[i].data, (gssize) row->fields[i].len);

    if (i == 3) {
      json_builder_set_member_name (builder, "fields");
      json_builder_begin_object (builder);
    }
    json_builder_set_member_name (builder, columns[i]);
    json_builder_add_string_value (builder, value);
  }
  if (row->n_fields > 3)
    json_builder_end_object (builder);
  json_out_end (builder);
}

static void
table_head (RowSink *self, char **columns)
{
  const char *titles[SCREEN_COLUMNS + 1] = { NULL };

  for (guint i = 0; i < SCREEN_COLUMNS && columns[i] != NULL; i++)
    titles[i] = columns[i];
  self->table = table_new (titles[0], titles[1], titles[2], titles[3], titles[4], titles[5], NULL);
}

static void
table_add (RowSink *self, char **columns, const FrameRow *row)
{
  char *cells[SCREEN_COLUMNS + 1] = { NULL };

  for (guint i = 0; i < SCREEN_COLUMNS && i < row->n_fields; i++)
    cells[i] = slice_dup (row->fields[i]);
  table_row (self->table, cells[0], cells[1], cells[2], cells[3], cells[4], cells[5], NULL);
  for (guint i = 0; i < SCREEN_COLUMNS; i++)
    g_free (cells[i]);
}

typedef struct {
  guint64 limit;
} ShowOptions;

static int
run_show (Session *session, const void *values, char **words, GError **error)
{
  const ShowOptions *options = values;
  RowSink sink = { session_is_for_programs (session) ? json_head : table_head,
                   session_is_for_programs (session) ? json_row : table_add };
  gboolean is_ok;

  sink.limit = options->limit == 0 && isatty (STDOUT_FILENO) ? SCREEN_ROWS : options->limit;
  is_ok = session_core (session, error) != NULL && list_pull (session, words[0], &sink, error);
  if (is_ok && sink.table != NULL)
    table_print (sink.table, stdout);
  if (is_ok && sink.limit != 0 && sink.count == sink.limit)
    session_say (session,
                 "These are the first %'" G_GUINT64_FORMAT
                 "; --limit N shows more, postrider list export '%s' writes all.",
                 sink.count, words[0]);
  table_free (sink.table);
  return is_ok ? 0 : -1;
}

static void
csv_head (RowSink *self, char **columns)
{
  csv_rows_people_head (self->csv, columns);
}

static void
csv_row (RowSink *self, char **columns, const FrameRow *row)
{
  csv_rows_people (self->csv, columns, row);
}

typedef struct {
  char *output;
} ListExportOptions;

static int
run_export (Session *session, const void *values, char **words, GError **error)
{
  const ListExportOptions *options = values;
  g_autoptr (CsvOut) csv = NULL;
  RowSink sink = { csv_head, csv_row };

  if (session_is_for_programs (session))
    return run_show (session, &(ShowOptions){ G_MAXUINT32 }, words, error);
  if (session_core (session, error) == NULL)
    return -1;
  sink.csv = csv = csv_out_new (options->output, error);
  return csv != NULL && list_pull (session, words[0], &sink, error) && csv_out_finish (csv, error) ? 0 : -1;
}

static int
run_remove (Session *session, const void *values, char **words, GError **error)
{
  g_autofree char *question =
      g_strdup_printf ("Remove the list “%s”, and with it people who are in no other list and no campaign?", words[0]);
  guint64 people;

  if (!prompt_agreed (session->has_terminal, values, question, error) || session_core (session, error) == NULL)
    return -1;
  if (!pr_app1_call_list_remove_sync (session->core, words[0], &people, NULL, error))
    return session_end (FALSE, error);
  if (session_is_for_programs (session)) {
    json_out_count ("people", people);
  } else {
    g_autofree char *count = words_people (people);

    printf ("The list “%s” is gone, and %s with it.\n", words[0], count);
  }
  return 0;
}

static const Option show_options[] = {
  { "limit", 0, OPTION_NUMBER, G_STRUCT_OFFSET (ShowOptions, limit), "N", "show at most so many people" },
  { 0 },
};

static const Option export_options[] = {
  { "output", 'o', OPTION_TEXT, G_STRUCT_OFFSET (ListExportOptions, output), "F",
    "into this file, whole or not at all (else standard output)" },
  { 0 },
};

const Command list_commands[] = {
  { "lists", "", "Lists the lists", 0, 0, NULL, 0, run_lists, NULL },
  { "list show", "NAME", "Shows the people of a list", 1, 1, show_options, sizeof (ShowOptions), run_show, NULL },
  { "list export", "NAME", "Writes a list as CSV", 1, 1, export_options, sizeof (ListExportOptions), run_export,
    "Example:\n  postrider list export guests -o guests.csv\n" },
  { "list create", "NAME", "Makes an empty list", 1, 1, NULL, 0, list_edit_create, NULL },
  { "list rename", "OLD NEW", "Gives a list another name; who left it stays out", 2, 2, NULL, 0, list_edit_rename, NULL },
  { "list add", "NAME WHO…", "Puts people on a list", 2, G_MAXUINT, list_edit_add_options, sizeof (ListEditOptions), list_edit_add,
    "WHO is as for contact show; an address or number that nobody has makes a new person.\n\n"
    "Examples:\n  postrider list add guests '#17'\n"
    "  postrider list add guests 'Ann Lee <ann@example.org>' --consent 'by phone'\n" },
  { "list drop", "NAME WHO…", "Takes people off a list; they stay people", 2, G_MAXUINT, NULL, 0, list_edit_drop, NULL },
  { "list field", "NAME FIELD", "Removes a field of a list, and its values", 2, 2, prompt_options, sizeof (PromptOptions), list_edit_field, NULL },
  { "list remove", "NAME", "Removes a list, and people who are nowhere else", 1, 1, prompt_options,
    sizeof (PromptOptions), run_remove, NULL },
  { 0 },
};
