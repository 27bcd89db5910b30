/* text-list.h - one line of a pasted list to its people: ann@example.org | Ann <ann@example.org> | Lee, Ann <ann@example.org> |
 * ann@example.org (Ann) | Ann: +44… | +44… - Ann, several on a line apart by , or ; or, if no name can go to the wrong one, by blanks.
 * Trust:  input is hostile (any bytes). Used in: confined/import. Does no I/O, allocates nothing.
 * Source: RFC 5322 §3.4 (mailbox, group), §3.2.2 (comments); recipient lines as Outlook, Thunderbird and Gmail copy them. */
#pragma once
#include "frame.h"

typedef enum { TEXT_ITEM_EMAIL, TEXT_ITEM_PHONE, TEXT_ITEM_OTHER } TextItemKind;

typedef struct {
  TextItemKind kind;
  Slice        name;  /* empty where there is none; for OTHER the whole item */
  Slice        value; /* looks like an address or a number, which is not yet checked; empty for OTHER */
} TextItem; /* slices borrow from the line */

typedef struct {
  const char *at, *end;
  const char *part;    /* where the part ends that ; closes */
  const char *segment; /* where what a comma closes ends: one person, or several apart by blanks */
  int         apart;   /* how those stand: TextApart of text-list.c */
} TextLine;

void     text_line_open (TextLine *self, const char *line, gsize len);
gboolean text_line_next (TextLine *self, TextItem *out_item); /* FALSE: no more. Empty items are passed over */

/* Digits, spaces and ( ) - . / with perhaps a + in front; 5 to 20 digits. */
gboolean text_is_phone_like (const char *text, gsize len);
