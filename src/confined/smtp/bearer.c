#include "bearer.h"

#include "fault.h"
#include "text.h"
#include <string.h>

#define REFUSAL_OCTETS_MAX 2048 /* chosen: as much as an answer keeps */

/* RFC 6750 §2.1: b64token. Another sign would end the token's field, or the whole. */
static gboolean
is_token (const char *text)
{
  gsize len = strspn (text, "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~+/");

  return len > 0 && strspn (text + len, "=") == strlen (text + len);
}

static gboolean
is_user (const char *text)
{
  for (; *text != '\0'; text++)
    if (g_ascii_iscntrl (*text))
      return FALSE;
  return TRUE;
}

static gboolean
can_be_said (const char *user, const SecretBytes *token, GError **error)
{
  if (!is_user (user)) {
    g_set_error_literal (error, FAULT, FAULT_DATA, "the user name has a control character, which a login with an access token cannot carry");
    return FALSE;
  }
  if (strlen (secret_bytes_peek (token)) != secret_bytes_get_length (token) || !is_token (secret_bytes_peek (token))) {
    g_set_error_literal (error, FAULT, FAULT_DATA, "what the sign-in gave is no access token (RFC 6750): sign in again");
    return FALSE;
  }
  return TRUE;
}

/* No printf and no growing string: what these leave behind on the heap nobody can wipe. */
static char *
encode_parts (const char *const *parts)
{
  gsize len = 0;
  char *raw, *end, *encoded;

  for (gsize i = 0; parts[i] != NULL; i++)
    len += strlen (parts[i]);
  raw = end = g_malloc (len + 1);
  for (gsize i = 0; parts[i] != NULL; i++)
    end = stpcpy (end, parts[i]);
  encoded = g_base64_encode ((const guchar *) raw, len);
  explicit_bzero (raw, len);
  g_free (raw);
  return encoded;
}

/* RFC 5801 §4: a comma and an equals sign would end the name. */
static char *
quote_user (const char *user)
{
  g_autoptr (GString) name = g_string_new (user);

  g_string_replace (name, "=", "=3D", 0);
  g_string_replace (name, ",", "=2C", 0);
  return g_string_free (g_steal_pointer (&name), FALSE);
}

char *
bearer_say_oauthbearer (const char *user, const SecretBytes *token, const char *host, guint port, GError **error)
{
  g_autofree char *name = quote_user (user), *port_field = port > 0 ? g_strdup_printf ("\1port=%u", port) : g_strdup ("");
  const char *parts[] = { "n,a=", name, ",\1host=", host, port_field, "\1auth=Bearer ", secret_bytes_peek (token), "\1\1", NULL };

  return can_be_said (user, token, error) ? encode_parts (parts) : NULL;
}

char *
bearer_say_xoauth2 (const char *user, const SecretBytes *token, GError **error)
{
  const char *parts[] = { "user=", user, "\1auth=Bearer ", secret_bytes_peek (token), "\1\1", NULL };

  return can_be_said (user, token, error) ? encode_parts (parts) : NULL;
}

/* Decoded by GLib, which passes over what is no base64: only what comes out counts, and that is made printable. */
char *
bearer_read_refusal (const char *challenge)
{
  g_autofree char *bounded = g_strndup (challenge, REFUSAL_OCTETS_MAX);
  gsize len = 0;
  g_autofree guchar *words = g_base64_decode (bounded, &len);
  g_autofree char *shown = text_printable ((const char *) words, (gssize) len, BEARER_REFUSAL_MAX);

  return g_strdup (g_strstrip (shown));
}
