#include "options.h"

#include "fault.h"
#include <string.h>

#define HELP_COLUMN 32 /* where the explanations start */
#define WORD_MAX 64    /* octets of a word that is compared for slips */

/* Optimal string alignment: a slip is a letter too many, too few, another one, or two in the wrong order. Both words are
 * shorter than WORD_MAX. */
static guint
count_slips (const char *a, const char *b)
{
  guint rows[3][WORD_MAX + 1];
  gsize len = strlen (b);
  guint i;

  for (guint j = 0; j <= len; j++)
    rows[0][j] = j;
  for (i = 1; a[i - 1] != '\0'; i++) {
    guint *row = rows[i % 3], *above = rows[(i + 2) % 3], *before = rows[(i + 1) % 3];

    row[0] = i;
    for (guint j = 1; j <= len; j++) {
      row[j] = MIN (MIN (row[j - 1], above[j]) + 1, above[j - 1] + (a[i - 1] != b[j - 1]));
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
        row[j] = MIN (row[j], before[j - 2] + 1);
    }
  }
  return rows[(i + 2) % 3][len];
}

const char *
options_nearest (const char *word, const char *const *candidates)
{
  const char *nearest = NULL;
  guint fewest = 3;

  for (gsize i = 0; strlen (word) < WORD_MAX && candidates[i] != NULL; i++) {
    guint slips = strlen (candidates[i]) < WORD_MAX ? count_slips (word, candidates[i]) : WORD_MAX;

    if (slips < fewest && slips < strlen (word)) {
      fewest = slips;
      nearest = candidates[i];
    }
  }
  return nearest;
}

static const Option *
option_set_find (const OptionSet *sets, const char *name, gsize len, char letter, gpointer *out_values)
{
  for (; sets->table != NULL; sets++)
    for (const Option *option = sets->table; option->name != NULL; option++)
      if (name != NULL ? strlen (option->name) == len && strncmp (option->name, name, len) == 0
                       : option->letter != '\0' && option->letter == letter) {
        *out_values = sets->values;
        return option;
      }
  return NULL;
}

static gboolean
refuse_unknown (const OptionSet *sets, const char *word, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new ();
  g_autofree char *name = g_strndup (word + 2, strcspn (word + 2, "="));
  const char *nearest;

  for (; sets->table != NULL; sets++)
    for (const Option *option = sets->table; option->name != NULL; option++)
      if (option->help != NULL)
        g_ptr_array_add (names, (gpointer) option->name);
  g_ptr_array_add (names, NULL);
  nearest = options_nearest (name, (const char *const *) names->pdata);
  if (nearest != NULL)
    g_set_error (error, FAULT, FAULT_USAGE, "there is no option --%s; did you mean --%s?", name, nearest);
  else
    g_set_error (error, FAULT, FAULT_USAGE, "there is no option --%s; --help shows those that there are", name);
  return FALSE;
}

static void
options_append (char ***texts, const char *text)
{
  gsize len = *texts != NULL ? g_strv_length (*texts) : 0;

  *texts = g_renew (char *, *texts, len + 2);
  (*texts)[len] = g_strdup (text);
  (*texts)[len + 1] = NULL;
}

/* Returns: FALSE with FAULT_USAGE. */
static gboolean
read_number (const Option *option, const char *text, guint64 *out_number, GError **error)
{
  const guint64 least = option->kind == OPTION_AMOUNT ? 1 : 0;

  if (g_ascii_string_to_unsigned (text, 10, least, G_MAXUINT32, out_number, NULL))
    return TRUE;
  g_set_error (error, FAULT, FAULT_USAGE, "--%s takes a whole number%s, not “%s”", option->name, least > 0 ? " from 1" : "", text);
  return FALSE;
}

static gboolean
option_store (const Option *option, gpointer values, const char *text, GError **error)
{
  gpointer at = (char *) values + option->offset;

  switch (option->kind) {
  case OPTION_FLAG:
    *(gboolean *) at = TRUE;
    return TRUE;
  case OPTION_TEXT:
    if (*(char **) at != NULL) {
      g_set_error (error, FAULT, FAULT_USAGE, "--%s was given twice; which one counts?", option->name);
      return FALSE;
    }
    *(char **) at = g_strdup (text);
    return TRUE;
  case OPTION_TEXTS:
    options_append (at, text);
    return TRUE;
  case OPTION_NUMBER:
  case OPTION_AMOUNT:
    return read_number (option, text, at, error);
  case OPTION_COUNT:
    ((OptionCount *) at)->is_given = TRUE;
    return read_number (option, text, &((OptionCount *) at)->number, error);
  }
  g_return_val_if_reached (FALSE);
}

typedef struct {
  const OptionSet   *sets;
  const char *const *next; /* words not yet read */
  GPtrArray         *names;
  gboolean           takes_more;
} Parse;

static gboolean
take_value (Parse *self, const Option *option, gpointer values, const char *text, GError **error)
{
  if (option->kind == OPTION_FLAG && text != NULL) {
    g_set_error (error, FAULT, FAULT_USAGE, "--%s takes no value", option->name);
    return FALSE;
  }
  if (option->kind != OPTION_FLAG && text == NULL) {
    text = *self->next;
    if (text == NULL) {
      g_set_error (error, FAULT, FAULT_USAGE, "--%s needs a value: --%s %s", option->name, option->name, option->value);
      return FALSE;
    }
    self->next++;
  }
  if (!option_store (option, values, text, error))
    return FALSE;
  while (option->kind == OPTION_TEXTS && self->takes_more && *self->next != NULL && **self->next != '-')
    options_append ((char ***) ((char *) values + option->offset), *self->next++);
  return TRUE;
}

static gboolean
take_word (Parse *self, const char *word, GError **error)
{
  const Option *option;
  gpointer values;

  if (word[0] != '-' || word[1] == '\0') {
    g_ptr_array_add (self->names, g_strdup (word));
    return TRUE;
  }
  if (word[1] == '-') {
    gsize len = strcspn (word + 2, "=");

    option = option_set_find (self->sets, word + 2, len, '\0', &values);
    if (option == NULL)
      return refuse_unknown (self->sets, word, error);
    return take_value (self, option, values, word[2 + len] == '=' ? word + 3 + len : NULL, error);
  }
  option = option_set_find (self->sets, NULL, 0, word[1], &values);
  if (option == NULL || (option->kind == OPTION_FLAG && word[2] != '\0')) {
    g_set_error (error, FAULT, FAULT_USAGE, "there is no option %s; --help shows those that there are", word);
    return FALSE;
  }
  return take_value (self, option, values, word[2] != '\0' ? word + 2 : NULL, error);
}

char **
options_parse (const OptionSet *sets, const char *const *words, gboolean takes_more, GError **error)
{
  g_autoptr (GPtrArray) names = g_ptr_array_new_with_free_func (g_free);
  Parse parse = { sets, words, names, takes_more };
  gboolean is_over = FALSE;

  for (gsize i = 0; words[i] != NULL; i++)
    if (!g_utf8_validate (words[i], -1, NULL)) {
      g_set_error (error, FAULT, FAULT_USAGE,
                   "a word of the command is not UTF-8; for a file of such a name, give its content on standard input "
                   "and “-” as the file");
      return NULL;
    }
  while (*parse.next != NULL) {
    const char *word = *parse.next++;

    if (!is_over && strcmp (word, "--") == 0)
      is_over = TRUE;
    else if (is_over)
      g_ptr_array_add (names, g_strdup (word));
    else if (!take_word (&parse, word, error))
      return NULL;
  }
  g_ptr_array_add (names, NULL);
  return (char **) g_ptr_array_free (g_steal_pointer (&names), FALSE);
}

void
options_clear (const Option *table, gpointer values)
{
  for (; table != NULL && table->name != NULL; table++) {
    gpointer at = (char *) values + table->offset;

    if (table->kind == OPTION_TEXT)
      g_clear_pointer ((char **) at, g_free);
    else if (table->kind == OPTION_TEXTS)
      g_clear_pointer ((char ***) at, g_strfreev);
  }
}

void
options_help (const Option *table, GString *out)
{
  for (; table != NULL && table->name != NULL; table++) {
    g_autofree char *letter = table->letter != '\0' ? g_strdup_printf ("-%c, ", table->letter) : g_strdup ("    ");
    g_autofree char *left = g_strdup_printf ("  %s--%s%s%s", letter, table->name, table->value != NULL ? " " : "",
                                             table->value != NULL ? table->value : "");

    if (table->help == NULL)
      continue;
    if (g_utf8_strlen (left, -1) + 2 > HELP_COLUMN)
      g_string_append_printf (out, "%s\n%*s%s\n", left, HELP_COLUMN, "", table->help);
    else
      g_string_append_printf (out, "%s%*s%s\n", left, HELP_COLUMN - (int) g_utf8_strlen (left, -1), "", table->help);
  }
}

gboolean
options_split_pair (const char *text, const char *option, char **out_name, char **out_value, GError **error)
{
  const char *equals = strchr (text, '=');

  if (equals == NULL || equals == text) {
    g_set_error (error, FAULT, FAULT_USAGE, "“%s” is not a field and a value: write %s FIELD=VALUE", text, option);
    return FALSE;
  }
  *out_name = g_strstrip (g_strndup (text, (gsize) (equals - text)));
  *out_value = g_strdup (equals + 1);
  return TRUE;
}
