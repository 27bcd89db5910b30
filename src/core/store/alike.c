#include "alike.h"

#include "name-key.h"
#include <string.h>

#define SLIP_MIN 5        /* chosen: octets of a name in which one slip is a slip; two in twice as many */
#define NAME_OCTETS_MAX 128

static gboolean
is_initial_of (const char *a, const char *b)
{
  return g_utf8_strlen (a, -1) == 1 && strncmp (a, b, strlen (a)) == 0;
}

/* Each word of `some` stands in `all`, as a word or by its initial; one of them as a whole word. */
static gboolean
is_within (char **some, char **all)
{
  g_autofree gboolean *taken = g_new0 (gboolean, g_strv_length (all) + 1);
  gboolean has_word = FALSE;

  for (gsize i = 0; some[i] != NULL; i++) {
    gboolean is_found = FALSE;

    for (int pass = 0; pass < 2 && !is_found; pass++) /* whole words first: an initial must not take another's */
      for (gsize j = 0; all[j] != NULL && !is_found; j++) {
        gboolean is_same = strcmp (some[i], all[j]) == 0;

        is_found = !taken[j] && (pass == 0 ? is_same : is_initial_of (some[i], all[j]) || is_initial_of (all[j], some[i]));
        taken[j] |= is_found;
        has_word |= is_found && is_same && some[i][1] != '\0';
      }
    if (!is_found)
      return FALSE;
  }
  return has_word;
}

/* As many words, with the same first letters: "E. Lind" is not a slip of "D. Lind". */
static gboolean
has_same_initials (char **a, char **b)
{
  gsize i = 0;

  while (a[i] != NULL && b[i] != NULL && g_utf8_get_char (a[i]) == g_utf8_get_char (b[i]))
    i++;
  return a[i] == NULL && b[i] == NULL;
}

static gboolean
is_slip (const char *a, const char *b)
{
  gsize len = MIN (strlen (a), strlen (b));

  return len >= SLIP_MIN && MAX (strlen (a), strlen (b)) < NAME_OCTETS_MAX && name_key_distance (a, b) <= (len >= 2 * SLIP_MIN ? 2 : 1);
}

gboolean
alike_names (const char *a, const char *b)
{
  g_autofree char *a_words = name_key_sort_words (a), *b_words = name_key_sort_words (b);
  g_auto (GStrv) a_list = NULL, b_list = NULL;

  if (a_words[0] == '\0' || b_words[0] == '\0' || strcmp (a_words, b_words) == 0)
    return TRUE;
  a_list = g_strsplit (a_words, " ", -1);
  b_list = g_strsplit (b_words, " ", -1);
  return is_within (a_list, b_list) || is_within (b_list, a_list) || (has_same_initials (a_list, b_list) && is_slip (a_words, b_words));
}

static void
alike_cb (sqlite3_context *sql, int n, sqlite3_value **values)
{
  const char *a = (const char *) sqlite3_value_text (values[0]), *b = (const char *) sqlite3_value_text (values[1]);

  sqlite3_result_int (sql, a != NULL && b != NULL && alike_names (a, b));
}

void
alike_register_function (Database *database)
{
  sqlite3_create_function (database_get_sqlite (database), "names_alike", 2, SQLITE_UTF8 | SQLITE_DETERMINISTIC | SQLITE_INNOCUOUS, NULL, alike_cb, NULL, NULL);
}
