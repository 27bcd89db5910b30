#include "charset.h"

#include <errno.h>
#include <iconv.h>
#include <string.h>

#define CARRY_MAX 16 /* octets; no encoding has longer characters */

struct Charset {
  iconv_t conversion;
  char    carry[CARRY_MAX]; /* a character that goes on in the next piece */
  gsize   n_carry;
};

/* Encodings that offices, spreadsheets and mail programs write; a module each. Aliases come with them. */
static const char *const loaded[] = {
  "ISO-8859-1",  "ISO-8859-2",  "ISO-8859-3",  "ISO-8859-4",  "ISO-8859-5",  "ISO-8859-6",  "ISO-8859-7",  "ISO-8859-8",   "ISO-8859-9",
  "ISO-8859-10", "ISO-8859-11", "ISO-8859-13", "ISO-8859-14", "ISO-8859-15", "ISO-8859-16", "CP1250",      "CP1251",       "CP1252",
  "CP1253",      "CP1254",      "CP1255",      "CP1256",      "CP1257",      "CP1258",      "CP437",       "CP737",        "CP775",
  "CP850",       "CP852",       "CP855",       "CP857",       "CP858",       "CP860",       "CP861",       "CP862",        "CP863",
  "CP865",       "CP866",       "CP874",       "MACINTOSH",   "MAC-CENTRALEUROPE",          "MAC-CYRILLIC", "KOI8-R",      "KOI8-U",
  "TIS-620",     "VISCII",      "TCVN5712-1",  "SHIFT_JIS",   "CP932",       "EUC-JP",      "ISO-2022-JP", "GBK",          "GB18030",
  "GB2312",      "BIG5",        "BIG5-HKSCS",  "EUC-KR",      "CP949",       "EUC-TW",      "UTF-7",       "UTF-32",       "UTF-16",
};

void
charset_warm_up (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (loaded); i++)
    (void) iconv_open ("UTF-8", loaded[i]); /* never closed: a closed one may be unloaded */
}

Charset *
charset_open (const char *name)
{
  iconv_t conversion = strpbrk (name, "/ ") == NULL && name[0] != '\0' ? iconv_open ("UTF-8", name) : (iconv_t) -1;
  Charset *self;

  if (conversion == (iconv_t) -1)
    return NULL;
  self = g_new0 (Charset, 1);
  self->conversion = conversion;
  return self;
}

void
charset_free (Charset *self)
{
  if (self == NULL)
    return;
  iconv_close (self->conversion);
  g_free (self);
}

void
charset_reset (Charset *self)
{
  self->n_carry = 0;
  iconv (self->conversion, NULL, NULL, NULL, NULL);
}

/* Returns: how many octets are left over: a character cut short, at the end. */
static gsize
charset_convert (Charset *self, char *at, gsize left, gboolean is_last, GByteArray *out, gsize *bad)
{
  char room[4096];

  while (left > 0) {
    char *to = room;
    gsize space = sizeof room, result = iconv (self->conversion, &at, &left, &to, &space);
    int why = errno;

    g_byte_array_append (out, (const guint8 *) room, (guint) (sizeof room - space));
    if (result != (gsize) -1 || why == E2BIG)
      continue;
    if (why == EINVAL && !is_last && left <= CARRY_MAX)
      return left;
    g_byte_array_append (out, (const guint8 *) "\xef\xbf\xbd", 3);
    ++*bad;
    at++, left--;
  }
  return 0;
}

gsize
charset_feed (Charset *self, const guint8 *data, gsize len, gboolean is_last, GByteArray *out)
{
  g_autofree char *whole = g_malloc (self->n_carry + len + 1);
  gsize bad = 0, size = self->n_carry + len, left;

  memcpy (whole, self->carry, self->n_carry);
  if (len > 0)
    memcpy (whole + self->n_carry, data, len);
  left = charset_convert (self, whole, size, is_last, out, &bad);
  memcpy (self->carry, whole + size - left, left);
  self->n_carry = left;
  if (is_last)
    iconv (self->conversion, NULL, NULL, NULL, NULL);
  return bad;
}
