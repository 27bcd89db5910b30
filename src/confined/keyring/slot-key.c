#include "slot-key.h"

#include <sodium.h>

SecretBytes *
slot_key_format (const SecretBytes *key)
{
  char text[SLOT_KEY_TEXT_LEN + 1];
  SecretBytes *digits;

  if (secret_bytes_get_length (key) != SLOT_KEY_LEN)
    return NULL;
  sodium_bin2hex (text, sizeof text, (const guint8 *) secret_bytes_peek (key), SLOT_KEY_LEN);
  digits = secret_bytes_new (text, SLOT_KEY_TEXT_LEN);
  sodium_memzero (text, sizeof text);
  return digits;
}

SecretBytes *
slot_key_parse (const char *text, gsize len)
{
  guint8 octets[SLOT_KEY_LEN];
  const char *end = NULL;
  SecretBytes *key = NULL;
  gsize n = 0;

  if (len == SLOT_KEY_TEXT_LEN && sodium_hex2bin (octets, sizeof octets, text, len, NULL, &n, &end) == 0 && n == sizeof octets && end == text + len)
    key = secret_bytes_new (octets, sizeof octets);
  sodium_memzero (octets, sizeof octets);
  return key;
}
