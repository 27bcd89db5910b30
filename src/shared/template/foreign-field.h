/* foreign-field.h - fields as other programs write them, and braces that an editor has encoded: they would go out as they are.
 * Trust:  templates are the user's own. Used in: letter-notes (shared/mail). Pure.
 * Source: the rows of foreign-field.c. */
#pragma once
#include "template.h"

#define FOREIGN_FIELD_NOTES_MAX 20 /* chosen: who has so many has understood */

typedef struct {
  const char *const *columns, *const *aliases; /* borrowed: a name that is one of them is surely meant as a field */
  GPtrArray         *notes;                    /* char *: where these are added, one for each spelling */
  gboolean           is_fixed;                 /* no field of ours may stand there either */
} ForeignSearch;

/* template: NULL is nothing. is_html: what stands in a script, a style or a comment is left alone. */
void foreign_field_find (const ForeignSearch *self, const Template *template, gboolean is_html);
