/* html-text.c - the plain text of an HTML template, for readers without HTML. Holes and sections survive. */
#include "html-entity.h"
#include "html-scan.h"
#include "html-template.h"

#include <string.h>

#define INDENT 2     /* chosen: of a list in a list */
#define ENTITY_MAX 10
#define LIST_DEPTH 16 /* chosen: deeper lists are counted with the sixteenth */

typedef struct { /* a stretch of output: the text itself, a link's address, an image's alternative text */
  Template *ops;
  GString  *literal;
} Stretch;

typedef struct { /* a section that is open, and where its operation was put */
  guint    end;
  Stretch *stretch;
  guint    index;
} Section;

typedef struct {
  HtmlScan scan;
  Stretch  text, link, alt;
  char     entity[ENTITY_MAX + 1]; /* behind "&", while it is read */
  gboolean in_entity;
  guint    tail_breaks;            /* line breaks at the end of the text; 2 at the start */
  guint    want_breaks;
  gboolean want_space, is_after_space;
  guint    n_pre;
  char     marker[16 + INDENT * LIST_DEPTH]; /* "- " or "3. ", before the next word */
  guint    n_lists;
  struct { gboolean is_numbered; gint64 next; } lists[LIST_DEPTH];
  char     number[12];             /* of <ol start> or <li value>, while the tag is read */
  char     hidden[HTML_WORD_MAX];  /* the element of which nothing is shown; "" none */
  char     last;                   /* the octet before */
  guint    n_hidden;               /* open elements of its name */
  gboolean in_link;
  guint    link_ops;               /* where the link's words begin */
  Section  open[TEMPLATE_DEPTH_MAX];
  guint    depth;
} Text;

static const struct { const char *tag; guint breaks; } blocks[] = {
  { "p", 2 }, { "h1", 2 }, { "h2", 2 }, { "h3", 2 }, { "h4", 2 }, { "h5", 2 }, { "h6", 2 }, { "ul", 2 }, { "ol", 2 }, { "dl", 2 },
  { "blockquote", 2 }, { "pre", 2 }, { "table", 2 }, { "hr", 2 }, { "div", 1 }, { "tr", 1 }, { "li", 1 }, { "dt", 1 }, { "dd", 1 },
  { "section", 1 }, { "article", 1 }, { "header", 1 }, { "footer", 1 }, { "main", 1 }, { "nav", 1 }, { "aside", 1 }, { "address", 1 },
  { "figure", 1 }, { "figcaption", 1 }, { "form", 1 }, { "fieldset", 1 }, { "center", 1 }, { "caption", 1 }, { "body", 1 },
};

static void
stretch_init (Stretch *self)
{
  self->ops = template_new ("text");
  self->literal = g_string_new (NULL);
}

static void
stretch_clear (Stretch *self)
{
  template_free (self->ops);
  g_string_free (self->literal, TRUE);
}

static void
stretch_reset (Stretch *self)
{
  g_array_set_size (self->ops->ops, 0);
  g_string_truncate (self->literal, 0);
}

static void
stretch_flush (Stretch *self)
{
  if (self->literal->len > 0)
    template_add (self->ops, TEMPLATE_LITERAL, 0, g_memdup2 (self->literal->str, self->literal->len + 1), self->literal->len);
  g_string_truncate (self->literal, 0);
}

/* Returns: the index of the copy. */
static guint
stretch_copy (Stretch *self, const TemplateOp *op, Place place)
{
  TemplateOp copy = *op;

  stretch_flush (self);
  copy.place = place;
  copy.text = op->text != NULL ? g_memdup2 (op->text, op->len + 1) : NULL;
  g_array_append_val (self->ops->ops, copy);
  return self->ops->ops->len - 1;
}

static void
stretch_append (Stretch *self, Stretch *other)
{
  guint offset;

  stretch_flush (self);
  stretch_flush (other);
  offset = self->ops->ops->len;
  for (guint i = 0; i < other->ops->ops->len; i++) {
    const TemplateOp *op = template_get (other->ops, i);
    guint index = stretch_copy (self, op, op->place);

    template_get (self->ops, index)->end += op->kind >= TEMPLATE_SECTION ? offset : 0;
  }
}

static gboolean
stretch_is_empty (const Stretch *self)
{
  return self->literal->len == 0 && self->ops->ops->len == 0;
}

/* Line breaks and spaces are written late, so that none stand at the end of a line or of the text. */
static void
text_settle (Text *self)
{
  if (self->want_breaks > 0)
    for (; self->tail_breaks < self->want_breaks; self->tail_breaks++)
      g_string_append_c (self->text.literal, '\n');
  else if (self->want_space && self->tail_breaks == 0 && !self->is_after_space)
    g_string_append_c (self->text.literal, ' '), self->is_after_space = TRUE;
  if (self->want_breaks > 0)
    self->is_after_space = FALSE;
  self->want_breaks = 0;
  self->want_space = FALSE;
}

static void
begin_word (Text *self)
{
  text_settle (self);
  g_string_append (self->text.literal, self->marker);
  self->marker[0] = '\0';
  self->tail_breaks = 0;
  self->is_after_space = FALSE;
}

static void
text_block (Text *self, guint breaks)
{
  if (breaks == 0)
    return;
  self->want_breaks = MAX (self->want_breaks, breaks);
  self->want_space = FALSE;
}

static void
line_break (Text *self)
{
  self->want_space = FALSE;
  text_settle (self);
  g_string_append_c (self->text.literal, '\n');
  self->tail_breaks++;
  self->is_after_space = FALSE;
}

/* A character of the text, entities decoded. */
static void
put_character (Text *self, gunichar c)
{
  if (c == 0xad || c == 0x200b || c == 0x34f || c == 0xfeff) /* fillers that show nothing */
    return;
  if (c == '\n' && self->n_pre > 0)
    line_break (self);
  else if (self->n_pre == 0 && c < 0x80 && g_ascii_isspace ((char) c))
    self->want_space = TRUE;
  else {
    begin_word (self);
    g_string_append_unichar (self->text.literal, c == 0xa0 ? ' ' : c);
  }
}

/* Of some elements nothing is meant for who reads, and what Outlook alone reads is a comment for all others. */
static gboolean
is_hidden (const Text *self)
{
  return self->n_hidden > 0 || self->scan.is_conditional;
}

/* The stretch that the attribute being read belongs to; NULL: nobody wants it. */
static Stretch *
value_stretch (Text *self)
{
  if (strcmp (self->scan.tag, "a") == 0 && strcmp (self->scan.attribute, "href") == 0)
    return &self->link;
  if (strcmp (self->scan.tag, "img") == 0 && strcmp (self->scan.attribute, "alt") == 0)
    return &self->alt;
  return NULL;
}

/* A browser drops line breaks and tabs in an address, and blanks around it (WHATWG URL, "basic URL parser"); words are on one line. */
static void
put_in_value (Stretch *value, gboolean is_address, gunichar c)
{
  GString *text = value->literal;
  gboolean is_space = (c < 0x80 && g_ascii_isspace ((char) c)) || c == 0xa0;

  if (!is_space)
    g_string_append_unichar (text, c);
  else if (stretch_is_empty (value) || (is_address && c != ' '))
    return;
  else if (is_address)
    g_string_append (text, "%20");
  else if (text->len == 0 || text->str[text->len - 1] != ' ')
    g_string_append_c (text, ' ');
}

static void
put_decoded (Text *self, gunichar c)
{
  Stretch *value = html_scan_is_value (&self->scan) ? value_stretch (self) : NULL;

  if (!html_scan_is_value (&self->scan))
    put_character (self, c);
  else if (value != NULL)
    put_in_value (value, value == &self->link, c);
}

static void
end_entity (Text *self)
{
  if (!self->in_entity)
    return;
  self->in_entity = FALSE;
  put_decoded (self, '&');
  for (const char *p = self->entity; *p != '\0'; p++)
    put_decoded (self, (guchar) *p);
}

/* An octet of text or of a value. UTF-8 octets beyond ASCII go through as they are. */
static void
put_octet (Text *self, char c)
{
  gsize len = strlen (self->entity);
  gunichar found;

  if (self->in_entity && c == ';' && (found = html_entity_lookup (self->entity)) != 0) {
    self->in_entity = FALSE;
    put_decoded (self, found);
    return;
  }
  if (self->in_entity && (g_ascii_isalnum (c) || c == '#') && len < ENTITY_MAX) {
    self->entity[len] = c, self->entity[len + 1] = '\0';
    return;
  }
  end_entity (self);
  if (c == '&') {
    self->in_entity = TRUE;
    self->entity[0] = '\0';
  } else if ((guchar) c < 0x80)
    put_decoded (self, (guchar) c);
  else if (html_scan_is_value (&self->scan) && value_stretch (self) != NULL)
    g_string_append_c (value_stretch (self)->literal, c);
  else if (!html_scan_is_value (&self->scan)) {
    begin_word (self);
    g_string_append_c (self->text.literal, c);
  }
}

/* The number that <ol start> or <li value> gives; `without` where there is none, or no number. */
static gint64
read_number (const Text *self, gint64 without)
{
  gint64 number;

  return g_ascii_string_to_signed (self->number, 10, -999999999, 999999999, &number, NULL) ? number : without;
}

static void
start_item (Text *self)
{
  guint depth = MIN (self->n_lists, LIST_DEPTH);
  int indent = depth > 1 ? (int) (depth - 1) * INDENT : 0;

  if (depth == 0 || !self->lists[depth - 1].is_numbered) {
    g_snprintf (self->marker, sizeof self->marker, "%*s- ", indent, "");
    return;
  }
  self->lists[depth - 1].next = read_number (self, self->lists[depth - 1].next);
  g_snprintf (self->marker, sizeof self->marker, "%*s%" G_GINT64_FORMAT ". ", indent, "", self->lists[depth - 1].next++);
}

/* An address as it is compared with the words for it: no scheme, no slash at the end. Returns: (transfer full). */
static char *
bare_address (const char *text)
{
  static const char *const skipped[] = { "mailto:", "tel:", "sms:", "https://", "http://" };
  char *bare = g_strstrip (g_strdup (text));
  gsize len = strlen (bare);

  for (gsize i = 0; i < G_N_ELEMENTS (skipped); i++)
    if (g_ascii_strncasecmp (bare, skipped[i], strlen (skipped[i])) == 0) {
      memmove (bare, bare + strlen (skipped[i]), len + 1 - strlen (skipped[i]));
      break;
    }
  len = strlen (bare);
  if (len > 0 && bare[len - 1] == '/')
    bare[len - 1] = '\0';
  return bare;
}

static gboolean
is_same_literal (const char *words, const char *address)
{
  g_autofree char *a = bare_address (words), *b = bare_address (address);

  return strcmp (a, b) == 0;
}

static gboolean
is_same_op (const TemplateOp *words, const TemplateOp *address)
{
  if (words->kind != address->kind)
    return FALSE;
  if (words->kind == TEMPLATE_LITERAL)
    return is_same_literal (words->text, address->text);
  return words->name == address->name && g_strcmp0 (words->text, address->text) == 0;
}

/* The words of a link are often its address: then once is enough. Both may hold values. */
static gboolean
says_itself (const Text *self)
{
  const GString *words = self->text.literal, *address = self->link.literal;
  guint n = self->link.ops->ops->len;

  if (self->text.ops->ops->len != self->link_ops + n)
    return FALSE;
  for (guint i = 0; i < n; i++)
    if (!is_same_op (template_get (self->text.ops, self->link_ops + i), template_get (self->link.ops, i)))
      return FALSE;
  return is_same_literal (words->str, address->str) || (n == 0 && strchr (address->str, ':') != NULL && strstr (words->str, address->str) != NULL);
}

static gboolean
leads_nowhere (const Text *self)
{
  return stretch_is_empty (&self->link) || (self->link.ops->ops->len == 0 && self->link.literal->str[0] == '#');
}

static void
end_link (Text *self)
{
  self->in_link = FALSE;
  while (g_str_has_suffix (self->link.literal->str, "%20"))
    g_string_truncate (self->link.literal, self->link.literal->len - 3);
  if (leads_nowhere (self) || says_itself (self))
    return;
  if (self->text.ops->ops->len != self->link_ops || self->text.literal->len > 0)
    self->want_space = TRUE;
  begin_word (self);
  g_string_append_c (self->text.literal, '<');
  stretch_append (&self->text, &self->link);
  g_string_append_c (self->text.literal, '>');
}

/* The words begin with an operation of their own, so that they can be compared with the address. */
static void
start_link (Text *self)
{
  if (leads_nowhere (self))
    return;
  if (self->want_breaks > 0 || self->marker[0] != '\0') {
    gboolean has_marker = self->marker[0] != '\0';

    text_settle (self);
    g_string_append (self->text.literal, self->marker);
    self->marker[0] = '\0';
    self->tail_breaks = has_marker ? 0 : self->tail_breaks;
    self->is_after_space = has_marker;
  }
  stretch_flush (&self->text);
  self->in_link = TRUE;
  self->link_ops = self->text.ops->ops->len;
}

static void
put_image (Text *self)
{
  if (stretch_is_empty (&self->alt))
    return;
  begin_word (self);
  stretch_append (&self->text, &self->alt);
}

static void
start_or_end_list (Text *self, gboolean is_end, gboolean is_numbered)
{
  if (is_end)
    self->n_lists -= self->n_lists > 0;
  else {
    if (self->n_lists < LIST_DEPTH) {
      self->lists[self->n_lists].is_numbered = is_numbered;
      self->lists[self->n_lists].next = read_number (self, 1);
    }
    self->n_lists++;
  }
}

/* A list in a list needs no blank lines. */
static guint
block_breaks (const Text *self, const char *tag)
{
  for (gsize i = 0; i < G_N_ELEMENTS (blocks); i++)
    if (strcmp (blocks[i].tag, tag) == 0)
      return self->n_lists > 0 && (tag[0] == 'u' || tag[0] == 'o') ? 1 : blocks[i].breaks;
  return 0;
}

/* <template>, <noscript>, <svg> and their like. Returns: TRUE when this tag is one of theirs, or stands in one. */
static gboolean
take_hidden (Text *self, gboolean is_empty)
{
  static const char *const hidden[] = { "template", "noscript", "svg", "datalist", NULL };
  const char *tag = self->scan.tag;

  if (self->n_hidden > 0 && strcmp (tag, self->hidden) == 0)
    self->n_hidden += self->scan.is_end_tag ? -1u : !is_empty;
  else if (self->n_hidden == 0 && !self->scan.is_end_tag && !is_empty && g_strv_contains (hidden, tag)) {
    self->n_hidden = 1;
    g_strlcpy (self->hidden, tag, sizeof self->hidden);
  } else
    return is_hidden (self);
  return TRUE;
}

static void
take_tag (Text *self)
{
  const char *tag = self->scan.tag;
  gboolean is_end = self->scan.is_end_tag, is_list = strcmp (tag, "ul") == 0 || strcmp (tag, "ol") == 0;

  if (is_list && is_end)
    start_or_end_list (self, TRUE, FALSE);
  text_block (self, block_breaks (self, tag));
  if (strcmp (tag, "br") == 0)
    line_break (self);
  else if (strcmp (tag, "li") == 0 && !is_end)
    start_item (self);
  else if (is_list && !is_end)
    start_or_end_list (self, FALSE, tag[0] == 'o');
  else if (strcmp (tag, "pre") == 0)
    self->n_pre = is_end ? self->n_pre - (self->n_pre > 0) : self->n_pre + 1;
  else if (strcmp (tag, "td") == 0 || strcmp (tag, "th") == 0)
    self->want_space = TRUE;
  else if (strcmp (tag, "hr") == 0) {
    begin_word (self);
    g_string_append (self->text.literal, "----");
    text_block (self, 2);
  } else if (strcmp (tag, "img") == 0)
    put_image (self);
  else if (strcmp (tag, "a") == 0 && is_end && self->in_link)
    end_link (self);
  else if (strcmp (tag, "a") == 0 && !is_end)
    start_link (self);
}

/* A digit of <ol start> or <li value>. */
static void
take_number (Text *self, char c)
{
  gsize len = strlen (self->number);

  if (html_scan_is_value (&self->scan) && (g_ascii_isdigit (c) || c == '-') && len + 1 < sizeof self->number &&
      ((strcmp (self->scan.tag, "ol") == 0 && strcmp (self->scan.attribute, "start") == 0) ||
       (strcmp (self->scan.tag, "li") == 0 && strcmp (self->scan.attribute, "value") == 0)))
    self->number[len] = c, self->number[len + 1] = '\0';
}

static void
take_octet (Text *self, char c)
{
  HtmlState before = self->scan.state;
  gboolean was_value = html_scan_is_value (&self->scan);

  if (before == HTML_TEXT && c == '<' && !is_hidden (self))
    end_entity (self);
  if (was_value && self->in_entity && (c == '"' || c == '\'' || c == '>'))
    end_entity (self);
  html_scan_step (&self->scan, c);
  take_number (self, c);
  if (before == HTML_TEXT && self->scan.state == HTML_TEXT && !is_hidden (self))
    put_octet (self, c);
  else if (before == HTML_TAG_OPEN && self->scan.state == HTML_TEXT && c != '>' && !is_hidden (self)) {
    put_octet (self, '<'); /* "a < b" */
    put_octet (self, c);
  } else if (was_value && html_scan_is_value (&self->scan))
    put_octet (self, c);
  else if (!was_value && html_scan_is_value (&self->scan)) {
    if (value_stretch (self) != NULL)
      stretch_reset (value_stretch (self));
    if (self->scan.state == HTML_VALUE_BARE)
      put_octet (self, c);
  }
  if (before == HTML_TAG_OPEN && self->scan.state == HTML_TAG_NAME) {
    stretch_reset (&self->alt);
    self->number[0] = '\0';
    if (g_ascii_tolower (c) == 'a' && !self->scan.is_end_tag && !self->in_link)
      stretch_reset (&self->link);
  }
  if (((before >= HTML_TAG_NAME && before <= HTML_VALUE_BARE && (self->scan.state == HTML_TEXT || self->scan.state == HTML_RAW)) ||
       (before == HTML_RAW && self->scan.state == HTML_TEXT)) &&
      !take_hidden (self, self->last == '/'))
    take_tag (self);
  self->last = c;
}

static void
take_hole (Text *self, const TemplateOp *op)
{
  HtmlState before = self->scan.state;
  Place place;
  Stretch *value;

  end_entity (self);
  html_scan_hole (&self->scan, &place);
  if (is_hidden (self))
    return;
  if (before == HTML_TEXT) {
    begin_word (self);
    stretch_copy (&self->text, op, PLACE_PLAIN);
  } else if (html_scan_is_value (&self->scan) && (value = value_stretch (self)) != NULL) {
    if (before == HTML_BEFORE_VALUE)
      stretch_reset (value);
    stretch_copy (value, op, op->place == PLACE_LINK_HTML ? PLACE_LINK : op->place >= PLACE_URL_PATH ? op->place : PLACE_HEADER); /* words of a picture: on one line */
  }
}

static void
take_section (Text *self, const TemplateOp *op)
{
  Section *section = &self->open[self->depth++];
  Stretch *value = html_scan_is_value (&self->scan) ? value_stretch (self) : NULL;

  end_entity (self);
  if (self->scan.state == HTML_TEXT)
    text_settle (self); /* words before it must not depend on the section */
  section->end = op->end;
  section->stretch = value != NULL ? value : &self->text;
  section->index = stretch_copy (section->stretch, op, op->place);
  template_get (section->stretch->ops, section->index)->end = section->index + 1; /* until it is closed */
}

static void
close_sections (Text *self, guint index)
{
  while (self->depth > 0 && self->open[self->depth - 1].end == index) {
    Section *section = &self->open[--self->depth];

    end_entity (self);
    if (self->scan.state == HTML_TEXT)
      text_settle (self);
    stretch_flush (section->stretch);
    if (section->index < section->stretch->ops->ops->len)
      template_get (section->stretch->ops, section->index)->end = section->stretch->ops->ops->len;
  }
}

Template *
html_template_to_text (const Template *self)
{
  g_autofree Text *text = g_new0 (Text, 1);

  stretch_init (&text->text);
  stretch_init (&text->link);
  stretch_init (&text->alt);
  text->tail_breaks = 2;
  for (guint i = 0; i < self->ops->len; i++) {
    const TemplateOp *op = template_get (self, i);

    close_sections (text, i);
    if (op->kind == TEMPLATE_HOLE)
      take_hole (text, op);
    else if (op->kind >= TEMPLATE_SECTION)
      take_section (text, op);
    for (gsize j = 0; op->kind == TEMPLATE_LITERAL && j < op->len; j++)
      take_octet (text, op->text[j]);
  }
  close_sections (text, self->ops->len);
  end_entity (text);
  stretch_flush (&text->text);
  for (guint i = 0; i < self->names->len; i++)
    g_ptr_array_add (text->text.ops->names, g_strdup (g_ptr_array_index (self->names, i)));
  stretch_clear (&text->link);
  stretch_clear (&text->alt);
  g_string_free (text->text.literal, TRUE);
  return text->text.ops;
}
