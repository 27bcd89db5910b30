/* columns.h - what a column holds, by its header: the usual spellings in English, German, French and Spanish, and those of
 * Google Contacts and Outlook.
 * Trust:  input is hostile (any valid UTF-8). Used in: confined/import. Does no I/O.
 * Source: support.google.com "Export contacts" (Google CSV), support.microsoft.com "Export contacts from Outlook"; exports seen. */
#pragma once
#include <glib.h>

typedef enum { COLUMN_FIELD, COLUMN_EMAIL, COLUMN_PHONE, COLUMN_NAME, COLUMN_FIRST, COLUMN_LAST, COLUMN_ROLE_COUNT } ColumnRole;

typedef struct {
  ColumnRole role;
  guint      rank; /* smaller is better; COLUMN_WEAK: only if nothing better is there and its values look like it */
} ColumnMeaning;

#define COLUMN_WEAK 9

ColumnMeaning columns_recognise (const char *header);
const char   *column_role_to_word (ColumnRole role); /* static; "email"…, "" for a field */
gboolean      column_role_from_word (const char *word, ColumnRole *out_role);

/* The form in which headers are compared: no case, no accents, words apart by one space, "e-mail" is "email", numerals gone.
 * Returns: (transfer full). */
char *columns_normal (const char *header);
