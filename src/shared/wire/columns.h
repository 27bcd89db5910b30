/* columns.h - what a column holds, by its header: the usual spellings in some twenty languages, and those of Google Contacts
 * and Outlook.
 * Trust:  input is hostile (any valid UTF-8). Used in: confined/import. Does no I/O.
 * Source: support.google.com "Export contacts" (Google CSV), support.microsoft.com "Export contacts from Outlook"; exports seen. */
#pragma once
#include <glib.h>

typedef enum { COLUMN_FIELD, COLUMN_EMAIL, COLUMN_PHONE, COLUMN_NAME, COLUMN_FIRST, COLUMN_LAST, COLUMN_ROLE_COUNT } ColumnRole;

typedef struct {
  ColumnRole role;
  guint      rank; /* smaller is better; COLUMN_WEAK: only if nothing better is there and its values look like it */
} ColumnMeaning;

#define COLUMN_LIKELY 8 /* the header has the word among others: if its values look like it */
#define COLUMN_WEAK 9
#define COLUMN_NEVER 10 /* of a field: fax, referred by, old, bounced, supervisor, emergency…: never guessed, whatever its values look like */

typedef struct {
  const char *spelling; /* in columns_normal() form; NULL ends the table */
  ColumnRole  role;
  guint       rank;
} ColumnSpelling;
extern const ColumnSpelling column_spellings[];

ColumnMeaning columns_recognise (const char *header);
const char   *column_role_to_word (ColumnRole role); /* static; "email"…, "" for a field */
gboolean      column_role_from_word (const char *word, ColumnRole *out_role);

/* TRUE when the header says whose it is ("Parent 1 Email", "Mother's e-mail"): then a numeral in it counts people, not addresses of one. */
gboolean columns_is_of_person (const char *header);

/* The form in which headers are compared: no case, no accents, words apart by one space, "e-mail" is "email", numerals gone.
 * Returns: (transfer full). */
char *columns_normal (const char *header);
