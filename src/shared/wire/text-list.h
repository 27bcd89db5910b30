/* text-list.h - one line of a pasted list to its people: ann@example.org | Ann <ann@example.org> | Ann: +44… | +44… - Ann,
 * several on a line apart by , or ; .
 * Trust:  input is hostile (any bytes). Used in: confined/import. Does no I/O, allocates nothing. */
#pragma once
#include "frame.h"

typedef enum { TEXT_ITEM_EMAIL, TEXT_ITEM_PHONE, TEXT_ITEM_OTHER } TextItemKind;

typedef struct {
  TextItemKind kind;
  Slice        name;  /* may be empty; for OTHER the whole item */
  Slice        value; /* looks like an address or a number, which is not yet checked; empty for OTHER */
} TextItem; /* slices borrow from the line */

typedef struct {
  const char *at, *end;
  gboolean    has_semicolon; /* then a comma belongs to "Lee, Ann <ann@example.org>" */
} TextLine;

void     text_line_open (TextLine *self, const char *line, gsize len);
gboolean text_line_next (TextLine *self, TextItem *out_item); /* FALSE: no more. Empty items are passed over */

/* Digits, spaces and ( ) - . / with perhaps a + in front; 5 to 20 digits. */
gboolean text_is_phone_like (const char *text, gsize len);
