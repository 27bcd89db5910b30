/* value.h - what a cell holds when the dirt that programs leave around it is gone.
 * Trust:  cells are hostile and may be no UTF-8. Used in: confined/import. Does no I/O, allocates nothing.
 * Source: exports seen: Excel (="01067", '01067), pandas (nan, None), PostgreSQL and MySQL (\N, (null)), copies from web pages (U+200B). */
#pragma once
#include "frame.h"

/* Without white space and marks that nobody sees at either end (not U+200C and U+200D: scripts need them). */
Slice value_trim (Slice cell);

/* The same, out of ="…"; empty when the cell holds a program's word for nothing (text_is_missing()). */
Slice value_bare (Slice cell);

/* The same, of an address or a number: a spreadsheet's apostrophes go too ('ann@example.org). A name may begin with one ('t Hooft). */
Slice value_without_apostrophes (Slice value);
