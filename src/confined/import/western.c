#include "western.h"

#include <string.h>

#define RUN_FOREIGN 3 /* high octets in a row that are Cyrillic, Greek, Hebrew… */

typedef enum { FINE, WESTERN, UNSURE, FOREIGN } WesternVerdict;

typedef struct {
  guint8 before, previous, current, next; /* in the order of the text */
} WesternPlace;

static gboolean
is_in (guint8 octet, const char *set)
{
  return octet != '\0' && strchr (set, (int) (char) octet) != NULL;
}

static gboolean
is_letter (guint8 octet)
{
  return g_ascii_isalpha (octet) || (octet >= 0xc0 && octet != 0xd7 && octet != 0xf7) || is_in (octet, "\x8a\x8c\x8e\x9a\x9c\x9e\x9f");
}

/* The same ones in Western and Central European encodings. */
static gboolean
is_vowel (guint8 octet)
{
  return is_in (octet, "aeiouyAEIOUY\xc1\xc2\xc4\xc9\xcb\xcd\xce\xd3\xd4\xd6\xda\xdc\xe1\xe2\xe4\xe9\xeb\xed\xee\xf3\xf4\xf6\xfa\xfc");
}

static gboolean
is_between (const WesternPlace *place)
{
  return is_letter (place->previous) && is_letter (place->next);
}

/* 0x80 to 0x9f: punctuation here, letters of a Mac and of DOS */
static WesternVerdict
judge_low (const WesternPlace *place)
{
  if (is_in (place->current, "\x81\x8d\x8f\x90\x9d\x9f"))
    return FOREIGN;
  if (place->current == 0x9c) /* œ is followed by u, as in sœur; ś is not */
    return place->next == 'u' ? WESTERN : FOREIGN;
  if (is_in (place->current, "\x8a\x8c\x8e\x9a\x9e"))
    return UNSURE;
  if (!is_between (place))
    return FINE;
  if (place->current == 0x92) /* O’Neill, d’Arc, Ann’s */
    return !is_letter (place->before) || place->next == 's' ? FINE : FOREIGN;
  return is_in (place->current, "\x96\x97") && g_ascii_isupper (place->next) ? FINE : FOREIGN; /* Meier–Lee */
}

/* 0xa0 to 0xbf: signs here, letters of windows-1250 and 1257 */
static WesternVerdict
judge_sign (const WesternPlace *place)
{
  if (is_in (place->current, "\xa3\xa5\xaf\xb3\xb9\xbc\xbe")) /* £ukasz */
    return is_letter (place->next) || is_letter (place->previous) ? FOREIGN : FINE;
  if (is_in (place->current, "\xa1\xbf")) /* ¿Qué? */
    return is_letter (place->previous) ? FOREIGN : FINE;
  if (is_in (place->current, "\xa0\xad\xb4\xb7")) /* O´Neill, Col·lectiu */
    return FINE;
  return is_letter (place->next) && place->current != 0xab ? FOREIGN : FINE; /* «; others stand behind words: Nº, Name® */
}

/* A vowel here, a consonant there (è č, ø ř, æ ć…): beside a vowel it is the consonant. */
static WesternVerdict
judge_pair (const WesternPlace *place)
{
  if (is_in (place->current, "\xcf\xef") && is_vowel (place->previous) && is_letter (place->next) && !is_vowel (place->next)) /* Loïc */
    return WESTERN;
  if (is_vowel (place->previous) || is_vowel (place->next))
    return FOREIGN;
  return is_letter (place->previous) || is_letter (place->next) || is_in (place->current, "\xc0\xe0") ? WESTERN : UNSURE;
}

static WesternVerdict
judge_letter (const WesternPlace *place)
{
  if (is_in (place->current, "\xc0\xc5\xc6\xc8\xcf\xd2\xd8\xe0\xe5\xe6\xe8\xef\xf2\xf8"))
    return judge_pair (place);
  if (is_in (place->current, "\xd1\xf1")) /* ñ stands before a vowel, ń never does */
    return is_vowel (place->next) ? WESTERN : FOREIGN;
  if (is_in (place->current, "\xc3\xe3")) /* João, Magalhães */
    return is_in (place->next, "oeOE") ? WESTERN : UNSURE;
  if (is_in (place->current, "\xd5\xf5")) /* Simões */
    return is_in (place->next, "eE") ? WESTERN : UNSURE;
  if (is_in (place->current, "\xd7\xf7"))
    return is_between (place) ? FOREIGN : FINE;
  return is_in (place->current, "\xca\xcc\xd0\xd9\xdb\xdd\xde\xea\xec\xf0\xf9\xfb\xfd\xfe\xff") ? UNSURE : FINE;
}

static void
western_count (Western *self, WesternVerdict verdict)
{
  self->western += verdict == WESTERN;
  self->unsure += verdict == UNSURE;
  self->foreign += verdict == FOREIGN;
}

/* Three octets in a row, or a word of nothing else, are letters of another script. */
static void
count_run (Western *self, guint8 next)
{
  self->run++;
  if (self->run == 1)
    self->entry = self->previous;
  if (self->current < 0xc0)
    self->entry = 'x'; /* a sign: no word */
  if (self->run == RUN_FOREIGN || (self->run == RUN_FOREIGN - 1 && next < 0x80 && !is_letter (next) && !is_letter (self->entry)))
    self->foreign++;
}

void
western_feed (Western *self, const guint8 *data, gsize len)
{
  for (gsize i = 0; i < len; i++) {
    WesternPlace place = { self->before, self->previous, self->current, data[i] };

    if (self->current >= 0x80) {
      western_count (self, self->current < 0xa0 ? judge_low (&place) : self->current < 0xc0 ? judge_sign (&place) : judge_letter (&place));
      count_run (self, data[i]);
    } else {
      self->run = 0;
    }
    self->before = self->previous;
    self->previous = self->current;
    self->current = data[i];
  }
}

gboolean
western_is_clear (const Western *self)
{
  return self->foreign == 0 && (self->western > 0 || self->unsure == 0);
}
