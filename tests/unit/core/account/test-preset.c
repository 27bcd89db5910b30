/* docs/providers.md and the table of presets say the same, row by row, in either direction. Argument: the page. */
#include "preset.h"

#include <string.h>

static const char *page_path;

enum { NAME, SERVER, PORT, TLS, PER_MINUTE, PER_HOUR, PER_DAY, PASSWORDS_END, SURE, SOURCE, READ, N_COLUMNS };

/* The cells of one line of the page's table of presets; NULL: another line. */
static GStrv
read_row (const char *line)
{
  g_auto (GStrv) parts = g_str_has_prefix (line, "| ") ? g_strsplit (line, "|", -1) : NULL; /* "", cells, "" */

  if (parts == NULL || g_strv_length (parts) != N_COLUMNS + 2)
    return NULL;
  for (gsize i = 0; parts[i] != NULL; i++)
    g_strstrip (parts[i]);
  return strcmp (parts[1], "preset") != 0 ? g_steal_pointer (&parts) : NULL;
}

static const Preset *
find_preset (const char *name)
{
  gsize n;
  const Preset *presets = preset_list (&n);

  for (gsize i = 0; i < n; i++)
    if (strcmp (presets[i].name, name) == 0)
      return &presets[i];
  return NULL;
}

static void
compare (const Preset *preset, const char *const *cells)
{
  g_autofree char *figures = g_strdup_printf ("%u %u %u %u", preset->port, preset->per_minute, preset->per_hour, preset->per_day);
  g_autofree char *said = g_strdup_printf ("%s %s %s %s", cells[PORT], cells[PER_MINUTE], cells[PER_HOUR], cells[PER_DAY]);

  g_assert_cmpstr (cells[SERVER], ==, preset->hosts[0]);
  g_assert_cmpstr (said, ==, figures);
  g_assert_cmpstr (cells[TLS], ==, preset->tls);
  g_assert_cmpstr (cells[SURE], ==, preset->sure);
  g_assert_cmpstr (cells[PASSWORDS_END], ==, *preset->passwords_end != '\0' ? preset->passwords_end : "–");
  g_assert_true (g_str_has_prefix (cells[SOURCE], "https://"));
  g_assert_true (g_regex_match_simple ("^20\\d\\d-(0[1-9]|1[0-2])$", cells[READ], 0, 0));
}

static void
test_page (void)
{
  g_autofree char *text = NULL;
  g_autoptr (GError) error = NULL;
  g_auto (GStrv) lines = NULL;
  g_autoptr (GHashTable) seen = g_hash_table_new_full (g_str_hash, g_str_equal, g_free, NULL);
  const Preset *presets;
  gsize n;

  g_file_get_contents (page_path, &text, NULL, &error);
  g_assert_no_error (error);
  lines = g_strsplit (text, "\n", -1);
  for (gsize i = 0; lines[i] != NULL; i++) {
    g_auto (GStrv) row = read_row (lines[i]);
    const Preset *preset = row != NULL ? find_preset (row[1 + NAME]) : NULL;

    if (row == NULL || g_str_has_prefix (row[1], "---"))
      continue;
    g_test_message ("%s", row[1 + NAME]);
    g_assert_nonnull (preset); /* else the page has a preset that is none */
    compare (preset, (const char *const *) row + 1);
    g_assert_true (g_hash_table_add (seen, g_strdup (preset->name)));
  }
  presets = preset_list (&n);
  for (gsize i = 0; i < n; i++) {
    g_test_message ("docs/providers.md and %s", presets[i].name);
    g_assert_true (g_hash_table_contains (seen, presets[i].name)); /* else the page lacks it */
  }
}

/* A preset without a figure is one of which nothing is sure, and the other way round: a limit that nobody published is no limit. */
static void
test_sure (void)
{
  gsize n;
  const Preset *presets = preset_list (&n);

  for (gsize i = 0; i < n; i++) {
    gboolean has_limit = presets[i].per_minute > 0 || presets[i].per_hour > 0 || presets[i].per_day > 0;

    g_test_message ("%s", presets[i].name);
    g_assert_cmpint (has_limit, ==, strcmp (presets[i].sure, "low") != 0);
  }
}

/* Who proposes a server that takes no password any more says since when, and proposes no sort of password. */
static void
test_passwords_end (void)
{
  static const struct {
    const char *name, *day;
  } rows[] = { { "outlook", "2024-09-16" }, { "exchange-online", "2026-12" }, { "gmail", "" } };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    const Preset *preset = find_preset (rows[i].name);

    g_assert_cmpstr (preset->passwords_end, ==, rows[i].day);
    g_assert_nonnull (strstr (preset->note, rows[i].day));
    g_assert_true (*rows[i].day == '\0' || strstr (preset->note, "app password") == NULL);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_assert_cmpint (argc, ==, 2);
  page_path = argv[1];
  g_test_add_func ("/core/account/preset/page", test_page);
  g_test_add_func ("/core/account/preset/sure", test_sure);
  g_test_add_func ("/core/account/preset/passwords-end", test_passwords_end);
  return g_test_run ();
}
