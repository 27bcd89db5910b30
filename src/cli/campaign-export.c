#include "campaign-export.h"

#include "connect.h"
#include "csv-rows.h"
#include "fault.h"
#include "json-out.h"
#include <stdio.h>
#include <string.h>

#define PAGE_ROWS 5000 /* chosen: a page stays far below a frame's 8 MiB for usual people */

typedef struct {
  CsvOut  *csv;         /* NULL: JSON */
  gboolean is_document; /* JSON in one piece, not a line each */
  char   **columns;
  guint64  last;
} Export;

static void
add_member (JsonBuilder *builder, const char *name, Slice value)
{
  g_autofree char *text = g_utf8_make_valid (value.data, (gssize) value.len);

  json_builder_set_member_name (builder, name);
  json_builder_add_string_value (builder, text);
}

static void
write_json_row (Export *self, const FrameRow *row)
{
  g_autofree char *version = slice_dup (row->fields[LEDGER_VERSION]);
  JsonBuilder *builder;

  if (self->is_document && self->last != 0)
    putchar (',');
  builder = json_out_begin ();
  for (guint i = 0; i < LEDGER_VALUES; i++)
    if (i != LEDGER_VERSION)
      add_member (builder, csv_rows_ledger_name (i), row->fields[i]);
  json_builder_set_member_name (builder, "attempts");
  json_builder_add_int_value (builder, row->aux);
  json_builder_set_member_name (builder, "version");
  json_builder_add_int_value (builder, g_ascii_strtoll (version, NULL, 10));
  json_builder_set_member_name (builder, "fields");
  json_builder_begin_object (builder);
  for (guint i = 0; self->columns[i] != NULL && LEDGER_VALUES + i < row->n_fields; i++)
    add_member (builder, self->columns[i], row->fields[LEDGER_VALUES + i]);
  json_builder_end_object (builder);
  json_out_end (builder);
}

/* Returns: FALSE with `error` set. out_count: rows of this page. */
static gboolean
write_page (Export *self, GVariant *page, guint *out_count, GError **error)
{
  g_autofree FrameRow *row = g_new (FrameRow, 1);
  g_autoptr (GError) local = NULL;
  gconstpointer bytes = g_variant_get_data (page);
  FrameReader reader;
  guint count = 0;

  if (frame_open (&reader, FRAME_LEDGER, bytes, g_variant_get_size (page), &local)) {
    while (frame_next (&reader, row, &local) && row->n_fields >= LEDGER_VALUES) {
      if (self->csv != NULL)
        csv_rows_ledger (self->csv, self->columns, row);
      else
        write_json_row (self, row);
      self->last = row->key;
      count++;
    }
  }
  if (local != NULL) {
    g_set_error (error, FAULT, FAULT_PROTOCOL, "core's answer cannot be read: %s", local->message);
    return FALSE;
  }
  *out_count = count;
  return TRUE;
}

static gboolean
pull_page (Export *self, PrApp1 *core, guint64 campaign, guint *out_count, GError **error)
{
  g_auto (GStrv) columns = NULL;
  g_autoptr (GVariant) page = NULL;

  if (!pr_app1_call_campaign_rows_sync (core, campaign, self->last, PAGE_ROWS, &columns, &page, NULL, error)) {
    connect_explain (error);
    return FALSE;
  }
  if (self->columns == NULL) {
    self->columns = g_steal_pointer (&columns);
    if (self->csv != NULL)
      csv_rows_ledger_head (self->csv, self->columns);
  }
  return write_page (self, page, out_count, error);
}

int
campaign_export (Session *session, guint64 campaign, const char *output, GError **error)
{
  g_autoptr (CsvOut) csv = NULL;
  Export self = { 0 };
  guint count = 1;

  if (session_is_for_programs (session) && output != NULL && strcmp (output, "-") != 0) {
    g_set_error (error, FAULT, FAULT_USAGE, "JSON goes to standard output: leave -o out, or --json");
    return -1;
  }
  if (!session_is_for_programs (session)) {
    self.csv = csv = csv_out_new (output, error);
    if (csv == NULL)
      return -1;
  }
  self.is_document = session->is_json;
  if (self.is_document)
    printf ("{\"schema\":%d,\"recipients\":[\n", JSON_OUT_SCHEMA);
  while (count > 0)
    if (!pull_page (&self, session->core, campaign, &count, error)) {
      g_strfreev (self.columns);
      return -1;
    }
  if (self.is_document)
    puts ("]}");
  g_strfreev (self.columns);
  return csv == NULL || csv_out_finish (csv, error) ? 0 : -1;
}
