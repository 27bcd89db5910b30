#include "fold.h"

#include "address-idna.h"
#include "text.h"
#include <string.h>

/* g_ascii_tolower() is a call; this is made for every octet of a million addresses. */
static inline guint8
lower (char c)
{
  return (guint8) (c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

/* text_fold() without its cost, for most of the names. */
static void
append_ascii (GByteArray *out, const char *text, gsize len)
{
  gsize start = out->len;
  guint8 *to;

  g_byte_array_set_size (out, (guint) (start + len + 1));
  to = out->data + start;
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isspace (text[i]))
      *to++ = lower (text[i]);
    else if (to > out->data + start && to[-1] != ' ')
      *to++ = ' ';
  if (to > out->data + start && to[-1] == ' ')
    to--;
  *to++ = '\0';
  g_byte_array_set_size (out, (guint) (to - out->data));
}

static void
append_unicode (GByteArray *out, const char *text, gsize len)
{
  g_autofree char *key = text_fold (text, (gssize) len);

  g_byte_array_append (out, (const guint8 *) key, (guint) strlen (key) + 1);
}

void
fold_name_append (GByteArray *out, const char *name, gsize len)
{
  if (text_is_plain (name, len))
    append_ascii (out, name, len);
  else
    append_unicode (out, name, len);
}

char *
fold_name (const char *name)
{
  GByteArray *key = g_byte_array_new ();

  fold_name_append (key, name, strlen (name));
  return (char *) g_byte_array_free (key, FALSE);
}

void
fold_address_append (GByteArray *out, const char *address, gsize len)
{
  gsize start = out->len;

  if (text_is_plain (address, len)) {
    g_byte_array_set_size (out, (guint) (start + len + 1));
    for (gsize i = 0; i < len; i++)
      out->data[start + i] = lower (address[i]);
    out->data[start + len] = '\0';
  } else {
    g_autofree char *text = g_strndup (address, len);
    g_autofree char *key = address_key (text);

    g_byte_array_append (out, (const guint8 *) key, (guint) strlen (key) + 1);
  }
}

char *
fold_canonical_address (const char *typed)
{
  g_autofree char *text = g_strstrip (g_strdup (typed));
  AddressFlaw flaw;

  return address_canonical (text, strlen (text), &flaw);
}

char *
fold_typed_address (const char *typed)
{
  g_autofree char *whole = strchr (typed, '@') == NULL ? g_strconcat ("x@", typed, NULL) : g_strdup (typed); /* a domain alone */
  g_autofree char *canonical = fold_canonical_address (whole);

  if (canonical == NULL)
    return address_key (typed);
  return address_key (strchr (typed, '@') == NULL ? strchr (canonical, '@') + 1 : canonical);
}

char *
fold_take_address (char *typed)
{
  char *canonical = fold_canonical_address (typed);

  if (canonical == NULL)
    return typed;
  g_free (typed);
  return canonical;
}
