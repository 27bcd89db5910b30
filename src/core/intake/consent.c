#include "consent.h"

#include "clock.h"
#include "date.h"
#include "fault.h"
#include "fields.h"
#include "text.h"
#include <string.h>

#define WORD_MAX 16
#define AGAIN "agreed again"

struct Consent {
  char  *words, *column, *time_column, *region;
  gint64 utc; /* of all rows; 0: of the import */
};

static char *
find_column (const char *name, const char *const *fields)
{
  g_autofree char *key = text_fold (name, -1), *numbered = g_strconcat ("column ", key, NULL);

  for (gsize i = 0; fields[i] != NULL; i++) {
    g_autofree char *other = text_fold (fields[i], -1);

    if (strcmp (key, other) == 0 || strcmp (numbered, other) == 0)
      return g_strdup (fields[i]);
  }
  return NULL;
}

static gboolean
need_column (const char *name, const char *const *fields, char **out_column, GError **error)
{
  g_autofree char *all = g_strjoinv (", ", (char **) fields);

  *out_column = find_column (name, fields);
  if (*out_column != NULL)
    return TRUE;
  g_set_error (error, FAULT, FAULT_DATA, "the file has no further column “%s” for the consent; %s%s", name, fields[0] != NULL ? "it has " : "it has none", all);
  return FALSE;
}

/* A column goes before a date: it is there. */
static gboolean
read_time (Consent *self, const ConsentSpec *spec, const char *const *fields, GError **error)
{
  Date date;
  DateFlaw flaw;

  self->time_column = find_column (spec->time, fields);
  if (self->time_column != NULL)
    return TRUE;
  flaw = date_parse (spec->time, strlen (spec->time), spec->region, &date);
  if (flaw == DATE_NONE)
    return need_column (spec->time, fields, &self->time_column, error);
  if (flaw == DATE_AMBIGUOUS)
    g_set_error (error, FAULT, FAULT_USAGE, "“%s”: which is the day, and which the month? Write it as year-month-day, or name the region", spec->time);
  else if (flaw == DATE_BAD)
    g_set_error (error, FAULT, FAULT_USAGE, "“%s” is no day: write it as year-month-day", spec->time);
  else if (date_is_future (&date, clock_now_utc ()))
    g_set_error (error, FAULT, FAULT_USAGE, "nobody can have agreed on a day that is still to come (%s)", spec->time);
  else
    self->utc = date_to_utc (&date);
  return flaw == DATE_FINE && self->utc != 0;
}

Consent *
consent_new (const ConsentSpec *spec, const char *const *fields, GError **error)
{
  g_autoptr (Consent) self = g_new0 (Consent, 1);

  self->region = g_ascii_strup (spec->region, -1);
  if ((spec->column[0] != '\0' && !need_column (spec->column, fields, &self->column, error)) ||
      (spec->time[0] != '\0' && !read_time (self, spec, fields, error)))
    return NULL;
  self->words = g_strdup (spec->words[0] != '\0'        ? spec->words
                          : self->column != NULL      ? self->column
                          : self->time_column != NULL ? self->time_column
                          : spec->is_again            ? AGAIN
                                                      : "");
  return g_steal_pointer (&self);
}

void
consent_free (Consent *self)
{
  if (self == NULL)
    return;
  g_free (self->words);
  g_free (self->column);
  g_free (self->time_column);
  g_free (self->region);
  g_free (self);
}

const char *
consent_get_words (const Consent *self)
{
  return self->words;
}

gint64
consent_get_utc (const Consent *self)
{
  return self->utc;
}

/* --- one row --- */

static gboolean
is_word (Slice value, const char *const *words)
{
  g_autofree char *key = value.len <= WORD_MAX ? text_fold (value.data, (gssize) value.len) : g_strdup ("");

  return g_strv_contains (words, key);
}

/* In the languages whose headers are known. */
static const char *const no[] = { "no", "nein", "non", "nee", "nej", "nei", "nie", "não", "nao", "ne", "ei", "n", "false", "falsch", "faux", "falso", "off", "0", "✗", NULL };
static const char *const yes[] = { "yes", "ja", "oui", "sí", "si", "sì", "sim", "tak", "ano", "kyllä", "y", "j", "x", "true", "wahr", "vrai", "verdadero", "on", "1", "✓", NULL };

static gboolean
take_date (const Consent *self, const Date *date, DateFlaw flaw, MergeRow *row, Refusal *out)
{
  if (flaw == DATE_AMBIGUOUS) {
    out->reason = "ambiguous-date";
    out->sentence = "day and month of the consent cannot be told apart: name the region";
  } else if (flaw != DATE_FINE) {
    out->reason = "bad-date";
    out->sentence = "the day of the consent is none: write it as year-month-day";
  } else if (date_is_future (date, clock_now_utc ())) {
    out->reason = "future-date";
    out->sentence = "nobody can have agreed on a day that is still to come";
  } else {
    row->consent_utc = date_to_utc (date);
  }
  return out->reason == NULL;
}

static gboolean
take_time (const Consent *self, Slice value, MergeRow *row, Refusal *out)
{
  Date date;
  DateFlaw flaw = date_parse (value.data, value.len, self->region, &date);

  *out = (Refusal){ .field = self->time_column, .value = value };
  return take_date (self, &date, flaw, row, out);
}

static Slice
first_line (Slice value)
{
  gsize len = 0;

  while (len < value.len && len < CONSENT_MAX && value.data[len] != '\n' && value.data[len] != '\r')
    len++;
  while (len > 0 && len < value.len && ((guint8) value.data[len] & 0xc0) == 0x80) /* not within a character */
    len--;
  return (Slice){ value.data, len };
}

/* A day, a yes, a no, or words. */
static gboolean
take_column (const Consent *self, Slice value, MergeRow *row, Refusal *out)
{
  Date date;
  DateFlaw flaw;

  *out = (Refusal){ .field = self->column, .value = value };
  if (is_word (value, no)) {
    out->reason = "no-consent";
    out->sentence = "this person did not agree to be written to";
    return FALSE;
  }
  if (is_word (value, yes))
    return TRUE;
  flaw = date_parse (value.data, value.len, self->region, &date);
  if (flaw != DATE_NONE)
    return take_date (self, &date, flaw, row, out);
  row->consent = first_line (value);
  return TRUE;
}

gboolean
consent_take (const Consent *self, MergeRow *row, Refusal *out_refusal)
{
  Slice value = { "", 0 };

  if (self->column != NULL) {
    if (!fields_lookup (row->fields, row->fields_len, self->column, &value) || value.len == 0)
      row->consent_utc = MERGE_NO_CONSENT;
    else if (!take_column (self, value, row, out_refusal))
      return FALSE;
  }
  if (self->time_column == NULL || row->consent_utc == MERGE_NO_CONSENT)
    return TRUE;
  return !fields_lookup (row->fields, row->fields_len, self->time_column, &value) || value.len == 0 || take_time (self, value, row, out_refusal);
}
