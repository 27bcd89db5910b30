#include "id-token.h"

#include "json-answer.h"
#include <sodium.h>
#include <string.h>

/* RFC 7515 §2: base64url without padding. Returns: (transfer full), or NULL: it is none. */
static guint8 *
decode_part (const char *part, gsize *out_len)
{
  gsize len = strlen (part);
  g_autofree guint8 *octets = g_malloc (len + 1);

  if (sodium_base642bin (octets, len, part, len, NULL, out_len, NULL, sodium_base64_VARIANT_URLSAFE_NO_PADDING) != 0)
    return NULL;
  return g_steal_pointer (&octets);
}

/* RFC 5322 §3.4.1, roughly: it is compared, and shown to people. */
static gboolean
is_address (const char *text)
{
  const char *at = text != NULL ? strrchr (text, '@') : NULL;

  if (at == NULL || at == text || at[1] == '\0' || strlen (text) > ID_TOKEN_ADDRESS_MAX)
    return FALSE;
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (!g_unichar_isgraph (g_utf8_get_char (p)))
      return FALSE;
  return TRUE;
}

char *
id_token_dup_address (const char *token)
{
  g_auto (GStrv) parts = token != NULL && strlen (token) <= ID_TOKEN_MAX ? g_strsplit (token, ".", 4) : NULL;
  gsize len = 0;
  g_autofree guint8 *claims = parts != NULL && g_strv_length (parts) == 3 ? decode_part (parts[1], &len) : NULL;
  g_autoptr (JsonAnswer) json = claims != NULL ? json_answer_parse ((const char *) claims, len, NULL) : NULL;
  const char *address = json_answer_get_string (json_answer_get_member (json, "email"));
  gboolean is_verified = TRUE;

  json_answer_get_boolean (json_answer_get_member (json, "email_verified"), &is_verified);
  return is_verified && is_address (address) ? g_strdup (address) : NULL;
}
