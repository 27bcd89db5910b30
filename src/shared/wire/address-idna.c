#include "address-idna.h"

#include "text.h"

#include <idn2.h>
#include <string.h>

#define RAW_MAX 1024 /* octets; a domain of 253 octets of A-labels is shorter than this in UTF-8 */

/* Returns: (transfer full) the domain in lower-case A-labels, or NULL. */
static char *
to_a_labels (const char *domain, gsize len)
{
  g_autofree char *copy = g_ascii_strdown (domain, (gssize) len);
  char *labels = NULL, *result;

  if (address_check_domain (copy, len) == ADDRESS_FINE && strstr (copy, "xn--") == NULL)
    return g_steal_pointer (&copy);
  if (strlen (copy) != len || !g_utf8_validate (copy, -1, NULL))
    return NULL;
  if (idn2_lookup_u8 ((const guint8 *) copy, (guint8 **) &labels, IDN2_NFC_INPUT | IDN2_NONTRANSITIONAL) != IDN2_OK)
    return NULL;
  result = g_ascii_strdown (labels, -1);
  idn2_free (labels);
  return result;
}

/* The usual case needs no tables: nothing but ASCII, and a domain that only lacks lower case. Returns: (transfer full) or NULL: look closer. */
static char *
plain_canonical (const char *text, gsize len, gsize at)
{
  g_autofree char *whole = NULL;

  if (len > ADDRESS_MAX || !text_is_plain (text, len))
    return NULL;
  whole = g_strndup (text, len);
  for (gsize i = at + 1; i < len; i++)
    whole[i] = g_ascii_tolower (text[i]);
  return address_check_domain (whole + at + 1, len - at - 1) == ADDRESS_FINE && strstr (whole + at + 1, "xn--") == NULL ? g_steal_pointer (&whole) : NULL;
}

/* "ann"@example.org -> ann@example.org: the marks and backslashes are no part of the local part, where it is one without them too.
 * text: a split address. Returns: (transfer full), or NULL: they are needed. Source: RFC 5321 §4.1.2, RFC 5322 §3.2.4. */
static char *
without_quotes (const char *text, gsize len, gsize at)
{
  g_autoptr (GString) plain = g_string_sized_new (len);
  gsize plain_at;

  for (gsize i = 1; i + 1 < at; i++)
    g_string_append_c (plain, text[i] == '\\' ? text[++i] : text[i]);
  g_string_append_len (plain, text + at, (gssize) (len - at));
  if (plain->str[0] == '"' || address_split (plain->str, plain->len, &plain_at) != ADDRESS_FINE || plain_at != plain->len - (len - at))
    return NULL;
  return g_strdup (plain->str);
}

char *
address_canonical (const char *text, gsize len, AddressFlaw *out_flaw)
{
  g_autofree char *labels = NULL, *local = NULL, *normal = NULL, *bare = NULL;
  char *whole;
  gsize at;

  *out_flaw = len > RAW_MAX ? ADDRESS_TOO_LONG : address_split (text, len, &at);
  if (*out_flaw != ADDRESS_FINE)
    return NULL;
  bare = text[0] == '"' ? without_quotes (text, len, at) : NULL;
  if (bare != NULL)
    return address_canonical (bare, strlen (bare), out_flaw);
  whole = plain_canonical (text, len, at);
  if (whole != NULL)
    return whole;
  labels = to_a_labels (text + at + 1, len - at - 1);
  *out_flaw = labels != NULL ? address_check_domain (labels, strlen (labels)) : ADDRESS_BAD_DOMAIN;
  if (*out_flaw != ADDRESS_FINE) {
    if (memchr (text + at + 1, '.', len - at - 1) == NULL && memchr (text + at + 1, '@', len - at - 1) == NULL)
      *out_flaw = ADDRESS_NO_DOT;
    return NULL;
  }
  local = g_strndup (text, at);
  normal = g_utf8_normalize (local, -1, G_NORMALIZE_NFC); /* RFC 6531 §3.3: as one and the same mailbox would be typed */
  whole = g_strconcat (normal != NULL ? normal : local, "@", labels, NULL);
  if (!address_is_canonical (whole, strlen (whole))) {
    *out_flaw = ADDRESS_TOO_LONG;
    g_clear_pointer (&whole, g_free);
  }
  return whole;
}
