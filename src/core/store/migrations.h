/* migrations.h - the tables, as numbered steps. A step that has shipped is never changed. Used in: core/store. */
#pragma once
#include <glib.h>

extern const char *const migrations[];
extern const gsize migrations_count;
