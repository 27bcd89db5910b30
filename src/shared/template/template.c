#include "template.h"

#include "text.h"

#include <string.h>

G_DEFINE_QUARK (template-error-quark, template_error)

typedef struct {
  Template   *template;
  GString    *literal;
  const char *source, *at;
  guint       line, column;                /* of `at`; from 1 */
  guint       literal_line, literal_column;
  guint       open[TEMPLATE_DEPTH_MAX];    /* operations whose sections are open */
  guint       depth;
} Parser;

typedef struct {
  char  sigil;      /* '#', '^', '/', '!' or 0 */
  char *name;       /* owned */
  char *fallback;   /* owned, or NULL */
  guint line, column;
} Tag;

static void
clear_op (void *data)
{
  g_free (((TemplateOp *) data)->text);
}

static void
tag_clear (Tag *tag)
{
  g_free (tag->name);
  g_free (tag->fallback);
}
G_DEFINE_AUTO_CLEANUP_CLEAR_FUNC (Tag, tag_clear)

Template *
template_new (const char *label)
{
  Template *self = g_new0 (Template, 1);

  self->label = g_strdup (label);
  self->ops = g_array_new (FALSE, TRUE, sizeof (TemplateOp));
  g_array_set_clear_func (self->ops, clear_op);
  self->names = g_ptr_array_new_with_free_func (g_free);
  return self;
}

void
template_free (Template *self)
{
  if (self == NULL)
    return;
  g_free (self->label);
  g_array_unref (self->ops);
  g_ptr_array_unref (self->names);
  g_free (self);
}

TemplateOp *
template_get (const Template *self, guint index)
{
  return &g_array_index (self->ops, TemplateOp, index);
}

const char *
template_get_name (const Template *self, const TemplateOp *op)
{
  return g_ptr_array_index (self->names, op->name);
}

guint
template_add_name (Template *self, const char *name)
{
  g_autofree char *key = text_fold (name, -1);

  for (guint i = 0; i < self->names->len; i++) {
    const char *other = g_ptr_array_index (self->names, i);
    g_autofree char *other_key = text_fold (other, -1);

    if (strcmp (key, other_key) == 0)
      return i;
  }
  g_ptr_array_add (self->names, g_strdup (name));
  return self->names->len - 1;
}

guint
template_add (Template *self, TemplateKind kind, guint name, char *text, gsize len)
{
  TemplateOp op = { .kind = kind, .name = name, .field = FIELD_NAME_NONE, .text = text, .len = len };

  g_array_append_val (self->ops, op);
  return self->ops->len - 1;
}

G_GNUC_PRINTF (5, 6) static gboolean
fail (const Template *self, guint line, guint column, GError **error, const char *format, ...)
{
  g_autofree char *what = NULL;
  va_list args;

  va_start (args, format);
  what = g_strdup_vprintf (format, args);
  va_end (args);
  g_set_error (error, TEMPLATE_ERROR, TEMPLATE_ERROR_FORM, "%s: line %u column %u: %s", self->label, line, column, what);
  return FALSE;
}

/* Moves line and column over text; columns count characters. */
static void
template_walk (const char *text, gsize len, guint *line, guint *column)
{
  for (gsize i = 0; i < len; i++) {
    if (text[i] == '\n')
      (*line)++, *column = 1;
    else if (((guchar) text[i] & 0xc0) != 0x80)
      (*column)++;
  }
}

void
template_locate (const TemplateOp *op, gsize offset, guint *out_line, guint *out_column)
{
  *out_line = op->line;
  *out_column = op->column;
  if (op->kind == TEMPLATE_LITERAL)
    template_walk (op->text, MIN (offset, op->len), out_line, out_column);
}

gboolean
template_fail (const Template *self, const TemplateOp *op, gsize offset, GError **error, const char *what)
{
  guint line, column;

  template_locate (op, offset, &line, &column);
  return fail (self, line, column, error, "%s", what);
}

static void
parser_advance (Parser *self, gsize len)
{
  template_walk (self->at, len, &self->line, &self->column);
  self->at += len;
}

static void
flush_literal (Parser *self)
{
  if (self->literal->len > 0) {
    guint index = template_add (self->template, TEMPLATE_LITERAL, 0, g_memdup2 (self->literal->str, self->literal->len + 1),
                                self->literal->len);

    template_get (self->template, index)->line = self->literal_line;
    template_get (self->template, index)->column = self->literal_column;
  }
  g_string_truncate (self->literal, 0);
}

/* White space around is dropped, runs of it (no-break spaces of editors too) become one space. */
static char *
tidy_name (const char *data, gsize len)
{
  GString *name = g_string_new (NULL);

  for (const char *p = data; p < data + len; p = g_utf8_next_char (p)) {
    gunichar c = g_utf8_get_char (p);

    if (!g_unichar_isspace (c))
      g_string_append_unichar (name, c);
    else if (name->len > 0 && name->str[name->len - 1] != ' ')
      g_string_append_c (name, ' ');
  }
  if (name->len > 0 && name->str[name->len - 1] == ' ')
    g_string_truncate (name, name->len - 1);
  return g_string_free (name, FALSE);
}

/* "&Ouml;", as an editor of HTML writes a name's first letter. */
static gboolean
is_entity (const char *at)
{
  gsize len = at[0] == '&' ? 1 + (at[1] == '#') : 0;

  while (len > 0 && g_ascii_isalnum (at[len]))
    len++;
  return len > 1 && at[len] == ';';
}

/* The reason for each part of Mustache that we do not do. */
static const char *
template_refusal (const char *at)
{
  if (is_entity (at))
    return NULL;
  switch (*at) {
  case '{':
  case '&':
    return "values are always escaped: write {{field}}";
  case '>':
    return "a template cannot include another one";
  case '=':
    return "the braces cannot be changed";
  default:
    return NULL;
  }
}

/* Reads "{{…}}" at `at` and moves behind it. */
static gboolean
read_tag (Parser *self, Tag *tag, GError **error)
{
  const char *start = self->at + 2, *end = strstr (start, "}}"), *next = strstr (start, "{{"), *bar, *stop;

  tag->line = self->line;
  tag->column = self->column;
  if (end == NULL || (next != NULL && next < end && next > start))
    return fail (self->template, tag->line, tag->column, error, "“{{” without “}}”");
  if (template_refusal (start) != NULL)
    return fail (self->template, tag->line, tag->column, error, "%s", template_refusal (start));
  stop = end;
  if (*start == '#' || *start == '^' || *start == '/' || *start == '!')
    tag->sigil = *start++;
  bar = tag->sigil == '\0' ? memchr (start, '|', (gsize) (end - start)) : NULL;
  if (bar != NULL) {
    tag->fallback = g_strndup (bar + 1, (gsize) (end - bar - 1));
    g_strstrip (tag->fallback);
    stop = bar;
  }
  tag->name = tidy_name (start, (gsize) (stop - start));
  parser_advance (self, (gsize) (end + 2 - self->at));
  if (tag->name[0] == '\0' && tag->sigil != '!')
    return fail (self->template, tag->line, tag->column, error, "“{{}}” names no field");
  if (strlen (tag->name) > TEMPLATE_NAME_MAX && tag->sigil != '!')
    return fail (self->template, tag->line, tag->column, error, "a field's name has more than %d octets", TEMPLATE_NAME_MAX);
  return TRUE;
}

/* A section's tag (or a remark) alone on its line: the line goes. `at` is behind the tag, `start` is where it began. */
static void
drop_lone_line (Parser *self, const char *start)
{
  const char *before = start, *after = self->at;

  while (before > self->source && (before[-1] == ' ' || before[-1] == '\t'))
    before--;
  while (*after == ' ' || *after == '\t')
    after++;
  if ((before > self->source && before[-1] != '\n') || (*after != '\n' && *after != '\0'))
    return;
  g_string_truncate (self->literal, self->literal->len - MIN (self->literal->len, (gsize) (start - before)));
  parser_advance (self, (gsize) (after - self->at) + (*after == '\n'));
}

static gboolean
open_section (Parser *self, const Tag *tag, GError **error)
{
  guint index;

  if (self->depth == TEMPLATE_DEPTH_MAX)
    return fail (self->template, tag->line, tag->column, error, "more than %d sections inside each other", TEMPLATE_DEPTH_MAX);
  index = template_add (self->template, tag->sigil == '#' ? TEMPLATE_SECTION : TEMPLATE_INVERTED,
                        template_add_name (self->template, tag->name), NULL, 0);
  template_get (self->template, index)->line = tag->line;
  template_get (self->template, index)->column = tag->column;
  self->open[self->depth++] = index;
  return TRUE;
}

static gboolean
close_section (Parser *self, const Tag *tag, GError **error)
{
  TemplateOp *op;
  const char *name;

  if (self->depth == 0)
    return fail (self->template, tag->line, tag->column, error, "“{{/%s}}” closes nothing", tag->name);
  op = template_get (self->template, self->open[self->depth - 1]);
  name = template_get_name (self->template, op);
  if (template_add_name (self->template, tag->name) != op->name && strchr (name, ' ') != NULL && g_str_has_prefix (name, tag->name))
    return fail (self->template, op->line, op->column, error, "“{{#%s}}” is how another program writes it: here a section is named by its field, as in "
                 "{{#%s}}…{{/%s}}, and {{^%s}}…{{/%s}} stands for where there is none",
                 name, strchr (name, ' ') + 1, strchr (name, ' ') + 1, strchr (name, ' ') + 1, strchr (name, ' ') + 1);
  if (template_add_name (self->template, tag->name) != op->name)
    return fail (self->template, tag->line, tag->column, error, "“{{/%s}}” stands where “{{/%s}}” must (opened at line %u column %u)",
                 tag->name, name, op->line, op->column);
  op->end = self->template->ops->len;
  self->depth--;
  return TRUE;
}

static gboolean
take_hole (Parser *self, Tag *tag)
{
  gsize len = tag->fallback != NULL ? strlen (tag->fallback) : 0;
  guint index = template_add (self->template, TEMPLATE_HOLE, template_add_name (self->template, tag->name),
                              g_steal_pointer (&tag->fallback), len);
  TemplateOp *op = template_get (self->template, index);

  op->is_required = op->text == NULL && self->depth == 0;
  op->line = tag->line;
  op->column = tag->column;
  return TRUE;
}

static gboolean
take_tag (Parser *self, GError **error)
{
  g_auto (Tag) tag = { 0 };
  const char *start = self->at;

  if (!read_tag (self, &tag, error))
    return FALSE;
  if (self->template->ops->len >= TEMPLATE_OPS_MAX)
    return fail (self->template, tag.line, tag.column, error, "more than %d fields and sections", TEMPLATE_OPS_MAX);
  if (tag.sigil != '\0')
    drop_lone_line (self, start);
  if (tag.sigil == '!')
    return TRUE;
  flush_literal (self);
  switch (tag.sigil) {
  case '/':
    return close_section (self, &tag, error);
  case '\0':
    return take_hole (self, &tag);
  default:
    return open_section (self, &tag, error);
  }
}

static gboolean
parser_parse (Parser *self, GError **error)
{
  while (*self->at != '\0') {
    const char *next = strstr (self->at, "{{");
    gsize len = next != NULL ? (gsize) (next - self->at) : strlen (self->at);

    if (self->literal->len == 0)
      self->literal_line = self->line, self->literal_column = self->column;
    g_string_append_len (self->literal, self->at, (gssize) len);
    parser_advance (self, len);
    if (next != NULL && !take_tag (self, error))
      return FALSE;
  }
  flush_literal (self);
  if (self->depth > 0) {
    const TemplateOp *op = template_get (self->template, self->open[self->depth - 1]);

    return fail (self->template, op->line, op->column, error, "the section “%s” is never closed: write {{/%s}} where it ends",
                 template_get_name (self->template, op), template_get_name (self->template, op));
  }
  return TRUE;
}

/* One kind of line break, so that lines and columns are what an editor shows. */
static char *
unify_breaks (const char *source)
{
  GString *text = g_string_new (NULL);

  for (const char *p = source; *p != '\0'; p++) {
    if (*p == '\r' && p[1] == '\n')
      continue;
    g_string_append_c (text, *p == '\r' ? '\n' : *p);
  }
  return g_string_free (text, FALSE);
}

Template *
template_parse (const char *label, const char *source, GError **error)
{
  g_autoptr (Template) template = template_new (label);
  g_autoptr (GString) literal = g_string_new (NULL);
  g_autofree char *text = unify_breaks (g_str_has_prefix (source, "\xef\xbb\xbf") ? source + 3 : source);
  Parser parser = { .template = template, .literal = literal, .source = text, .at = text, .line = 1, .column = 1 };
  const char *bad;

  if (strlen (text) > TEMPLATE_MAX) {
    g_set_error (error, TEMPLATE_ERROR, TEMPLATE_ERROR_FORM, "%s: larger than %d MiB", label, TEMPLATE_MAX >> 20);
    return NULL;
  }
  if (!g_utf8_validate (text, -1, &bad)) {
    template_walk (text, (gsize) (bad - text), &parser.line, &parser.column);
    fail (template, parser.line, parser.column, error, "this is not UTF-8: save the file as UTF-8");
    return NULL;
  }
  return parser_parse (&parser, error) ? g_steal_pointer (&template) : NULL;
}
