/* What the settings of an account are set to, and their blob. */
#include "account-values.h"

#include "fields.h"
#include <string.h>

static void
test_blob (void)
{
  g_autoptr (AccountValues) values = account_values_new (), other = account_values_new ();
  g_autoptr (GBytes) blob = NULL, same = NULL;
  g_autoptr (AccountValues) back = NULL;

  account_values_set (values, "host", "smtp.example.org");
  account_values_set (values, "display_name", "Ann Müller");
  account_values_set (values, "pin", "ab");
  account_values_set (values, "pin", ""); /* taken away: nothing of it stays in the store */
  account_values_set (other, "display_name", "Ann Müller");
  account_values_set (other, "host", "smtp.example.org");
  blob = account_values_to_blob (values);
  same = account_values_to_blob (other);
  g_assert_true (g_bytes_equal (blob, same)); /* whatever the order */
  g_assert_null (memmem (g_bytes_get_data (blob, NULL), g_bytes_get_size (blob), "pin", 3));
  back = account_values_from_blob (g_bytes_get_data (blob, NULL), g_bytes_get_size (blob));
  g_assert_cmpstr (account_values_get (back, "host"), ==, "smtp.example.org");
  g_assert_cmpstr (account_values_get (back, "display_name"), ==, "Ann Müller");
  g_assert_cmpstr (account_values_get (back, "pin"), ==, "");
}

static void
test_copy (void)
{
  g_autoptr (AccountValues) values = account_values_new ();
  g_autoptr (AccountValues) copy = NULL;

  account_values_set (values, "host", "a");
  copy = account_values_copy (values);
  account_values_set (values, "host", "b");
  g_assert_cmpstr (account_values_get (copy, "host"), ==, "a");
}

/* A store that was tampered with: what can be read is, the rest is not set, and nothing is read beyond its end. */
static void
test_broken (void)
{
  g_autoptr (AccountValues) values = account_values_new ();
  g_autoptr (GBytes) blob = NULL;

  account_values_set (values, "host", "smtp.example.org");
  account_values_set (values, "user", "ann");
  blob = account_values_to_blob (values);
  for (gsize len = 0; len <= g_bytes_get_size (blob); len++) {
    g_autofree guint8 *cut = g_memdup2 (g_bytes_get_data (blob, NULL), len);
    g_autoptr (AccountValues) back = account_values_from_blob (cut, len);

    g_assert_cmpstr (account_values_get (back, "user"), ==, len == g_bytes_get_size (blob) ? "ann" : "");
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/account/account-values/blob", test_blob);
  g_test_add_func ("/core/account/account-values/copy", test_copy);
  g_test_add_func ("/core/account/account-values/broken", test_broken);
  return g_test_run ();
}
