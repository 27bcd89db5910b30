#include "html-scan.h"

#include <string.h>

static gboolean
is_among (const char *word, const char *const *words)
{
  for (; *words != NULL; words++)
    if (strcmp (word, *words) == 0)
      return TRUE;
  return FALSE;
}

static const char *const raw_tags[] = { "script", "style", "xmp", "iframe", "noembed", "noframes", "plaintext", "title", "textarea", NULL };
static const char *const escapable_raw_tags[] = { "title", "textarea", NULL };
static const char *const url_attributes[] = { "href", "src", "action", "formaction", "background", "cite", "poster", "data", "longdesc",
                                              "xlink:href", "icon", "manifest", "codebase", "classid", "usemap", "profile", "dynsrc",
                                              "lowsrc", "archive", NULL };
static const char *const closed_attributes[] = { "style", "srcdoc", "srcset", "imagesrcset", "ping", "http-equiv", "content", NULL };
static const char *const closed_schemes[] = { "javascript", "vbscript", "data", NULL };

static gboolean
is_blank (char c)
{
  return c == ' ' || c == '\t' || c == '\n' || c == '\f' || c == '\r';
}

static void
html_scan_add (char *word, char c)
{
  gsize len = strlen (word);

  if (len + 1 < HTML_WORD_MAX)
    word[len] = g_ascii_tolower (c), word[len + 1] = '\0';
}

gboolean
html_scan_is_value (const HtmlScan *self)
{
  return self->state == HTML_VALUE_DOUBLE || self->state == HTML_VALUE_SINGLE || self->state == HTML_VALUE_BARE;
}

static void
end_tag (HtmlScan *self)
{
  self->state = HTML_TEXT;
  if (!self->is_end_tag && is_among (self->tag, raw_tags)) {
    self->state = HTML_RAW;
    self->n_matched = 0;
    memcpy (self->raw, self->tag, sizeof self->raw);
  }
}

static void
start_value (HtmlScan *self, HtmlState state)
{
  self->state = state;
  self->url = HTML_URL_START;
  self->has_scheme = self->has_hole = self->is_code = FALSE;
  self->scheme[0] = self->link[0] = '\0';
}

/* TRUE when this word, with any value in front of it, may become a scheme that runs code. */
static gboolean
can_become_closed (const char *word)
{
  for (const char *const *scheme = closed_schemes; *scheme != NULL; scheme++)
    if (g_str_has_suffix (*scheme, word))
      return TRUE;
  return FALSE;
}

static void
keep_link (HtmlScan *self, char c)
{
  gsize len = strlen (self->link);

  if (len + 1 < HTML_LINK_MAX && !self->has_hole && (guchar) c > ' ')
    self->link[len] = g_ascii_tolower (c), self->link[len + 1] = '\0';
}

static const char *
step_url (HtmlScan *self, char c)
{
  keep_link (self, c);
  if (c == '?' || c == '#')
    self->url = HTML_URL_QUERY, self->has_scheme = TRUE;
  if (self->has_scheme || (guchar) c <= ' ') /* white space before and inside a scheme is nothing to a browser */
    return NULL;
  if (self->url == HTML_URL_START)
    self->url = HTML_URL_PATH;
  if (c == ':' && self->has_hole && can_become_closed (self->scheme))
    return "a value cannot choose the scheme of a link";
  if (c == ':')
    self->is_code = is_among (self->scheme, closed_schemes);
  if (c == ':' || c == '/')
    self->has_scheme = TRUE;
  else
    html_scan_add (self->scheme, c);
  return NULL;
}

static const char *
step_value (HtmlScan *self, char c)
{
  if ((self->state == HTML_VALUE_DOUBLE && c == '"') || (self->state == HTML_VALUE_SINGLE && c == '\'') ||
      (self->state == HTML_VALUE_BARE && is_blank (c)))
    self->state = HTML_IN_TAG;
  else if (self->state == HTML_VALUE_BARE && c == '>')
    end_tag (self);
  else if (is_among (self->attribute, url_attributes))
    return step_url (self, c);
  return NULL;
}

static void
step_in_tag (HtmlScan *self, char c)
{
  if (c == '>')
    end_tag (self);
  else if (!is_blank (c) && c != '/') {
    self->state = HTML_ATTRIBUTE_NAME;
    self->attribute[0] = '\0';
    html_scan_add (self->attribute, c);
  }
}

static void
step_attribute (HtmlScan *self, char c)
{
  if (c == '=')
    self->state = HTML_BEFORE_VALUE;
  else if (is_blank (c))
    self->state = HTML_AFTER_NAME;
  else if (self->state == HTML_AFTER_NAME || c == '>' || c == '/') {
    self->state = HTML_IN_TAG;
    step_in_tag (self, c);
  } else
    html_scan_add (self->attribute, c);
}

static const char *
step_before_value (HtmlScan *self, char c)
{
  if (c == '"')
    start_value (self, HTML_VALUE_DOUBLE);
  else if (c == '\'')
    start_value (self, HTML_VALUE_SINGLE);
  else if (c == '>')
    end_tag (self);
  else if (!is_blank (c)) {
    start_value (self, HTML_VALUE_BARE);
    return step_value (self, c);
  }
  return NULL;
}

static void
step_tag_open (HtmlScan *self, char c)
{
  if (g_ascii_isalpha (c)) {
    self->state = HTML_TAG_NAME;
    self->tag[0] = '\0';
    html_scan_add (self->tag, c);
  } else if (c == '/' && !self->is_end_tag)
    self->is_end_tag = TRUE;
  else if (c == '!' && !self->is_end_tag)
    self->state = HTML_BANG, self->n_matched = 0;
  else if ((c == '>' && self->is_end_tag))
    self->state = HTML_TEXT;
  else if (c == '?' || self->is_end_tag)
    self->state = HTML_BOGUS;
  else if (c != '<')
    self->state = HTML_TEXT; /* "a < b" */
}

static void
step_tag_name (HtmlScan *self, char c)
{
  if (c == '>')
    end_tag (self);
  else if (is_blank (c) || c == '/')
    self->state = HTML_IN_TAG;
  else
    html_scan_add (self->tag, c);
}

static void
step_bang (HtmlScan *self, char c)
{
  if (c == '-' && ++self->n_matched == 2) {
    self->state = HTML_COMMENT; /* with two dashes already: "<!-->" is a whole comment */
    self->n_condition = 0;
  }
  else if (c == '>')
    self->state = HTML_TEXT;
  else if (c != '-')
    self->state = HTML_BOGUS;
}

/* "<!--[if gte mso 9]>" */
static void
step_condition (HtmlScan *self, char c)
{
  static const char begin[] = "[if";

  if (self->n_condition < strlen (begin))
    self->n_condition = g_ascii_tolower (c) == begin[self->n_condition] ? self->n_condition + 1 : HTML_NO_CONDITION;
  else if (self->n_condition == strlen (begin) && c == '>' && self->last == ']') {
    self->state = HTML_TEXT;
    self->is_conditional = TRUE;
    self->n_dashes = 0;
  }
}

static void
step_comment (HtmlScan *self, char c)
{
  if (c == '-')
    self->n_matched = MIN (self->n_matched + 1, 2);
  else if (c == '>' && self->n_matched >= 2)
    self->state = HTML_TEXT;
  else if (c != '!' || self->n_matched < 2) /* "--!>" ends one too */
    self->n_matched = 0;
  if (self->state == HTML_COMMENT)
    step_condition (self, c);
}

static void
step_raw (HtmlScan *self, char c)
{
  gsize len = strlen (self->raw);

  if (self->n_matched == 2 + len && (is_blank (c) || c == '/' || c == '>')) {
    self->is_end_tag = TRUE;
    memcpy (self->tag, self->raw, sizeof self->tag);
    self->state = HTML_IN_TAG;
    step_in_tag (self, c);
  } else if (c == '<')
    self->n_matched = 1;
  else if ((self->n_matched == 1 && c == '/') ||
           (self->n_matched >= 2 && self->n_matched < 2 + len && g_ascii_tolower (c) == self->raw[self->n_matched - 2]))
    self->n_matched++;
  else
    self->n_matched = 0;
}

/* TRUE where a browser's comment ends. */
static gboolean
ends_conditional (HtmlScan *self, char c)
{
  gboolean is_end = c == '>' && self->n_dashes >= 2;

  if (c == '-')
    self->n_dashes = MIN (self->n_dashes + 1, 2);
  else if (c != '!' || self->n_dashes < 2)
    self->n_dashes = 0;
  return is_end;
}

static const char *
scan_octet (HtmlScan *self, char c)
{
  switch (self->state) {
  case HTML_TEXT:
    if (c == '<')
      self->state = HTML_TAG_OPEN, self->is_end_tag = FALSE;
    break;
  case HTML_TAG_OPEN: step_tag_open (self, c); break;
  case HTML_TAG_NAME: step_tag_name (self, c); break;
  case HTML_IN_TAG: step_in_tag (self, c); break;
  case HTML_ATTRIBUTE_NAME:
  case HTML_AFTER_NAME: step_attribute (self, c); break;
  case HTML_BEFORE_VALUE: return step_before_value (self, c);
  case HTML_VALUE_DOUBLE:
  case HTML_VALUE_SINGLE:
  case HTML_VALUE_BARE: return step_value (self, c);
  case HTML_BANG: step_bang (self, c); break;
  case HTML_COMMENT: step_comment (self, c); break;
  case HTML_BOGUS:
    if (c == '>')
      self->state = HTML_TEXT;
    break;
  case HTML_RAW: step_raw (self, c); break;
  }
  return NULL;
}

const char *
html_scan_step (HtmlScan *self, char c)
{
  gboolean was_conditional = self->is_conditional;
  const char *problem = scan_octet (self, c);

  self->last = c;
  if (was_conditional && ends_conditional (self, c)) {
    self->state = HTML_TEXT;
    self->is_conditional = FALSE;
  }
  return problem;
}

/* Links whose address is no path; by how they begin. */
static const struct { const char *link; Place place; gboolean is_whole; } special_links[] = {
  { "mailto:", PLACE_URL_MAILTO, FALSE },
  { "tel:", PLACE_URL_TEL, FALSE },
  { "sms:", PLACE_URL_TEL, FALSE },
  { "https://wa.me/", PLACE_URL_DIGITS, TRUE },
  { "http://wa.me/", PLACE_URL_DIGITS, TRUE },
  { "https://api.whatsapp.com/send?phone=", PLACE_URL_DIGITS, TRUE },
  { "https://api.whatsapp.com/send/?phone=", PLACE_URL_DIGITS, TRUE },
  { "whatsapp://send?phone=", PLACE_URL_DIGITS, TRUE },
};

static Place
find_url_place (const HtmlScan *self)
{
  if (self->url == HTML_URL_START)
    return PLACE_LINK_HTML;
  for (gsize i = 0; i < G_N_ELEMENTS (special_links); i++)
    if (special_links[i].is_whole ? strcmp (self->link, special_links[i].link) == 0
                                  : self->url == HTML_URL_PATH && g_str_has_prefix (self->link, special_links[i].link))
      return special_links[i].place;
  return self->url == HTML_URL_PATH ? PLACE_URL_PATH : PLACE_URL_QUERY;
}

static const char *
hole_in_url (HtmlScan *self, Place *out_place)
{
  if (self->is_code)
    return "no value may stand in a link that runs code";
  *out_place = find_url_place (self);
  if (self->url == HTML_URL_START) /* the value is the link's beginning; what comes behind it is not known by it */
    self->link[0] = '\0';
  if (!self->has_scheme)
    self->has_hole = TRUE, self->scheme[0] = '\0';
  self->url = MAX (self->url, HTML_URL_PATH);
  return NULL;
}

static const char *
hole_in_value (HtmlScan *self, Place *out_place)
{
  if (g_str_has_prefix (self->attribute, "on"))
    return "no value may stand in a script";
  if (strcmp (self->tag, "meta") == 0 || is_among (self->attribute, closed_attributes))
    return "no value may stand in this attribute (style, srcset, srcdoc, meta): it has rules of its own";
  if (is_among (self->attribute, url_attributes))
    return hole_in_url (self, out_place);
  *out_place = self->state == HTML_VALUE_BARE ? PLACE_BARE : PLACE_ATTRIBUTE;
  return NULL;
}

const char *
html_scan_hole (HtmlScan *self, Place *out_place)
{
  switch (self->state) {
  case HTML_TEXT:
    *out_place = PLACE_HTML;
    return NULL;
  case HTML_BEFORE_VALUE:
    start_value (self, HTML_VALUE_BARE);
    return hole_in_value (self, out_place);
  case HTML_VALUE_DOUBLE:
  case HTML_VALUE_SINGLE:
  case HTML_VALUE_BARE:
    return hole_in_value (self, out_place);
  case HTML_RAW:
    *out_place = PLACE_HTML;
    return is_among (self->raw, escapable_raw_tags) && self->n_matched == 0
             ? NULL
             : "no value may stand in a script, a style sheet, a frame or half an end tag";
  case HTML_BANG:
  case HTML_COMMENT:
  case HTML_BOGUS:
    return "no value may stand in a comment";
  default:
    return "no value may stand in a tag outside an attribute's value";
  }
}

gboolean
html_scan_join (HtmlScan *self, const HtmlScan *other)
{
  gboolean is_tag = self->state != HTML_TEXT && self->state != HTML_COMMENT && self->state != HTML_BOGUS;

  if (self->is_conditional != other->is_conditional || (self->is_conditional && self->n_dashes != other->n_dashes) ||
      (self->state == HTML_COMMENT && self->n_condition != other->n_condition))
    return FALSE;
  if (strcmp (self->link, other->link) != 0)
    self->link[0] = '\0';
  if (self->state != other->state || (is_tag && strcmp (self->tag, other->tag) != 0) ||
      (self->state == HTML_RAW && strcmp (self->raw, other->raw) != 0) ||
      (html_scan_is_value (self) && strcmp (self->attribute, other->attribute) != 0))
    return FALSE;
  if (is_tag && (self->state < HTML_VALUE_DOUBLE || self->state == HTML_BANG) && self->state != HTML_IN_TAG)
    return FALSE; /* half a word: what it becomes depends on the way */
  if ((self->state == HTML_RAW || self->state == HTML_COMMENT) && self->n_matched != other->n_matched)
    return FALSE;
  self->is_end_tag = self->is_end_tag || other->is_end_tag;
  self->is_code = self->is_code || other->is_code;
  self->url = MAX (self->url, other->url);
  self->has_hole = self->has_hole || other->has_hole || !self->has_scheme || !other->has_scheme;
  if (!self->has_scheme || !other->has_scheme)
    self->scheme[0] = '\0';
  self->has_scheme = self->has_scheme && other->has_scheme;
  return TRUE;
}
