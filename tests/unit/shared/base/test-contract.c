/* contract_check() over the tables that contract/checks.py made of the XML. */
#include "contract.h"

#define IMPORT "org.postrider.Import1"

static void
assert_check (const char *interface, const char *member, ContractSide side, GVariant *arguments, int code)
{
  g_autoptr (GVariant) sunk = g_variant_ref_sink (arguments);
  g_autoptr (GError) error = NULL;
  gboolean is_fine = contract_check (interface, member, side, sunk, &error);

  g_assert_cmpint (is_fine, ==, code < 0);
  if (code >= 0)
    g_assert_error (error, CONTRACT_ERROR, code);
}

static GVariant *
open_call (const char *format, const char *sheet, guint n_map)
{
  GVariantBuilder map;

  g_variant_builder_init (&map, G_VARIANT_TYPE ("a{ss}"));
  for (guint i = 0; i < n_map; i++) {
    g_autofree char *key = g_strdup_printf ("key%u", i);

    g_variant_builder_add (&map, "{ss}", key, "column");
  }
  return g_variant_new ("(hsssssa{ss}@a{ss})", 0, format, "", "", sheet, "auto", &map, g_variant_new_array (G_VARIANT_TYPE ("{ss}"), NULL, 0));
}

static void
test_calls (void)
{
  g_autofree char *long_sheet = g_strnfill (257, 's'), *fits = g_strnfill (256, 's');

  assert_check (IMPORT, "Open", CONTRACT_CALL, open_call ("csv", "Sheet 1", 2), -1);
  assert_check (IMPORT, "Open", CONTRACT_CALL, open_call ("csv", fits, 8), -1);
  assert_check (IMPORT, "Open", CONTRACT_CALL, open_call ("csv", long_sheet, 2), CONTRACT_ERROR_VALUE);
  assert_check (IMPORT, "Open", CONTRACT_CALL, open_call ("csv", "a\nb", 2), CONTRACT_ERROR_VALUE);  /* two lines */
  assert_check (IMPORT, "Open", CONTRACT_CALL, open_call ("c v", "", 2), CONTRACT_ERROR_VALUE);      /* no word */
  assert_check (IMPORT, "Open", CONTRACT_CALL, open_call ("csv", "", 9), CONTRACT_ERROR_VALUE);      /* too many children */
  assert_check (IMPORT, "Open", CONTRACT_CALL, g_variant_new ("(s)", "csv"), CONTRACT_ERROR_TYPE);
  assert_check (IMPORT, "Shut", CONTRACT_CALL, g_variant_new ("()"), CONTRACT_ERROR_UNKNOWN);
  assert_check ("org.postrider.Import2", "Open", CONTRACT_CALL, open_call ("csv", "", 0), CONTRACT_ERROR_UNKNOWN);
  assert_check (IMPORT, "Open", CONTRACT_SIGNAL, open_call ("csv", "", 0), CONTRACT_ERROR_UNKNOWN); /* the wrong side */
}

static void
test_replies (void)
{
  static const char *const bad[] = { "ok", "\x1b[2J", NULL };
  g_autofree char *many = g_malloc0 (8388609);
  const char *none[] = { NULL };
  GVariant *big = g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, many, 8388609, 1), *most = g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, many, 8388608, 1);
  GVariant *empty = g_variant_new_fixed_array (G_VARIANT_TYPE_BYTE, many, 0, 1);

  assert_check (IMPORT, "Open", CONTRACT_REPLY, g_variant_new ("(ss^as)", "csv", "utf-8", none), -1);
  assert_check (IMPORT, "Open", CONTRACT_REPLY, g_variant_new ("(ss^as)", "csv", "utf-8", bad), CONTRACT_ERROR_VALUE); /* inside an array too */
  g_variant_ref_sink (empty);
  assert_check (IMPORT, "Next", CONTRACT_REPLY, g_variant_new ("(@ay@aytb)", most, empty, (guint64) 1, TRUE), -1);
  assert_check (IMPORT, "Next", CONTRACT_REPLY, g_variant_new ("(@ay@aytb)", big, empty, (guint64) 1, TRUE), CONTRACT_ERROR_VALUE);
  g_variant_unref (empty);
}

/* Each row is complete: a signature for each side, checks for no more arguments than there are. */
static void
test_table (void)
{
  guint n = 0;

  for (const ContractRow *row = contract_rows; row->interface != NULL; row++, n++) {
    g_autofree char *tuple = g_strdup (row->signature);

    g_assert_true (g_variant_type_string_is_valid (tuple));
    g_assert_true (g_variant_type_is_tuple (G_VARIANT_TYPE (tuple)));
    g_assert_cmpuint (g_variant_type_n_items (G_VARIANT_TYPE (tuple)), <=, G_N_ELEMENTS (row->args));
  }
  g_assert_cmpuint (n, >, 20);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/base/contract/calls", test_calls);
  g_test_add_func ("/base/contract/replies", test_replies);
  g_test_add_func ("/base/contract/table", test_table);
  return g_test_run ();
}
