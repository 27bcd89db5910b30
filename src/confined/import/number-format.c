#include "number-format.h"

#include <math.h>
#include <string.h>

#define SECTIONS_MAX 4          /* positive; negative; zero; text */
#define PLACES_MAX 30           /* chosen: digits that a code asks for; Excel shows 30 behind the point */
#define SPAN_SECONDS_MAX 1e15   /* chosen: some million years */
#define DAY_SECONDS 86400

typedef enum { PIECE_LITERAL, PIECE_PLACE, PIECE_POINT, PIECE_COMMA, PIECE_PERCENT, PIECE_BRACKET, PIECE_OTHER } FormatPieceKind;

typedef struct {
  FormatPieceKind kind;
  const char     *text; /* borrowed from the code */
  gsize           len;
} FormatPiece;

static FormatPieceKind
symbol_kind (char c)
{
  switch (c) {
  case '0': case '#': case '?': return PIECE_PLACE;
  case '.': return PIECE_POINT;
  case ',': return PIECE_COMMA;
  case '%': return PIECE_PERCENT;
  default: return g_ascii_isalpha (c) || strchr ("/@", c) != NULL ? PIECE_OTHER : PIECE_LITERAL;
  }
}

/* Returns: FALSE at the end of the section. What fills or only takes room (*x, _x) is an empty literal. */
static gboolean
next_piece (const char **at, FormatPiece *out)
{
  const char *from = *at, *close;

  if (*from == '\0' || *from == ';')
    return FALSE;
  if (*from == '"' || *from == '[') {
    close = strchr (from + 1, *from == '"' ? '"' : ']');
    close = close != NULL ? close : from + strlen (from);
    *out = (FormatPiece){ *from == '"' ? PIECE_LITERAL : PIECE_BRACKET, from + 1, (gsize) (close - from) - 1 };
    *at = *close != '\0' ? close + 1 : close;
  } else if (strchr ("\\_*", *from) != NULL) {
    gsize len = from[1] == '\0' ? 0 : (gsize) (g_utf8_next_char (from + 1) - from) - 1;

    *out = (FormatPiece){ PIECE_LITERAL, from + 1, *from == '\\' ? len : 0 };
    *at = from + 1 + len;
  } else {
    *at = g_utf8_next_char (from);
    *out = (FormatPiece){ symbol_kind (*from), from, (gsize) (*at - from) };
  }
  return TRUE;
}

/* --- numbers --- */

typedef struct { /* a section's wishes */
  const char *code;
  int         n_whole, n_behind, n_percents, n_thousands;
  gboolean    is_grouped, is_other;
  FormatPiece condition; /* [<=9999999], or empty */
} FormatSection;

static void
take_symbol (FormatSection *self, const FormatPiece *piece, gboolean *has_point, int *n_commas)
{
  if (piece->kind == PIECE_PLACE) {
    self->is_grouped = self->is_grouped || (*n_commas > 0 && !*has_point && self->n_whole > 0);
    *n_commas = 0;
    self->n_whole += !*has_point;
    self->n_behind += *has_point;
  } else if (piece->kind == PIECE_COMMA) {
    ++*n_commas;
  } else if (piece->kind == PIECE_POINT) {
    self->n_thousands += *n_commas;
    *n_commas = 0;
    *has_point = TRUE;
  } else if (piece->kind == PIECE_BRACKET && piece->len > 0 && strchr ("<>=", piece->text[0]) != NULL) {
    self->condition = *piece;
  }
  self->n_percents += piece->kind == PIECE_PERCENT;
  self->is_other = self->is_other || piece->kind == PIECE_OTHER;
}

/* Returns: where the section ends. */
static const char *
read_section (const char *code, FormatSection *out)
{
  gboolean has_point = FALSE;
  int n_commas = 0;
  FormatPiece piece;

  *out = (FormatSection){ .code = code };
  while (next_piece (&code, &piece))
    take_symbol (out, &piece, &has_point, &n_commas);
  out->n_thousands += n_commas; /* commas behind the last digit divide by a thousand */
  return code;
}

static gboolean
meets_condition (const FormatSection *section, double value)
{
  const char *text = section->condition.text;
  gsize n = strspn (text, "<>=");
  double limit = g_ascii_strtod (text + n, NULL);

  switch (text[0]) {
  case '<': return text[1] == '=' ? value <= limit : text[1] == '>' ? value != limit : value < limit;
  case '>': return text[1] == '=' ? value >= limit : value > limit;
  default: return value == limit;
  }
}

/* out_signed: the section says nothing of a minus: it stands in front. */
static const FormatSection *
choose_section (const FormatSection *sections, guint n, const Decimal *value, gboolean *out_signed)
{
  g_autoptr (GString) text = g_string_new (NULL);
  double number;
  gboolean has_conditions = FALSE;

  decimal_append (value, text);
  number = g_ascii_strtod (text->str, NULL);
  for (guint i = 0; i < n; i++)
    has_conditions = has_conditions || sections[i].condition.len > 0;
  *out_signed = TRUE;
  if (has_conditions) {
    for (guint i = 0; i < n; i++)
      if (sections[i].condition.len == 0 || meets_condition (&sections[i], number))
        return &sections[i];
    return &sections[0];
  }
  *out_signed = n < 2 || !value->is_negative;
  return value->is_negative && n > 1 ? &sections[1] : value->n_digits == 0 && n > 2 ? &sections[2] : &sections[0];
}

/* The digits of 10^from down to 10^to. */
static void
append_places (const FormatSection *section, const Decimal *value, int from, int to, GString *out)
{
  for (int place = from; place >= to; place--) {
    g_string_append_c (out, decimal_digit (value, place));
    if (section->is_grouped && place > 0 && place % 3 == 0)
      g_string_append_c (out, ',');
  }
}

static gboolean
is_zero_from (const Decimal *value, int place, int last)
{
  for (; place >= last; place--)
    if (decimal_digit (value, place) != '0')
      return FALSE;
  return TRUE;
}

typedef struct { /* a section at work */
  const FormatSection *section;
  const Decimal       *value;
  GString             *out;
  int                  whole, behind; /* places that were passed */
  gboolean             has_digits;
} FormatFill;

static void
fill_place (FormatFill *self, char kind, gboolean has_point)
{
  int place = has_point ? -1 - self->behind++ : self->section->n_whole - 1 - self->whole++;
  int first = self->whole == 1 && !has_point ? MAX (place, self->value->point - 1) : place;
  gboolean is_shown = kind == '0' || (has_point ? !is_zero_from (self->value, place, -self->section->n_behind) : self->value->point > place);

  if (!is_shown)
    return;
  if (has_point && self->behind == 1)
    g_string_append_c (self->out, '.');
  append_places (self->section, self->value, first, place, self->out);
  self->has_digits = TRUE;
}

static void
fill_piece (FormatFill *self, const FormatPiece *piece, gboolean *has_point)
{
  switch (piece->kind) {
  case PIECE_PLACE:
    fill_place (self, piece->text[0], *has_point);
    break;
  case PIECE_POINT:
    if (self->section->n_whole == 0 && self->value->point > 0)
      append_places (self->section, self->value, self->value->point - 1, 0, self->out);
    *has_point = TRUE;
    break;
  case PIECE_BRACKET: /* [$€-407] shows what stands before the minus */
    if (piece->len > 0 && piece->text[0] == '$')
      g_string_append_len (self->out, piece->text + 1, (gssize) strcspn (piece->text + 1, "-]"));
    break;
  case PIECE_LITERAL: case PIECE_PERCENT:
    g_string_append_len (self->out, piece->text, (gssize) piece->len);
    break;
  case PIECE_COMMA: case PIECE_OTHER:
    break;
  }
}

static gboolean
append_section (const FormatSection *section, const Decimal *value, gboolean is_signed, GString *out)
{
  g_autoptr (GString) text = g_string_new (NULL);
  Decimal shown = *value;
  FormatFill fill = { section, &shown, text, 0, 0, FALSE };
  const char *at = section->code;
  gboolean has_point = FALSE;
  FormatPiece piece;

  if (section->is_other || section->n_whole + section->n_behind == 0 || section->n_whole > PLACES_MAX || section->n_behind > PLACES_MAX)
    return FALSE;
  shown.point += shown.n_digits > 0 ? 2 * section->n_percents - 3 * section->n_thousands : 0;
  decimal_round (&shown, section->n_behind);
  if (is_signed && shown.is_negative)
    g_string_append_c (text, '-');
  while (next_piece (&at, &piece))
    fill_piece (&fill, &piece, &has_point);
  g_strstrip (text->str);
  if (fill.has_digits)
    g_string_append (out, text->str);
  return fill.has_digits;
}

gboolean
number_format_append (const char *code, const Decimal *value, GString *out)
{
  FormatSection sections[SECTIONS_MAX];
  const FormatSection *chosen;
  gboolean is_signed;
  guint n = 0;

  while (n < SECTIONS_MAX) {
    code = read_section (code, &sections[n++]);
    if (*code++ != ';')
      break;
  }
  if (n == SECTIONS_MAX)
    n--; /* of text */
  chosen = choose_section (sections, n, value, &is_signed);
  return append_section (chosen, value, is_signed, out);
}

/* --- spans of time --- */

static gboolean
is_span (const FormatPiece *piece)
{
  return piece->kind == PIECE_BRACKET && piece->len > 0 && piece->len < 4 && strchr ("hHmMsS", piece->text[0]) != NULL &&
         strspn (piece->text, (char[]){ piece->text[0], '\0' }) == piece->len;
}

gboolean
number_format_is_span (const char *code)
{
  FormatPiece piece;

  while (next_piece (&code, &piece))
    if (is_span (&piece))
      return TRUE;
  return FALSE;
}

static void
append_unit (char unit, gsize width, gint64 seconds, gboolean is_all, GString *out)
{
  gint64 value = g_ascii_tolower (unit) == 'h' ? seconds / 3600 : g_ascii_tolower (unit) == 'm' ? seconds / 60 : seconds;

  if (!is_all)
    value %= g_ascii_tolower (unit) == 'h' ? 24 : 60;
  g_string_append_printf (out, "%0*" G_GINT64_FORMAT, (int) width, value);
}

gboolean
number_format_append_span (const char *code, double serial, GString *out)
{
  double seconds = round (fabs (serial) * DAY_SECONDS);
  FormatPiece piece;

  if (!(seconds <= SPAN_SECONDS_MAX))
    return FALSE;
  if (serial < 0 && seconds > 0)
    g_string_append_c (out, '-');
  while (next_piece (&code, &piece)) {
    if (is_span (&piece)) {
      append_unit (piece.text[0], piece.len, (gint64) seconds, TRUE, out);
    } else if (piece.kind == PIECE_OTHER && strchr ("hHmMsS", piece.text[0]) != NULL) {
      gsize width = strspn (piece.text, (char[]){ piece.text[0], '\0' });

      append_unit (piece.text[0], width, (gint64) seconds, FALSE, out);
      code = piece.text + width;
    } else if (piece.kind == PIECE_POINT || piece.kind == PIECE_PLACE) {
      continue; /* parts of a second */
    } else if (piece.kind != PIECE_BRACKET) {
      g_string_append_len (out, piece.text, (gssize) piece.len);
    }
  }
  return TRUE;
}
