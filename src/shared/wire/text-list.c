#include "text-list.h"

#include <string.h>

#define MARKED_MAX 1024 /* octets; chosen: a name in quotation marks or a comment is shorter, and a hostile line is not searched over and over */

static Slice
text_list_trim (Slice slice)
{
  while (slice.len > 0 && g_ascii_isspace (slice.data[0]))
    slice.data++, slice.len--;
  while (slice.len > 0 && g_ascii_isspace (slice.data[slice.len - 1]))
    slice.len--;
  return slice;
}

static Slice
text_list_unquote (Slice slice)
{
  slice = text_list_trim (slice);
  if (slice.len >= 2 && (slice.data[0] == '"' || slice.data[0] == '\'') && slice.data[slice.len - 1] == slice.data[0])
    return text_list_trim ((Slice){ slice.data + 1, slice.len - 2 });
  return slice;
}

static Slice
text_list_between (const char *from, const char *to)
{
  return text_list_trim ((Slice){ from, to > from ? (gsize) (to - from) : 0 });
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
  *slice = text_list_trim ((Slice){ slice->data + len, slice->len - len });
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

/* --- where one person ends --- */

typedef enum { APART_NOT, APART_AFTER, APART_BEFORE, APART_UNKNOWN } TextApart; /* a new person begins after, or before, each address */

static const char *
find_closing (const char *open, const char *end)
{
  char mark = *open == '<' ? '>' : *open == '(' ? ')' : '"';

  end = MIN (end, open + MARKED_MAX);
  for (const char *p = open + 1; p < end; p++)
    if (*p == mark)
      return p;
    else if (*p == '\\')
      p++;
  return NULL;
}

/* The next separator outside "…", <…> and (…). A mark that is never closed is a character like others; it is looked for once. */
static const char *
find_separator (const char *at, const char *end, char separator)
{
  const char *opening = "\"<(";
  gboolean is_open[3] = { FALSE };

  for (const char *p = at; p < end; p++) {
    const char *mark = *p != '\0' ? strchr (opening, *p) : NULL, *close;

    if (*p == separator)
      return p;
    if (mark == NULL || is_open[mark - opening])
      continue;
    close = find_closing (p, end);
    is_open[mark - opening] = close == NULL;
    p = close != NULL ? close : p;
  }
  return end;
}

static gboolean
is_address (Slice token)
{
  const char *at = memchr (token.data, '@', token.len);

  return at != NULL && at > token.data && at + 1 < token.data + token.len;
}

static gboolean
next_token (Slice *rest, Slice *out_token)
{
  gsize n = 0;

  *rest = text_list_trim (*rest);
  while (n < rest->len && !g_ascii_isspace (rest->data[n]))
    n++;
  *out_token = (Slice){ rest->data, n };
  rest->data += n, rest->len -= n;
  return n > 0;
}

static gboolean
has_address (Slice text)
{
  Slice token;

  while (next_token (&text, &token))
    if (is_address (token))
      return TRUE;
  return FALSE;
}

static gboolean
is_words (Slice text)
{
  for (gsize i = 0; i < text.len; i++)
    if (text.data[i] == '@' || g_ascii_isdigit (text.data[i]))
      return FALSE;
  return text_list_trim (text).len > 0;
}

/* "Lee, Ann <ann@example.org>": words before a comma that end in a mailbox belong to its name. */
static const char *
find_segment (const char *at, const char *part)
{
  const char *stop = find_separator (at, part, ','), *far = stop;

  for (guint n = 0; n < 2 && far < part && is_words (text_list_between (at, far)); n++) {
    const char *next = find_separator (far + 1, part, ',');

    if (memchr (far + 1, '<', (gsize) (next - far - 1)) != NULL && memchr (far + 1, '@', (gsize) (next - far - 1)) != NULL)
      return next;
    if (!is_words (text_list_between (far + 1, next)))
      break;
    far = next;
  }
  return stop;
}

/* "a@x b@x", "Ann a@x Bob b@x", "a@x Ann b@x Bob"; not "a@x Ann b@x": whose name is it? */
static TextApart
find_apart (Slice segment)
{
  gboolean is_first = FALSE, is_last = FALSE;
  guint n_tokens = 0, n_addresses = 0;
  Slice token;

  if (memchr (segment.data, '<', segment.len) != NULL)
    return APART_NOT;
  while (next_token (&segment, &token)) {
    is_last = is_address (token);
    is_first = n_tokens == 0 ? is_last : is_first;
    n_addresses += is_last;
    n_tokens++;
  }
  if (n_addresses < 2)
    return APART_NOT;
  return n_addresses == n_tokens || !is_first ? is_last ? APART_AFTER : APART_UNKNOWN : is_last ? APART_UNKNOWN : APART_BEFORE;
}

/* "Ann <a@x> Bob <b@x>", "a@x Bob <b@x>" */
static const char *
find_mailbox_end (const char *at, const char *end)
{
  const char *open = memchr (at, '<', (gsize) (end - at)), *close = open != NULL ? find_closing (open, end) : NULL;
  Slice head, token;

  if (close == NULL)
    return end;
  head = text_list_between (at, open);
  if (next_token (&head, &token) && is_address (token) && text_list_trim (head).len > 0)
    return token.data + token.len;
  return memchr (close, '@', (gsize) (end - close)) != NULL ? close + 1 : end;
}

static const char *
find_item (const TextLine *self)
{
  Slice rest = text_list_between (self->at, self->segment), token;
  guint n = 0;

  if (self->apart == APART_NOT)
    return find_mailbox_end (self->at, self->segment);
  while (self->apart != APART_UNKNOWN && next_token (&rest, &token)) {
    if (is_address (token) && self->apart == APART_AFTER)
      return token.data + token.len;
    if (is_address (token) && n > 0)
      return token.data;
    n++;
  }
  return self->segment;
}

/* "To: ", "Cc: " of a copied letter's head, "Team: a@x, b@x;" (RFC 5322's group) */
static void
drop_label (TextLine *self)
{
  static const char *const labels[] = { "to:", "cc:", "bcc:", "from:", "reply-to:", "an:", "von:", "kopie:", "para:", "de:", "\xc3\xa0:" };
  Slice line = text_list_between (self->at, self->end);
  const char *at = memchr (line.data, '@', line.len), *colon = memchr (line.data, ':', line.len);

  for (gsize i = 0; i < G_N_ELEMENTS (labels) && at != NULL; i++)
    if (drop_prefix (&line, labels[i])) {
      self->at = line.data;
      return;
    }
  if (at == NULL || colon == NULL || colon > at || line.data[line.len - 1] != ';' || !is_words (text_list_between (line.data, colon)) ||
      find_separator (colon, self->end, ';') != line.data + line.len - 1)
    return;
  if (memchr (at + 1, '@', (gsize) (line.data + line.len - at - 1)) != NULL)
    self->at = colon + 1;
}

void
text_line_open (TextLine *self, const char *line, gsize len)
{
  *self = (TextLine){ line, line + len, line, line, APART_NOT };
  if (len > 0)
    drop_label (self);
  self->part = self->segment = NULL;
}

/* --- one person --- */

static gboolean
text_list_classify (Slice value, TextItemKind *out_kind)
{
  if (memchr (value.data, '@', value.len) != NULL && memchr (value.data, ' ', value.len) == NULL && memchr (value.data, '\t', value.len) == NULL) {
    *out_kind = TEXT_ITEM_EMAIL;
    return TRUE;
  }
  *out_kind = TEXT_ITEM_PHONE;
  return text_is_phone_like (value.data, value.len);
}

/* An address in the name's place: one's own is no name, another makes it no item. */
static gboolean
take_name (Slice name, Slice value, TextItem *out_item)
{
  name = text_list_unquote (name);
  if (has_address (name)) {
    if (name.len != value.len || g_ascii_strncasecmp (name.data, value.data, name.len) != 0)
      return FALSE;
    name.len = 0;
  }
  out_item->name = name;
  return TRUE;
}

static gboolean
text_list_take (Slice name, Slice value, TextItem *out_item)
{
  const char *question;

  value = text_list_trim (value);
  if (drop_prefix (&value, "mailto:")) {
    question = memchr (value.data, '?', value.len);
    value.len = question != NULL ? (gsize) (question - value.data) : value.len;
  } else if (!drop_prefix (&value, "tel:")) {
    drop_prefix (&value, "whatsapp:");
  }
  if (value.len == 0 || !text_list_classify (value, &out_item->kind) || !take_name (name, value, out_item))
    return FALSE;
  out_item->value = value;
  return TRUE;
}

/* "Ann <…>" */
static gboolean
take_angle (Slice item, TextItem *out_item)
{
  const char *open = item.data[item.len - 1] == '>' ? find_last (item, '<') : NULL;

  return open != NULL && text_list_take (text_list_between (item.data, open), text_list_between (open + 1, item.data + item.len - 1), out_item);
}

/* Where the comment begins that ends `item`. */
static const char *
find_comment (Slice item)
{
  guint depth = 0;

  for (gsize i = item.len; i > 0; i--)
    if (item.data[i - 1] == ')')
      depth++;
    else if (item.data[i - 1] == '(' && --depth == 0)
      return item.data + i - 1;
  return NULL;
}

/* "ann@example.org (Ann)", "Ann <ann@example.org> (work)", "(Ann) ann@example.org" */
static gboolean
take_comment (Slice item, TextItem *out_item)
{
  const char *end = item.data + item.len, *open = end[-1] == ')' ? find_comment (item) : NULL;
  const char *close = item.data[0] == '(' ? find_closing (item.data, end) : NULL;
  Slice before;

  if (open != NULL && open > item.data) {
    before = text_list_between (item.data, open);
    return before.len > 0 && (take_angle (before, out_item) || text_list_take (text_list_between (open + 1, end - 1), before, out_item));
  }
  return close != NULL && text_list_take (text_list_between (item.data + 1, close), text_list_between (close + 1, end), out_item) && out_item->kind == TEXT_ITEM_EMAIL;
}

/* "Ann: +44…", "ann@example.org - Ann" and the other way round */
static gboolean
take_pair (Slice item, TextItem *out_item)
{
  static const char *const marks[] = { ": ", " - ", " \xe2\x80\x93 ", ":", "\t" };

  for (gsize i = 0; i < G_N_ELEMENTS (marks); i++) {
    gsize len = strlen (marks[i]);
    const char *mark = memmem (item.data, item.len, marks[i], len), *end = item.data + item.len;

    if (mark != NULL && (text_list_take (text_list_between (item.data, mark), text_list_between (mark + len, end), out_item) ||
                         text_list_take (text_list_between (mark + len, end), text_list_between (item.data, mark), out_item)))
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

  if (plus != NULL && text_list_take (text_list_between (item.data, plus), text_list_between (plus, end), out_item))
    return TRUE;
  return space != NULL && text_list_take (text_list_between (item.data, space), text_list_between (space, end), out_item) && out_item->kind == TEXT_ITEM_EMAIL;
}

/* "ann@example.org Ann Lee" */
static gboolean
take_head (Slice item, TextItem *out_item)
{
  Slice rest = item, token;

  return next_token (&rest, &token) && is_address (token) && is_words (rest) && text_list_take (rest, token, out_item);
}

static void
read_item (Slice item, TextItem *out_item)
{
  static const Slice empty = { "", 0 };

  if (take_angle (item, out_item) || text_list_take (empty, text_list_unquote (item), out_item) || take_comment (item, out_item) || take_pair (item, out_item) ||
      take_tail (item, out_item) || take_head (item, out_item))
    return;
  *out_item = (TextItem){ TEXT_ITEM_OTHER, item, empty };
}

/* Over the separator that the last segment ended at. Returns: FALSE at the end. */
static gboolean
open_next (TextLine *self)
{
  gboolean is_part_over = self->part == NULL || self->at == self->part;

  if (self->part != NULL && self->at < self->end)
    self->at++;
  if (self->at >= self->end) {
    self->part = self->segment = self->at; /* asked again, it says the same */
    return FALSE;
  }
  if (is_part_over)
    self->part = find_separator (self->at, self->end, ';');
  self->segment = find_segment (self->at, self->part);
  self->apart = (int) find_apart (text_list_between (self->at, self->segment));
  return TRUE;
}

gboolean
text_line_next (TextLine *self, TextItem *out_item)
{
  for (;;) {
    const char *stop;
    Slice item;

    if ((self->segment == NULL || self->at == self->segment) && !open_next (self))
      return FALSE;
    stop = find_item (self);
    item = text_list_between (self->at, stop);
    self->at = stop;
    if (item.len > 0) {
      read_item (item, out_item);
      return TRUE;
    }
  }
}
