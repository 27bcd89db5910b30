#include "field-name.h"

#include "hidden-columns.h"
#include "text.h"

#include <string.h>

#define NEAR_MAX 3      /* chosen: names that are proposed */
#define NEAR_OCTETS 64  /* chosen: longer names are compared up to here */

/* A name that is the program's, whatever columns there are. */
static gboolean
is_reserved (const char *key)
{
  static const char *const names[] = { "unsubscribe", "message", "preheader", NULL };

  return g_strv_contains (names, key);
}

const char *
field_name_of_address (const char *const *columns)
{
  return columns != NULL && columns[0] != NULL && strcmp (columns[0], "email") == 0 ? "phone" : "email";
}

static int
find_column (const char *key, const char *const *columns)
{
  if (strcmp (key, field_name_of_address (columns)) == 0)
    return 0;
  if (strcmp (key, "name") == 0)
    return 1;
  for (int i = 0; columns != NULL && columns[i] != NULL; i++) {
    g_autofree char *other = text_fold (columns[i], -1);

    if (strcmp (key, other) == 0 && !hidden_column_is (columns[i]))
      return 2 + i;
  }
  return FIELD_NAME_NONE;
}

static int
find_alias (const char *key, const char *const *columns, const char *const *aliases)
{
  for (gsize i = 0; aliases != NULL && aliases[i] != NULL && aliases[i + 1] != NULL; i += 2) {
    g_autofree char *alias = text_fold (aliases[i], -1), *column = text_fold (aliases[i + 1], -1);

    if (strcmp (key, alias) == 0)
      return find_column (column, columns);
  }
  return FIELD_NAME_NONE;
}

int
field_name_find (const char *name, const char *const *columns, const char *const *aliases)
{
  g_autofree char *folded = text_fold (name, -1);
  const gboolean is_own = g_str_has_prefix (folded, FIELD_NAME_COLUMN) && find_column (folded, columns) == FIELD_NAME_NONE;
  const char *key = is_own ? folded + strlen (FIELD_NAME_COLUMN) : folded;
  int field;

  if (!is_own && is_reserved (key))
    return FIELD_NAME_NONE;
  field = find_column (key, columns);
  return field != FIELD_NAME_NONE ? field : find_alias (key, columns, aliases);
}

/* Letters and digits of a folded name: "first_name", "First Name" and "firstname" are near. */
static gsize
field_name_squeeze (const char *key, gunichar *out)
{
  gsize n = 0;

  for (const char *p = key; *p != '\0' && n < NEAR_OCTETS; p = g_utf8_next_char (p))
    if (g_unichar_isalnum (g_utf8_get_char (p)))
      out[n++] = g_utf8_get_char (p);
  return n;
}

/* Damerau-Levenshtein with adjacent transpositions: “Naem” is one slip away from “Name”. */
static guint
field_name_distance (const char *a, const char *b)
{
  gunichar x[NEAR_OCTETS], y[NEAR_OCTETS];
  gsize n = field_name_squeeze (a, x), m = field_name_squeeze (b, y);
  guint row[NEAR_OCTETS + 1], before[NEAR_OCTETS + 1] = { 0 }, above[NEAR_OCTETS + 1];

  for (guint j = 0; j <= m; j++)
    row[j] = j;
  for (guint i = 1; i <= n; i++) {
    guint diagonal = row[0];

    memcpy (above, row, sizeof row);
    row[0] = i;
    for (guint j = 1; j <= m; j++) {
      guint change = diagonal + (x[i - 1] != y[j - 1]);

      diagonal = row[j];
      row[j] = MIN (MIN (row[j] + 1, row[j - 1] + 1), change);
      if (i > 1 && j > 1 && x[i - 1] == y[j - 2] && x[i - 2] == y[j - 1])
        row[j] = MIN (row[j], before[j - 2] + 1);
    }
    memcpy (before, above, sizeof above);
  }
  return row[m];
}

static void
field_name_consider (GString *near, guint *n, const char *key, const char *candidate)
{
  g_autofree char *other = text_fold (candidate, -1);
  guint limit = MAX (1, (guint) g_utf8_strlen (key, -1) / 3);

  if (*n >= NEAR_MAX || strstr (near->str, candidate) != NULL || (field_name_distance (key, other) > limit && (strlen (key) < 3 || strstr (other, key) == NULL)))
    return;
  g_string_append_printf (near, "%s“%s”", near->len > 0 ? ", " : "", candidate);
  (*n)++;
}

static char *
hint_reserved (const char *key, const char *written, const char *const *columns)
{
  const char *what = strcmp (key, "unsubscribe") == 0 ? "it stands for the campaign's unsubscribe address, and this campaign has none"
                                                      : "this name is the program's own";

  return find_column (key, columns) == FIELD_NAME_NONE ? g_strdup (what)
                                                       : g_strdup_printf ("%s: write {{" FIELD_NAME_COLUMN "%s}} for the column", what, written);
}

char *
field_name_hint (const char *written, const char *const *columns, const char *const *aliases)
{
  g_autofree char *key = text_fold (written, -1);
  g_autoptr (GString) near = g_string_new (NULL), all = g_string_new ("“name”");
  guint n = 0, i;

  g_string_append_printf (all, ", “%s”", field_name_of_address (columns));
  field_name_consider (near, &n, key, "name");
  field_name_consider (near, &n, key, field_name_of_address (columns));
  for (i = 0; aliases != NULL && aliases[i] != NULL && aliases[i + 1] != NULL; i += 2)
    field_name_consider (near, &n, key, aliases[i]);
  for (i = 0; columns != NULL && columns[i] != NULL && !hidden_column_is (columns[i]); i++) { /* they are the last ones */
    field_name_consider (near, &n, key, columns[i]);
    if (i < 8)
      g_string_append_printf (all, ", “%s”", columns[i]);
  }
  if (is_reserved (key))
    return hint_reserved (key, written, columns);
  if (n > 0)
    return g_strdup_printf ("did you mean %s?", near->str);
  return g_strdup_printf ("there are %s%s", all->str, i > 8 ? "…" : "");
}
