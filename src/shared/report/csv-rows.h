/* csv-rows.h - core's rows as rows of a CSV file: one way to write them, whoever asked.
 * Trust:  rows come from core; values in them are strangers' (csv-out.h defuses formulas). Used in: cli, shell. Contract: App1. */
#pragma once
#include "csv-out.h"
#include "frame.h"

/* Fields of a row of frame LEDGER; the contact's values follow. */
enum {
  LEDGER_ADDRESS,
  LEDGER_NAME,
  LEDGER_STATE,
  LEDGER_REASON,
  LEDGER_TIME,
  LEDGER_REPLY,
  LEDGER_MESSAGE_ID,
  LEDGER_VERSION,
  LEDGER_VALUES
};

/* columns: of the contact, NULL at the end. */
void csv_rows_ledger_head (CsvOut *csv, char **columns);
void csv_rows_ledger      (CsvOut *csv, char **columns, const FrameRow *row); /* row: at least LEDGER_VALUES fields */
void csv_rows_people_head (CsvOut *csv, char **columns);
void csv_rows_people      (CsvOut *csv, char **columns, const FrameRow *row);
