#include "message-id.h"

static void
test_new (void)
{
  static const guint8 identity[16] = "0123456789abcdef", other[16] = "0123456789abcdeg";
  g_autofree char *one = message_id_new (identity, 1, "example.org"), *again = message_id_new (identity, 1, "example.org");
  g_autofree char *two = message_id_new (identity, 2, "example.org"), *far = message_id_new (other, 1, "example.org");

  g_assert_cmpstr (one, ==, again); /* always the same: ledger and server log can be laid side by side */
  g_assert_cmpstr (one, !=, two);
  g_assert_cmpstr (one, !=, far);
  g_assert_true (g_regex_match_simple ("^<[0-9a-f]{40}@example\\.org>$", one, 0, 0));
  /* frozen: sha256 of the identity and 1 as eight octets, little-endian; ledgers of earlier versions depend on it */
  g_assert_cmpstr (one, ==, "<9a244e9aeb9cd14a739fa0e0e8819007ac98d16f@example.org>");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/wire/message-id/new", test_new);
  return g_test_run ();
}
