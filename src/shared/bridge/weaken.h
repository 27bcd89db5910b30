/* weaken.h - takes one protection away, so that a test can show that the attack works without it: WEAKENED ("csp").
 * The word stands for nothing in what is installed: only the programs of tests/window are compiled with POSTRIDER_AUTOMATION, and only
 * these link weaken.c. Used in: shell, confined/page. */
#pragma once
#include <glib.h>

#ifdef POSTRIDER_AUTOMATION
void     weaken_set (const char *list); /* words with commas between; NULL: none */
gboolean weaken_has (const char *word);
const char *weaken_get (void); /* the list, as it was set; "" without one */
#define WEAKENED(word) weaken_has (word)
#else
#define WEAKENED(word) FALSE
#endif
