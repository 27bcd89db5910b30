#include "foreign-field.h"

#include "html-scan.h"
#include "text.h"
#include <string.h>

#define FOREIGN_NAME_MAX 60 /* octets; chosen: longer is a sentence in brackets */

typedef enum {
  FORM_SURE,    /* unlike anything else */
  FORM_USUAL,   /* ordinary text may: only a field that is there, or a name that such fields usually have */
  FORM_ENCODED, /* our own braces, as an editor writes them in a link or in its source */
} FormKind;

static const struct {
  const char *open, *close;
  FormKind    kind;
} forms[] = {
  { "%7B%7B", "%7D%7D", FORM_ENCODED },                         /* RFC 3986 §2.1; CKEditor and Outlook encode links so */
  { "&#123;&#123;", "&#125;&#125;", FORM_ENCODED },             /* WHATWG HTML §13.5 */
  { "&#x7b;&#x7b;", "&#x7d;&#x7d;", FORM_ENCODED },
  { "&lbrace;&lbrace;", "&rbrace;&rbrace;", FORM_ENCODED },
  { "&lcub;&lcub;", "&rcub;&rcub;", FORM_ENCODED },
  { "*|", "|*", FORM_SURE },                                    /* mailchimp.com/help/all-the-merge-tags-cheat-sheet */
  { "[[", "]]", FORM_SURE },                                    /* dev.mailjet.com: [[data:name]], phplist.org */
  { "{$", "}", FORM_SURE },                                     /* mailerlite.com/help: {$name}; smarty.net */
  { "${", "}", FORM_SURE },                                     /* documentation of Thunderbird's and Java's templates */
  { "{%", "%}", FORM_SURE },                                    /* shopify.github.io/liquid */
  { "[%", "%]", FORM_SURE },                                    /* template-toolkit.org */
  { "<%=", "%>", FORM_SURE },                                   /* ERB, EJS, underscore */
  { "&lt;%=", "%&gt;", FORM_SURE },
  { "<<", ">>", FORM_SURE },                                    /* YAMM: <<First name>>, until {{…}} */
  { "&lt;&lt;", "&gt;&gt;", FORM_SURE },
  { "%%", "%%", FORM_SURE },                                    /* Salesforce Marketing Cloud: personalization strings */
  { "##", "##", FORM_USUAL },
  { "\xc2\xab", "\xc2\xbb", FORM_USUAL },                       /* Word's merge fields; French quotes */
  { "%", "%", FORM_USUAL },                                     /* Mailgun: %recipient.name%; ActiveCampaign: %FIRSTNAME% */
  { "[", "]", FORM_USUAL },                                     /* Brevo, AWeber, phplist: [FIRSTNAME] */
  { "{", "}", FORM_USUAL },                                     /* {name} */
};

/* Last parts of such names, without case and all that is not a letter. */
static const char *const usual[] = { "name", "fullname", "firstname", "fname", "lastname", "lname", "surname", "vorname", "nachname", "prenom", "username",
                                     "customername", "recipientname", "recipientfname", "salutation", "anrede", "email", "emailaddress", "company",
                                     "unsubscribe", "unsubscribeurl", "unsubscribelink", NULL };

static gboolean
is_usual (const char *name)
{
  const char *dot = strrchr (name, '.'), *start = dot != NULL ? dot + 1 : name;
  char squeezed[FOREIGN_NAME_MAX + 1];
  gsize n = 0;

  for (; *start != '\0' && n < FOREIGN_NAME_MAX; start++)
    if (g_ascii_isalpha (*start))
      squeezed[n++] = g_ascii_tolower (*start);
  squeezed[n] = '\0';
  return g_strv_contains (usual, squeezed);
}

/* A word or some: no sentence, no number, no code. */
static gboolean
is_name (const char *name)
{
  gsize len = strlen (name);

  if (len < 2 || !(g_ascii_isalpha (name[0]) || name[0] == '_' || name[0] == '.' || (guchar) name[0] >= 0x80) || !g_utf8_validate (name, -1, NULL))
    return FALSE;
  for (gsize i = 0; i < len; i++)
    if (!g_ascii_isalnum (name[i]) && strchr ("_-.:| ", name[i]) == NULL && (guchar) name[i] < 0x80)
      return FALSE;
  return TRUE;
}

/* Reads the name between `open` and `close` at `at`. Returns: (transfer full) a name, or NULL. */
static char *
read_name (const char *at, gsize len, gsize form, gsize *out_len)
{
  gsize open = strlen (forms[form].open), close = strlen (forms[form].close);
  g_autofree char *inner = NULL;

  if (len < open || g_ascii_strncasecmp (at, forms[form].open, open) != 0)
    return NULL;
  for (gsize i = open; i + close <= len && i <= open + FOREIGN_NAME_MAX; i++) {
    if (g_ascii_strncasecmp (at + i, forms[form].close, close) != 0)
      continue;
    inner = g_strndup (at + open, i - open);
    if (strchr ("%#", *at) != NULL && g_ascii_isspace (*inner)) /* "100%% sure%%": these open and close alike */
      return NULL;
    g_strstrip (inner);
    if (forms[form].kind == FORM_ENCODED) {
      char *decoded = g_uri_unescape_string (inner, NULL);

      if (decoded != NULL) {
        g_free (inner);
        inner = decoded;
      }
    }
    *out_len = i + close;
    return is_name (inner) ? g_steal_pointer (&inner) : NULL;
  }
  return NULL;
}

static gboolean
is_meant (const ForeignSearch *self, gsize form, const char *name)
{
  return forms[form].kind != FORM_USUAL || is_usual (name) || field_name_find (name, self->columns, self->aliases) != FIELD_NAME_NONE;
}

static gboolean
is_noted (const ForeignSearch *self, const char *quoted)
{
  for (guint i = 0; i < self->notes->len; i++)
    if (strstr (g_ptr_array_index (self->notes, i), quoted) != NULL)
      return TRUE;
  return FALSE;
}

static void
foreign_field_note (const ForeignSearch *self, const Template *template, const TemplateOp *op, gsize offset, gsize len, gsize form, const char *name)
{
  g_autofree char *quoted = g_strdup_printf ("“%.*s”", (int) len, op->text + offset);
  guint line, column;

  if (self->notes->len >= FOREIGN_FIELD_NOTES_MAX || is_noted (self, quoted))
    return;
  template_locate (op, offset, &line, &column);
  if (self->is_fixed)
    g_ptr_array_add (self->notes, g_strdup_printf ("%s: line %u column %u: %s goes out as it is: this is the same for everybody, so no field may stand here",
                                                   template->label, line, column, quoted));
  else if (forms[form].kind == FORM_ENCODED)
    g_ptr_array_add (self->notes, g_strdup_printf ("%s: line %u column %u: %s goes out as it is: an editor has encoded the braces of {{%s}}; write them plainly",
                                                   template->label, line, column, quoted, name));
  else
    g_ptr_array_add (self->notes, g_strdup_printf ("%s: line %u column %u: %s goes out as it is: a field is written {{%s}} here", template->label, line, column,
                                                   quoted, name));
}

/* Returns: how many octets at `offset` are done with. */
static gsize
look_at (const ForeignSearch *self, const Template *template, const TemplateOp *op, gsize offset)
{
  for (gsize form = 0; form < G_N_ELEMENTS (forms); form++) {
    gsize len = 0;
    g_autofree char *name = read_name (op->text + offset, op->len - offset, form, &len);

    if (name == NULL || !is_meant (self, form, name))
      continue;
    if (memchr (op->text + offset, '\n', len) == NULL)
      foreign_field_note (self, template, op, offset, len, form, name);
    return len;
  }
  return 1;
}

static gboolean
is_opening (char c)
{
  return strchr ("%&*[{$<#\xc2", c) != NULL && c != '\0';
}

static void
search_literal (const ForeignSearch *self, const Template *template, const TemplateOp *op, HtmlScan *scan)
{
  gsize behind = 0; /* the part that is looked at already */

  for (gsize i = 0; i < op->len; i++) {
    gboolean is_shown = scan == NULL || scan->state == HTML_TEXT || html_scan_is_value (scan);

    if (is_shown && i >= behind && is_opening (op->text[i]))
      behind = i + look_at (self, template, op, i);
    if (scan != NULL)
      html_scan_step (scan, op->text[i]);
  }
}

void
foreign_field_find (const ForeignSearch *self, const Template *template, gboolean is_html)
{
  HtmlScan scan = { 0 };
  Place place;

  for (guint i = 0; template != NULL && i < template->ops->len; i++) {
    const TemplateOp *op = template_get (template, i);

    if (op->kind == TEMPLATE_LITERAL)
      search_literal (self, template, op, is_html ? &scan : NULL);
    else if (op->kind == TEMPLATE_HOLE && is_html)
      html_scan_hole (&scan, &place);
  }
}
