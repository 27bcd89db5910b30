#include "html-findings.h"

#include "html-scan.h"
#include <string.h>

#define SHOWN_MAX 80 /* octets of an address that are shown */

typedef struct {
  HtmlScan   scan;
  GString   *value;       /* of the attribute being read, its holes as "{{…}}" */
  gboolean   begins_with_hole;
  guint      line, column; /* where it begins */
  GPtrArray *notes, *seen;
} Search;

static gboolean
is_file_like (const char *text)
{
  g_autofree char *scheme = g_uri_parse_scheme (text);

  return scheme == NULL && *text != '\0' && *text != '#' && !g_str_has_prefix (text, "//") && !g_str_has_prefix (text, "cid:");
}

static void
search_add (Search *self, guint line, guint column, const char *address, const char *format)
{
  g_autofree char *shown = NULL, *said = NULL;
  const char *end;

  if (self->notes->len >= FINDINGS_MAX || g_ptr_array_find_with_equal_func (self->seen, address, g_str_equal, NULL))
    return;
  g_ptr_array_add (self->seen, g_strdup (address));
  g_utf8_validate (address, (gssize) MIN (strlen (address), SHOWN_MAX), &end);
  shown = g_strndup (address, (gsize) (end - address));
  said = g_strdup_printf ("html: line %u column %u: “%s” %s", line, column, shown, format);
  g_ptr_array_add (self->notes, g_steal_pointer (&said));
}

/* url(…) of a style sheet or a style attribute. */
static void
search_css (Search *self, const char *css, guint line, guint column)
{
  for (const char *at = css; (at = strstr (at, "url(")) != NULL;) {
    const char *begin = at + strlen ("url("), *end;
    g_autofree char *address = NULL;

    begin += strspn (begin, " \t\n\"'");
    end = begin + strcspn (begin, ")\"'");
    address = g_strstrip (g_strndup (begin, (gsize) (end - begin)));
    if (is_file_like (address))
      search_add (self, line, column, address, "is a picture in a style: it is not carried along; write its whole https address, or use <img> or background=");
    at = end;
  }
}

static void
search_srcset (Search *self)
{
  g_auto (GStrv) candidates = g_strsplit (self->value->str, ",", 64);

  for (gsize i = 0; candidates[i] != NULL; i++) {
    char *address = g_strstrip (candidates[i]);

    address[strcspn (address, " \t\n")] = '\0';
    if (is_file_like (address))
      search_add (self, self->line, self->column, address, "in srcset is not carried along: write its whole https address, or leave srcset out (src is carried)");
  }
}

static void
search_link (Search *self)
{
  const char *address = self->value->str + strspn (self->value->str, " \t\n");

  if (self->begins_with_hole || !is_file_like (address))
    return;
  if (strcmp (self->scan.tag, "a") == 0 || strcmp (self->scan.tag, "area") == 0 || strcmp (self->scan.tag, "v:roundrect") == 0)
    search_add (self, self->line, self->column, address,
                strchr (address, '.') != NULL && strchr (address, '/') != address && g_ascii_strncasecmp (address, "www.", 4) == 0
           ? "has no scheme: in a mail this link leads nowhere; write https:// in front"
           : "is a relative link: in a mail it leads nowhere; write the whole https address");
}

static void
end_value (Search *self)
{
  if (strcmp (self->scan.attribute, "href") == 0)
    search_link (self);
  else if (strcmp (self->scan.attribute, "style") == 0)
    search_css (self, self->value->str, self->line, self->column);
  else if (strcmp (self->scan.attribute, "srcset") == 0)
    search_srcset (self);
}

static void
search_literal (Search *self, const TemplateOp *op)
{
  for (gsize i = 0; i < op->len; i++) {
    HtmlState before = self->scan.state;
    gboolean was_value = html_scan_is_value (&self->scan), was_sheet = before == HTML_RAW && strcmp (self->scan.raw, "style") == 0;

    html_scan_step (&self->scan, op->text[i]);
    if ((!was_value && html_scan_is_value (&self->scan)) || (before != HTML_RAW && self->scan.state == HTML_RAW)) {
      g_string_truncate (self->value, 0);
      self->begins_with_hole = FALSE;
      template_locate (op, i + 1, &self->line, &self->column);
      if (self->scan.state == HTML_VALUE_BARE)
        g_string_append_c (self->value, op->text[i]);
    } else if (was_value && !html_scan_is_value (&self->scan)) {
      end_value (self);
    } else if (was_sheet && self->scan.state != HTML_RAW) {
      search_css (self, self->value->str, self->line, self->column);
    } else if (was_value || was_sheet) {
      g_string_append_c (self->value, op->text[i]);
    }
  }
}

void
html_findings_add (const Template *html, GPtrArray *notes)
{
  Search search = { .value = g_string_new (NULL), .notes = notes, .seen = g_ptr_array_new_with_free_func (g_free) };
  Place place;

  for (guint i = 0; i < html->ops->len; i++) {
    const TemplateOp *op = template_get (html, i);

    if (op->kind == TEMPLATE_LITERAL) {
      search_literal (&search, op);
    } else if (op->kind == TEMPLATE_HOLE) {
      html_scan_hole (&search.scan, &place);
      search.begins_with_hole |= search.value->len == 0;
      g_string_append (search.value, "{{…}}");
    } else if (html_scan_is_value (&search.scan) && search.value->len == 0) {
      search.begins_with_hole = TRUE; /* a section chooses how it begins */
    }
  }
  g_string_free (search.value, TRUE);
  g_ptr_array_unref (search.seen);
}
