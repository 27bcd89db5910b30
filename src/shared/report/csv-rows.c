#include "csv-rows.h"

#include <string.h>

static const char *const names[LEDGER_VALUES] = {
  [LEDGER_ADDRESS] = "address", [LEDGER_NAME] = "name",           [LEDGER_STATE] = "state",           [LEDGER_REASON] = "reason",
  [LEDGER_TIME] = "time",       [LEDGER_REPLY] = "reply",         [LEDGER_MESSAGE_ID] = "message_id", [LEDGER_VERSION] = "version",
  [LEDGER_ACCOUNT] = "account", [LEDGER_PROVIDER_ID] = "provider_id", [LEDGER_SENT] = "sent",         [LEDGER_DELIVERED] = "delivered",
  [LEDGER_READ] = "read",       [LEDGER_FAILED] = "failed",       [LEDGER_FAILED_CODE] = "failed_code", [LEDGER_BOUNCED] = "bounced",
  [LEDGER_COMPLAINED] = "complained", [LEDGER_LEFT] = "left",     [LEDGER_ANSWERED] = "answered",     [LEDGER_AWAY] = "away",
  [LEDGER_WORDS] = "words",
};
static const char attempts_name[] = "attempts"; /* aux of the row */

static const guint before[] = { LEDGER_ADDRESS, LEDGER_NAME, LEDGER_STATE, LEDGER_TIME, LEDGER_REPLY }; /* then attempts and the message's id */

const char *
csv_rows_ledger_name (guint field)
{
  return names[field];
}

/* A contact may have a field "state": a reader that goes by names must still find ours. */
static gboolean
is_ours (const char *column)
{
  for (guint i = 0; i < LEDGER_VALUES; i++)
    if (strcmp (names[i], column) == 0)
      return TRUE;
  return strcmp (attempts_name, column) == 0;
}

void
csv_rows_ledger_head (CsvOut *csv, char **columns)
{
  for (gsize i = 0; i < G_N_ELEMENTS (before); i++)
    csv_out_text (csv, names[before[i]]);
  csv_out_text (csv, attempts_name);
  csv_out_text (csv, names[LEDGER_MESSAGE_ID]);
  for (gsize i = 0; columns[i] != NULL; i++) {
    g_autofree char *title = g_strconcat (is_ours (columns[i]) ? "field." : "", columns[i], NULL);

    csv_out_text (csv, title);
  }
  csv_out_text (csv, names[LEDGER_REASON]);
  for (guint i = LEDGER_VERSION; i < LEDGER_VALUES; i++)
    csv_out_text (csv, names[i]);
  csv_out_end_row (csv);
}

static void
write_field (CsvOut *csv, const FrameRow *row, guint field)
{
  csv_out_value (csv, row->fields[field].data, row->fields[field].len);
}

void
csv_rows_ledger (CsvOut *csv, char **columns, const FrameRow *row)
{
  g_autofree char *attempts = g_strdup_printf ("%u", row->aux);

  for (gsize i = 0; i < G_N_ELEMENTS (before); i++)
    write_field (csv, row, before[i]);
  csv_out_text (csv, attempts);
  write_field (csv, row, LEDGER_MESSAGE_ID);
  for (guint i = 0; columns[i] != NULL; i++) {
    Slice value = LEDGER_VALUES + i < row->n_fields ? row->fields[LEDGER_VALUES + i] : (Slice){ "", 0 };

    csv_out_phone (csv, value.data, value.len);
  }
  write_field (csv, row, LEDGER_REASON);
  for (guint i = LEDGER_VERSION; i < LEDGER_VALUES; i++)
    write_field (csv, row, i);
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
