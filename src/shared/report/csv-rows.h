/* csv-rows.h - core's rows as rows of a CSV file: one way to write them, whoever asked.
 * Trust:  rows come from core; values in them are strangers' (csv-out.h defuses formulas). Used in: cli, shell. Contract: App1. */
#pragma once
#include "csv-out.h"
#include "frame.h"

/* Fields of a row of frame LEDGER; the contact's values follow. From ACCOUNT to WORDS in the order of an export's last columns. */
enum {
  LEDGER_ADDRESS,
  LEDGER_NAME,
  LEDGER_STATE,
  LEDGER_REASON,
  LEDGER_TIME,
  LEDGER_REPLY,
  LEDGER_MESSAGE_ID,
  LEDGER_VERSION,
  LEDGER_ACCOUNT,
  LEDGER_PROVIDER_ID,
  LEDGER_SENT, /* from here on times, but for the code */
  LEDGER_DELIVERED,
  LEDGER_READ,
  LEDGER_FAILED,
  LEDGER_FAILED_CODE,
  LEDGER_BOUNCED,
  LEDGER_COMPLAINED,
  LEDGER_LEFT,
  LEDGER_ANSWERED,
  LEDGER_AWAY,
  LEDGER_WORDS,
  LEDGER_VALUES
};

/* columns: of the contact, NULL at the end. */
void csv_rows_ledger_head (CsvOut *csv, char **columns);
const char *csv_rows_ledger_name (guint field); /* the column of a field below LEDGER_VALUES: static */
void csv_rows_ledger      (CsvOut *csv, char **columns, const FrameRow *row); /* has at least LEDGER_VALUES fields */
void csv_rows_people_head (CsvOut *csv, char **columns);
void csv_rows_people      (CsvOut *csv, char **columns, const FrameRow *row);
