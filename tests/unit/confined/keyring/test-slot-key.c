#include "slot-key.h"

#include "leftover.h"
#include <string.h>

#define DIGITS "00112233445566778899aabbccddeeffdeadbeef0123456789abcdef0a1b2c3d"
#define L(literal) literal, sizeof (literal) - 1

static void
test_parse (void)
{
  static const struct { const char *text; gsize len; gboolean is_key; } rows[] = {
    { L (DIGITS), TRUE },
    { L ("00112233445566778899AABBCCDDEEFFDEADBEEF0123456789ABCDEF0A1B2C3D"), TRUE }, /* a person may have typed it over */
    { L (DIGITS "\n"), FALSE },
    { L (" " DIGITS), FALSE },
    { L (DIGITS "00"), FALSE },
    { L ("0011"), FALSE },
    { L (""), FALSE },
    { L ("g0112233445566778899aabbccddeeffdeadbeef0123456789abcdef0a1b2c3d"), FALSE },
    { L ("0011223344556677:899aabbccddeeffdeadbeef0123456789abcdef0a1b2c3d"), FALSE },
    { L ("0011223344556677\0899aabbccddeeffdeadbeef0123456789abcdef0a1b2c3d"), FALSE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (SecretBytes) key = slot_key_parse (rows[i].text, rows[i].len), digits = NULL;

    g_assert_cmpint (key != NULL, ==, rows[i].is_key);
    if (key == NULL)
      continue;
    g_assert_cmpuint (secret_bytes_get_length (key), ==, SLOT_KEY_LEN);
    digits = slot_key_format (key);
    g_assert_cmpstr (secret_bytes_peek (digits), ==, DIGITS);
  }
}

static void
test_format (void)
{
  g_autoptr (SecretBytes) shorter = secret_bytes_new ("too short", 9);

  g_assert_null (slot_key_format (shorter));
}

static void
format_key (gpointer data)
{
  g_autoptr (SecretBytes) digits = slot_key_format (data);

  g_assert_nonnull (digits);
}

static void
parse_digits (gpointer data)
{
  g_autoptr (SecretBytes) key = slot_key_parse (secret_bytes_peek (data), secret_bytes_get_length (data));

  g_assert_nonnull (key);
}

/* Neither the key nor its digits are left on the stack. */
static void
test_wiped (void)
{
  Leftover octets, digits;
  guint8 *raw = g_malloc (SLOT_KEY_LEN);
  SecretBytes *key, *text;

  leftover_check_control ();
  for (guint i = 0; i < SLOT_KEY_LEN; i++)
    raw[i] = (guint8) g_random_int_range (0, 256);
  leftover_take (&octets, raw);
  key = secret_bytes_new (raw, SLOT_KEY_LEN);
  explicit_bzero (raw, SLOT_KEY_LEN);
  g_free (raw);
  text = slot_key_format (key);
  leftover_take (&digits, secret_bytes_peek (text));
  secret_bytes_free (text);
  g_assert_true (leftover_is_there (&octets)); /* held */
  leftover_call_deep (format_key, key);
  g_assert_false (leftover_is_there (&digits));
  text = slot_key_format (key);
  secret_bytes_free (key);
  leftover_call_deep (parse_digits, text);
  secret_bytes_free (text);
  g_assert_false (leftover_is_there (&octets));
  g_assert_false (leftover_is_there (&digits));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confined/keyring/slot-key/parse", test_parse);
  g_test_add_func ("/confined/keyring/slot-key/format", test_format);
  g_test_add_func ("/confined/keyring/slot-key/wiped", test_wiped);
  return g_test_run ();
}
