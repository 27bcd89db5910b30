#include "html-template.h"

#include "html-entity.h"
#include "html-scan.h"

#include <string.h>

typedef struct {
  HtmlScan scan;
  HtmlScan saved[TEMPLATE_DEPTH_MAX];
  guint    open[TEMPLATE_DEPTH_MAX];
  guint    depth;
} Walk;

static gboolean
close_sections (const Template *self, Walk *walk, guint index, GError **error)
{
  while (walk->depth > 0 && template_get (self, walk->open[walk->depth - 1])->end == index) {
    walk->depth--;
    if (!html_scan_join (&walk->scan, &walk->saved[walk->depth]))
      return template_fail (self, template_get (self, walk->open[walk->depth]), 0, error,
                            "this section must end in the same place of the HTML in which it begins (both between tags, or both in "
                            "one attribute's value)");
  }
  return TRUE;
}

static gboolean
place_literal (const Template *self, const TemplateOp *op, HtmlScan *scan, GError **error)
{
  for (gsize i = 0; i < op->len; i++) {
    const char *problem = html_scan_step (scan, op->text[i]);

    if (problem != NULL)
      return template_fail (self, op, i, error, problem);
  }
  return TRUE;
}

static gboolean
place_op (Template *self, Walk *walk, guint index, GError **error)
{
  TemplateOp *op = template_get (self, index);
  const char *problem;

  switch (op->kind) {
  case TEMPLATE_LITERAL:
    return place_literal (self, op, &walk->scan, error);
  case TEMPLATE_HOLE:
    problem = html_scan_hole (&walk->scan, &op->place);
    return problem == NULL || template_fail (self, op, 0, error, problem);
  default:
    walk->saved[walk->depth] = walk->scan;
    walk->open[walk->depth++] = index; /* the parser keeps the depth */
    return TRUE;
  }
}

/* "{{Gr&ouml;&szlig;e}}": an editor of HTML writes letters so. Returns: (transfer full). */
static char *
decode_name (const char *name)
{
  g_autoptr (GString) decoded = g_string_new (NULL);
  const char *end = NULL;

  for (const char *p = name; *p != '\0'; p++) {
    g_autofree char *entity = *p == '&' && (end = strchr (p, ';')) != NULL ? g_strndup (p + 1, (gsize) (end - p) - 1) : NULL;
    gunichar c = entity != NULL ? html_entity_lookup (entity) : 0;

    if (c == 0) {
      g_string_append_c (decoded, *p);
      continue;
    }
    g_string_append_unichar (decoded, g_unichar_isspace (c) || g_unichar_iscntrl (c) ? ' ' : c);
    p = end;
  }
  return g_strdup (g_strstrip (decoded->str));
}

static void
decode_names (Template *self)
{
  for (guint i = 0; i < self->names->len; i++) {
    char *name = g_ptr_array_index (self->names, i), *decoded = strchr (name, '&') != NULL ? decode_name (name) : NULL;

    if (decoded != NULL && *decoded != '\0') {
      self->names->pdata[i] = decoded;
      g_free (name);
    } else {
      g_free (decoded);
    }
  }
}

gboolean
html_template_place (Template *self, GError **error)
{
  g_autofree Walk *walk = g_new0 (Walk, 1);

  decode_names (self);
  for (guint i = 0; i < self->ops->len; i++)
    if (!close_sections (self, walk, i, error) || !place_op (self, walk, i, error))
      return FALSE;
  return close_sections (self, walk, self->ops->len, error);
}

/* Where a picture of one's own can be carried along. tag NULL: any. */
static const struct { const char *tag, *attribute; } carriers[] = {
  { "img", "src" }, { "input", "src" }, { NULL, "background" }, { "v:fill", "src" }, { "v:image", "src" }, { "v:imagedata", "src" }, { "video", "poster" },
};

static gboolean
is_carrier (const HtmlScan *scan)
{
  for (gsize i = 0; i < G_N_ELEMENTS (carriers); i++)
    if (strcmp (scan->attribute, carriers[i].attribute) == 0 && (carriers[i].tag == NULL || strcmp (scan->tag, carriers[i].tag) == 0))
      return TRUE;
  return FALSE;
}

/* The file that a browser would take for it, so that two spellings are one: entities and percent-codes decoded, "./" and what follows "?" or "#" dropped.
 * Returns: (transfer full); NULL: it is no file of one's own. */
static char *
find_file (const char *source)
{
  g_autofree char *plain = decode_name (source), *scheme = g_uri_parse_scheme (plain), *decoded = NULL;
  const char *name;

  if (scheme != NULL || plain[0] == '\0' || plain[0] == '#' || g_str_has_prefix (plain, "//"))
    return NULL;
  plain[strcspn (plain, "?#")] = '\0';
  decoded = g_uri_unescape_string (plain, NULL);
  name = decoded != NULL && g_utf8_validate (decoded, -1, NULL) ? decoded : plain;
  while (g_str_has_prefix (name, "./"))
    name += 2;
  return *name != '\0' ? g_strdup (name) : NULL;
}

static void
add_missing (GPtrArray *missing, const char *file)
{
  if (!g_ptr_array_find_with_equal_func (missing, file, g_str_equal, NULL))
    g_ptr_array_add (missing, g_strdup (file));
}

/* The value that ends here began at `start` of `text`: is a file carried for it? */
static void
link_value (GString *text, gsize start, GHashTable *lookup, GPtrArray *missing)
{
  g_autofree char *file = find_file (text->str + start);
  const char *id = file != NULL ? g_hash_table_lookup (lookup, file) : NULL;

  if (id != NULL) {
    g_string_truncate (text, start);
    g_string_append_printf (text, "cid:%s", id);
  } else if (file != NULL)
    add_missing (missing, file);
}

/* One literal: `is_whole` is FALSE for a value that began before it. */
static void
link_literal (TemplateOp *op, HtmlScan *scan, GHashTable *lookup, GPtrArray *missing)
{
  g_autoptr (GString) text = g_string_new (NULL);
  gsize start = G_MAXSIZE;
  char *rewritten;

  for (gsize i = 0; i < op->len; i++) {
    gboolean was_value = html_scan_is_value (scan);

    html_scan_step (scan, op->text[i]);
    if (!was_value && html_scan_is_value (scan))
      start = scan->state == HTML_VALUE_BARE ? text->len : text->len + 1;
    else if (was_value && !html_scan_is_value (scan) && start != G_MAXSIZE && is_carrier (scan)) {
      link_value (text, start, lookup, missing);
      start = G_MAXSIZE;
    }
    g_string_append_c (text, op->text[i]);
  }
  op->len = text->len;
  rewritten = g_memdup2 (text->str, text->len + 1);
  g_free (op->text);
  op->text = rewritten;
}

void
html_template_link_images (Template *self, GHashTable *lookup, GPtrArray *missing)
{
  HtmlScan scan = { 0 };
  Place place;

  for (guint i = 0; i < self->ops->len; i++) {
    TemplateOp *op = template_get (self, i);

    if (op->kind == TEMPLATE_LITERAL)
      link_literal (op, &scan, lookup, missing);
    else if (op->kind == TEMPLATE_HOLE)
      html_scan_hole (&scan, &place);
  }
}
