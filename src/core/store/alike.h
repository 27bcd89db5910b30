/* alike.h - do two names look like one person's, who was written down twice? A hint for people, never a decision. Pure.
 * Used in: core/store, core/campaign, core/app. */
#pragma once
#include "database.h"

/* Folded names (name_key_build()). TRUE where one is missing, or holds the other's words in any order, or has initials for them, or is a slip of the pen away. */
gboolean alike_names (const char *a, const char *b);

void     alike_register_function (Database *database); /* SQL: names_alike(a, b) */
