#include "address.h"

#include "fault.h"
#include "text.h"
#include <string.h>

#define MAILBOX_MAX 2048 /* octets; chosen: a name and an address */

const char *
address_flaw_to_sentence (AddressFlaw flaw)
{
  static const char *const sentences[ADDRESS_FLAW_COUNT] = {
    [ADDRESS_FINE] = "it is fine",
    [ADDRESS_NO_AT] = "this is no e-mail address: there is no @ between a name and a domain",
    [ADDRESS_BAD_LOCAL] = "what stands before the @ is not allowed there (a space, a misplaced dot or a special character)",
    [ADDRESS_BAD_DOMAIN] = "what stands behind the @ is not the name of a domain",
    [ADDRESS_LITERAL] = "an address at a bare IP number is not taken: a domain is needed behind the @",
    [ADDRESS_NO_DOT] = "the domain behind the @ has no dot: is its ending missing?",
    [ADDRESS_TOO_LONG] = "the address is too long: 64 octets before the @ and 254 in all are allowed",
  };

  return (guint) flaw < ADDRESS_FLAW_COUNT ? sentences[flaw] : "";
}

/* Octets of the visible non-ASCII character at `at`; 0: none. RFC 6531 allows UTF-8; spaces, controls, and marks that are not
 * seen or that turn the writing direction have no honest use here. */
static gsize
visible_len (const char *at, gsize left)
{
  gunichar c = g_utf8_get_char_validated (at, (gssize) left);

  if (c == (gunichar) -1 || c == (gunichar) -2 || c < 0x80 || c == 0xfffd || !g_unichar_isgraph (c) || g_unichar_isspace (c))
    return 0;
  return (gsize) (g_utf8_next_char (at) - at);
}

/* RFC 5322 §3.2.3 by bit: 0x20 to 0x3f, 0x40 to 0x5f, 0x60 to 0x7f. */
static gboolean
is_atext (char c)
{
  static const guint32 atext[] = { 0xa3ffacfa, 0xc7fffffe, 0x7fffffff };

  return c >= 0x20 && (atext[(c >> 5) - 1] >> (c & 31) & 1) != 0;
}

/* Returns: the index behind the dot-string at the start of `text`, or 0. */
static gsize
skip_dot_string (const char *text, gsize len)
{
  gsize i = 0;
  gboolean is_atom = FALSE;

  while (i < len && text[i] != '@') {
    gsize n = (guint8) text[i] >= 0x80 ? visible_len (text + i, len - i) : is_atext (text[i]) ? 1 : 0;

    if (n == 0 && (text[i] != '.' || !is_atom))
      return 0;
    is_atom = n > 0;
    i += MAX (n, 1);
  }
  return is_atom ? i : 0;
}

/* Returns: the index behind the closing quotation mark, or 0. */
static gsize
skip_quoted_string (const char *text, gsize len)
{
  gsize i = 1;

  while (i < len && text[i] != '"') {
    gsize n;

    if (text[i] == '\\')
      i++;
    if (i == len)
      return 0;
    n = (guint8) text[i] >= 0x80 ? visible_len (text + i, len - i) : text[i] >= 0x20 && text[i] < 0x7f ? 1 : 0;
    if (n == 0)
      return 0;
    i += n;
  }
  return i < len && i > 1 ? i + 1 : 0;
}

AddressFlaw
address_split (const char *text, gsize len, gsize *out_at)
{
  gsize at;

  if (len == 0 || memchr (text, '@', len) == NULL)
    return ADDRESS_NO_AT;
  at = text[0] == '"' ? skip_quoted_string (text, len) : skip_dot_string (text, len);
  if (at == 0 || at >= len || text[at] != '@')
    return ADDRESS_BAD_LOCAL;
  if (at > ADDRESS_LOCAL_MAX)
    return ADDRESS_TOO_LONG;
  if (at + 1 == len)
    return ADDRESS_BAD_DOMAIN;
  if (text[at + 1] == '[')
    return ADDRESS_LITERAL;
  *out_at = at;
  return ADDRESS_FINE;
}

static gboolean
is_label (const char *label, gsize len)
{
  if (len == 0 || len > ADDRESS_LABEL_MAX || label[0] == '-' || label[len - 1] == '-')
    return FALSE;
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_islower (label[i]) && !g_ascii_isdigit (label[i]) && label[i] != '-')
      return FALSE;
  return TRUE;
}

AddressFlaw
address_check_domain (const char *domain, gsize len)
{
  gsize start = 0;
  gboolean has_letter = FALSE;

  for (gsize i = 0; i <= len; i++)
    if (i == len || domain[i] == '.') {
      if (!is_label (domain + start, i - start))
        return ADDRESS_BAD_DOMAIN;
      if (i < len)
        start = i + 1;
    }
  if (start == 0)
    return ADDRESS_NO_DOT;
  for (gsize i = start; i < len; i++) /* no ending is all digits; 192.0.2.1 is */
    has_letter = has_letter || g_ascii_islower (domain[i]);
  return has_letter ? ADDRESS_FINE : ADDRESS_BAD_DOMAIN;
}

gboolean
address_is_canonical (const char *text, gsize len)
{
  gsize at;

  return len <= ADDRESS_MAX && address_split (text, len, &at) == ADDRESS_FINE &&
         address_check_domain (text + at + 1, len - at - 1) == ADDRESS_FINE;
}

char *
address_key (const char *text)
{
  g_autofree char *folded = NULL;
  char *normal;

  for (const char *p = text; (guint8) *p < 0x80; p++)
    if (*p == '\0')
      return g_ascii_strdown (text, -1);
  folded = g_utf8_casefold (text, -1);
  normal = g_utf8_normalize (folded, -1, G_NORMALIZE_NFC);
  return normal != NULL ? normal : g_steal_pointer (&folded);
}

void
address_key_append (GByteArray *out, const char *address, gsize len)
{
  gsize start = out->len;

  if (text_is_plain (address, len)) {
    g_byte_array_set_size (out, (guint) (start + len + 1));
    for (gsize i = 0; i < len; i++)
      out->data[start + i] = text_lower (address[i]);
    out->data[start + len] = '\0';
  } else {
    g_autofree char *text = g_strndup (address, len);
    g_autofree char *key = address_key (text);

    g_byte_array_append (out, (const guint8 *) key, (guint) strlen (key) + 1);
  }
}

gboolean
phone_is_e164 (const char *text, gsize len)
{
  if (len < 8 || len > PHONE_DIGITS_MAX + 1 || text[0] != '+' || text[1] == '0')
    return FALSE;
  for (gsize i = 1; i < len; i++)
    if (!g_ascii_isdigit (text[i]))
      return FALSE;
  return TRUE;
}

/* A display name without its quotation marks and backslashes, white space at both ends gone. */
static char *
address_unquote (const char *text, gsize len)
{
  g_autofree char *copy = g_strstrip (g_strndup (text, len));
  gsize n = strlen (copy);
  GString *plain;

  if (n < 2 || copy[0] != '"' || copy[n - 1] != '"')
    return g_steal_pointer (&copy);
  plain = g_string_new (NULL);
  for (gsize i = 1; i < n - 1; i++) {
    if (copy[i] == '\\' && i + 1 < n - 1)
      i++;
    g_string_append_c (plain, copy[i]);
  }
  return g_strstrip (g_string_free (plain, FALSE));
}

static gboolean
refuse_mailbox (GError **error)
{
  g_set_error_literal (error, FAULT, FAULT_DATA,
                       "that is no sender or recipient: write ann@example.org or 'Ann <ann@example.org>'");
  return FALSE;
}

/* The last "(" that is closed at the very end, and has the address before it. */
static const char *
find_comment (const char *text, const char *end)
{
  const char *open = end > text && end[-1] == ')' ? strrchr (text, '(') : NULL;

  return open != NULL && memchr (text, '@', (gsize) (open - text)) != NULL ? open : NULL;
}

gboolean
address_parse_mailbox (const char *text, char **out_name, char **out_address, GError **error)
{
  g_autofree char *copy = NULL, *name = NULL, *address = NULL;
  const char *end, *open, *comment;

  if (strlen (text) > MAILBOX_MAX || !g_utf8_validate (text, -1, NULL))
    return refuse_mailbox (error);
  for (const char *p = text; *p != '\0'; p = g_utf8_next_char (p))
    if (g_unichar_iscntrl (g_utf8_get_char (p)) && *p != '\t')
      return refuse_mailbox (error);
  copy = g_strstrip (g_strdup (text));
  end = copy + strlen (copy);
  open = end > copy && end[-1] == '>' ? strrchr (copy, '<') : NULL;
  comment = find_comment (copy, end);
  if (open != NULL) {
    name = address_unquote (copy, (gsize) (open - copy));
    address = g_strndup (open + 1, (gsize) (end - open - 2));
  } else if (comment != NULL) {
    name = address_unquote (comment + 1, (gsize) (end - comment - 2));
    address = g_strndup (copy, (gsize) (comment - copy));
  } else {
    name = g_strdup ("");
    address = g_strdup (copy);
  }
  g_strstrip (address);
  if (strchr (address, '@') == NULL || (address[0] != '"' && strpbrk (address, " \t<>,;\"") != NULL))
    return refuse_mailbox (error);
  *out_name = g_steal_pointer (&name);
  *out_address = g_steal_pointer (&address);
  return TRUE;
}
