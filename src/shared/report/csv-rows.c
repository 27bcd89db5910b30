#include "csv-rows.h"

static const char *const fixed[] = { "address",  "name",       "state",  "time",    "reply",
                                     "attempts", "message_id", "reason", "version", NULL };

void
csv_rows_ledger_head (CsvOut *csv, char **columns)
{
  static const char *const before[] = { "address", "name", "state", "time", "reply", "attempts", "message_id" };

  for (gsize i = 0; i < G_N_ELEMENTS (before); i++)
    csv_out_text (csv, before[i]);
  for (gsize i = 0; columns[i] != NULL; i++) {
    /* A contact may have a field "state": a reader that goes by names must still find ours. */
    g_autofree char *title = g_strconcat (g_strv_contains (fixed, columns[i]) ? "field." : "", columns[i], NULL);

    csv_out_text (csv, title);
  }
  csv_out_text (csv, "reason");
  csv_out_text (csv, "version");
  csv_out_end_row (csv);
}

void
csv_rows_ledger (CsvOut *csv, char **columns, const FrameRow *row)
{
  static const guint before[] = { LEDGER_ADDRESS, LEDGER_NAME, LEDGER_STATE, LEDGER_TIME, LEDGER_REPLY };
  g_autofree char *attempts = g_strdup_printf ("%u", row->aux);

  for (gsize i = 0; i < G_N_ELEMENTS (before); i++)
    csv_out_value (csv, row->fields[before[i]].data, row->fields[before[i]].len);
  csv_out_text (csv, attempts);
  csv_out_value (csv, row->fields[LEDGER_MESSAGE_ID].data, row->fields[LEDGER_MESSAGE_ID].len);
  for (guint i = 0; columns[i] != NULL; i++) {
    Slice value = LEDGER_VALUES + i < row->n_fields ? row->fields[LEDGER_VALUES + i] : (Slice){ "", 0 };

    csv_out_phone (csv, value.data, value.len);
  }
  csv_out_value (csv, row->fields[LEDGER_REASON].data, row->fields[LEDGER_REASON].len);
  csv_out_value (csv, row->fields[LEDGER_VERSION].data, row->fields[LEDGER_VERSION].len);
  csv_out_end_row (csv);
}

void
csv_rows_people_head (CsvOut *csv, char **columns)
{
  for (gsize i = 0; columns[i] != NULL; i++)
    csv_out_text (csv, columns[i]);
  csv_out_end_row (csv);
}

void
csv_rows_people (CsvOut *csv, char **columns, const FrameRow *row)
{
  for (guint i = 0; columns[i] != NULL; i++)
    csv_out_phone (csv, i < row->n_fields ? row->fields[i].data : "", i < row->n_fields ? row->fields[i].len : 0);
  csv_out_end_row (csv);
}
