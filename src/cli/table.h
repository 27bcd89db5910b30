/* table.h - rows for people, aligned by what a terminal shows, not by octets. Used in: cli. */
#pragma once
#include <glib.h>
#include <stdio.h>

typedef struct Table Table;

/* A title that starts with ">" makes a column of numbers (aligned right). Ends with NULL. All titles "": no head. */
Table *table_new   (const char *title, ...) G_GNUC_NULL_TERMINATED;
void   table_row   (Table *self, const char *cell, ...) G_GNUC_NULL_TERMINATED; /* foreign text is made printable; NULL ends */
void   table_print (Table *self, FILE *out); /* head in bold on a terminal that has colours */
void   table_free  (Table *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Table, table_free)

gsize table_width (const char *text); /* columns of a terminal: 2 for wide characters, 0 for combining ones */
