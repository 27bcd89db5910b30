/* options.h - the words behind a command, sorted into options and names, by a table. Pure.
 * Trust:  the user's own words; every mistake is FAULT_USAGE with one sentence. Used in: cli. */
#pragma once
#include <glib.h>

typedef enum {
  OPTION_FLAG,   /* gboolean */
  OPTION_TEXT,   /* char *, owned by the values */
  OPTION_TEXTS,  /* char **, owned: the option may come several times */
  OPTION_NUMBER, /* guint64; 0 is as good as not given */
  OPTION_AMOUNT, /* guint64, from 1: 0 would mean something that nobody wants, or be taken for not given */
  OPTION_COUNT,  /* OptionCount, from 0 */
} OptionKind;

typedef struct {
  guint64  number;
  gboolean is_given;
} OptionCount;

typedef struct { /* ends with name NULL */
  const char *name;
  char        letter; /* '\0': none */
  OptionKind  kind;
  gsize       offset; /* of the value in the command's own struct */
  const char *value;  /* how help calls it: "FILE"; NULL for flags */
  const char *help;   /* NULL: not shown */
} Option;

typedef struct {
  const Option *table;
  gpointer      values;
} OptionSet;

/* Sorts `words` (borrowed, NULL-terminated) into the sets (ends with table NULL). takes_more: words that follow an OPTION_TEXTS
 * belong to it too ("--list a b"). "--" ends the options. Texts must be UTF-8.
 * Returns: (transfer full) the words that belong to no option, or NULL with FAULT_USAGE. */
char **options_parse (const OptionSet *sets, const char *const *words, gboolean takes_more, GError **error);
void   options_clear (const Option *table, gpointer values);
void   options_help  (const Option *table, GString *out); /* two columns */

/* Returns: (borrowed) the candidate that is at most two slips away from `word`, or NULL. */
const char *options_nearest (const char *word, const char *const *candidates);

/* "FIELD=VALUE" → both, transfer full. Returns: FALSE with FAULT_USAGE. */
gboolean options_split_pair (const char *text, const char *option, char **out_name, char **out_value, GError **error);
