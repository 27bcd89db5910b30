/* csv-out.h - a CSV file (RFC 4180) that a spreadsheet can open without running anything, written whole or not at all.
 * Trust:  values are foreign. Used in: cli, shell. Source: RFC 4180; OWASP "CSV Injection" (a cell that starts with = + - @ TAB CR is a formula). */
#pragma once
#include <glib.h>

typedef struct CsvOut CsvOut;

/* path: NULL or "-" is standard output; else a file beside it that replaces it on csv_out_finish() (mode 0600: people's addresses).
 * Something that is no regular file (a pipe, /dev/stdout) is written to directly.
 * Returns: (transfer full), or NULL with FAULT_CANT_CREATE. */
CsvOut *csv_out_new (const char *path, GError **error);

/* Writes to `fd` (taken), a file that somebody else opened and will have whole only when csv_out_finish() says so. */
CsvOut *csv_out_new_fd (int fd, GError **error);

void csv_out_header (CsvOut *self, const char *title, ...) G_GNUC_NULL_TERMINATED; /* a whole row */
void csv_out_text  (CsvOut *self, const char *text); /* NULL is empty */
void csv_out_value (CsvOut *self, const char *data, gsize len); /* a formula gets a leading apostrophe */
void csv_out_phone (CsvOut *self, const char *data, gsize len); /* as value, but +49301234 stays a number that can be read again */
void csv_out_end_row (CsvOut *self);

/* Returns: FALSE with FAULT_IO or FAULT_CANT_CREATE; an older file is then as it was. */
gboolean csv_out_finish (CsvOut *self, GError **error);
void     csv_out_free   (CsvOut *self); /* unfinished: nothing is left behind */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (CsvOut, csv_out_free)
