#include "text-list.h"

#include <string.h>

static Slice
trim (Slice slice)
{
  while (slice.len > 0 && g_ascii_isspace (slice.data[0]))
    slice.data++, slice.len--;
  while (slice.len > 0 && g_ascii_isspace (slice.data[slice.len - 1]))
    slice.len--;
  return slice;
}

static Slice
unquote (Slice slice)
{
  slice = trim (slice);
  if (slice.len >= 2 && (slice.data[0] == '"' || slice.data[0] == '\'') && slice.data[slice.len - 1] == slice.data[0])
    return trim ((Slice){ slice.data + 1, slice.len - 2 });
  return slice;
}

static Slice
between (const char *from, const char *to)
{
  return trim ((Slice){ from, to > from ? (gsize) (to - from) : 0 });
}

static const char *
find_last (Slice slice, char c)
{
  for (gsize i = slice.len; i > 0; i--)
    if (slice.data[i - 1] == c)
      return slice.data + i - 1;
  return NULL;
}

static gboolean
drop_prefix (Slice *slice, const char *prefix)
{
  gsize len = strlen (prefix);

  if (slice->len < len || g_ascii_strncasecmp (slice->data, prefix, len) != 0)
    return FALSE;
  *slice = trim ((Slice){ slice->data + len, slice->len - len });
  return TRUE;
}

gboolean
text_is_phone_like (const char *text, gsize len)
{
  gsize digits = 0;
  gboolean has_plus = FALSE;

  for (gsize i = 0; i < len; i++) {
    if (g_ascii_isdigit (text[i]))
      digits++;
    else if (text[i] == '+' && digits == 0 && !has_plus)
      has_plus = TRUE;
    else if (text[i] == '\0' || strchr (" ()-./\t", text[i]) == NULL)
      return FALSE;
  }
  return digits >= 5 && digits <= 20;
}

/* Where the next separator outside quotes (and, for a comma, outside what a ; closes) stands. */
static const char *
find_separator (const char *at, const char *end, char separator)
{
  gboolean is_quoted = FALSE, is_angle = FALSE;

  if (memchr (at, '"', (gsize) (end - at)) == NULL && memchr (at, '<', (gsize) (end - at)) == NULL) {
    const char *found = memchr (at, separator, (gsize) (end - at));

    return found != NULL ? found : end;
  }
  for (const char *p = at; p < end; p++) {
    if (*p == '"')
      is_quoted = !is_quoted;
    else if (!is_quoted && (*p == '<' || *p == '>'))
      is_angle = *p == '<';
    else if (!is_quoted && !is_angle && *p == separator)
      return p;
  }
  return end;
}

void
text_line_open (TextLine *self, const char *line, gsize len)
{
  self->at = line;
  self->end = line + len;
  self->has_semicolon = find_separator (line, self->end, ';') != self->end;
}

static gboolean
classify (Slice value, TextItemKind *out_kind)
{
  if (memchr (value.data, '@', value.len) != NULL && memchr (value.data, ' ', value.len) == NULL) {
    *out_kind = TEXT_ITEM_EMAIL;
    return TRUE;
  }
  *out_kind = TEXT_ITEM_PHONE;
  return text_is_phone_like (value.data, value.len);
}

static gboolean
take (Slice name, Slice value, TextItem *out_item)
{
  value = trim (value);
  if (!drop_prefix (&value, "mailto:") && !drop_prefix (&value, "tel:"))
    drop_prefix (&value, "whatsapp:");
  if (value.len == 0 || !classify (value, &out_item->kind))
    return FALSE;
  out_item->name = unquote (name);
  out_item->value = value;
  return TRUE;
}

/* "Ann <…>" */
static gboolean
take_angle (Slice item, TextItem *out_item)
{
  const char *open = item.data[item.len - 1] == '>' ? find_last (item, '<') : NULL;

  return open != NULL && take (between (item.data, open), between (open + 1, item.data + item.len - 1), out_item);
}

/* "Ann: +44…", "ann@example.org - Ann" and the other way round */
static gboolean
take_pair (Slice item, TextItem *out_item)
{
  static const char *const marks[] = { ": ", " - ", " \xe2\x80\x93 ", ":", "\t" };

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++) {
    gsize len = strlen (marks[i]);
    const char *mark = memmem (item.data, item.len, marks[i], len), *end = item.data + item.len;

    if (mark != NULL && (take (between (item.data, mark), between (mark + len, end), out_item) ||
                         take (between (mark + len, end), between (item.data, mark), out_item)))
      return TRUE;
  }
  return FALSE;
}

/* "Ann Lee ann@example.org", "Ann +44 20…" */
static gboolean
take_tail (Slice item, TextItem *out_item)
{
  const char *end = item.data + item.len, *plus = memmem (item.data, item.len, " +", 2);
  const char *space = find_last (item, ' ');

  if (plus != NULL && take (between (item.data, plus), between (plus, end), out_item))
    return TRUE;
  return space != NULL && take (between (item.data, space), between (space, end), out_item) && out_item->kind == TEXT_ITEM_EMAIL;
}

static void
read_item (Slice item, TextItem *out_item)
{
  static const Slice empty = { "", 0 };

  if (take_angle (item, out_item) || take (empty, unquote (item), out_item) || take_pair (item, out_item) ||
      take_tail (item, out_item))
    return;
  *out_item = (TextItem){ TEXT_ITEM_OTHER, item, empty };
}

gboolean
text_line_next (TextLine *self, TextItem *out_item)
{
  while (self->at < self->end) {
    const char *semicolon = self->has_semicolon ? find_separator (self->at, self->end, ';') : self->end;
    const char *stop = semicolon;
    Slice item;

    if (!self->has_semicolon || memchr (self->at, '<', (gsize) (semicolon - self->at)) == NULL)
      stop = find_separator (self->at, semicolon, ',');
    item = between (self->at, stop);
    self->at = stop < self->end ? stop + 1 : self->end;
    if (item.len > 0) {
      read_item (item, out_item);
      return TRUE;
    }
  }
  return FALSE;
}
