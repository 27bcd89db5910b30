#include "html-template.h"

#include "skeleton.h"

#include "sample.h"

static const struct { const char *source; Place place; } places[] = {
  { "<p>{{name}}", PLACE_HTML },
  { "a < b {{name}}", PLACE_HTML },                                    /* no tag */
  { "<!-- x --!>{{name}}", PLACE_HTML },
  { "<!-->{{name}}", PLACE_HTML },                                     /* a whole comment */
  { "<!doctype html><p>{{name}}", PLACE_HTML },
  { "<title>{{name}}</title>", PLACE_HTML },
  { "<textarea><a href=\"</textarea>{{name}}", PLACE_HTML },           /* what is inside is no tag */
  { "<style>a{b:'<p x=\"'}</style>{{name}}", PLACE_HTML },
  { "<a title=\"{{name}}\">", PLACE_ATTRIBUTE },
  { "<a title='x {{name}}'>", PLACE_ATTRIBUTE },
  { "<a title = {{name}} >", PLACE_BARE },
  { "<a title=x{{name}}>", PLACE_BARE },
  { "<a data-x=\"'>\" title=\"{{name}}\">", PLACE_ATTRIBUTE },
  { "<a href=\"{{name}}\">", PLACE_LINK_HTML },
  { "<A HREF = ' {{name}}'>", PLACE_LINK_HTML },                       /* white space does not count */
  { "<a href=\"https://x/{{name}}\">", PLACE_URL_PATH },
  { "<a href=\"https://x/?q={{name}}\">", PLACE_URL_QUERY },
  { "<a href=\"#{{name}}\">", PLACE_URL_QUERY },
  { "<img src=\"{{name}}\">", PLACE_LINK_HTML },
  { "<td background={{name}}>", PLACE_LINK_HTML },
  { "<a href=\"{{#city}}https://x/{{/city}}{{name}}\">", PLACE_URL_PATH }, /* the stricter of both ways */
  { "<a href=\"mailto:{{name}}\">", PLACE_URL_MAILTO },                 /* RFC 6068: "@" is part of the address */
  { "<a href=\"mailto:a@example.org?subject={{name}}\">", PLACE_URL_QUERY },
  { "<a href='TEL:{{name}}'>", PLACE_URL_TEL },                        /* RFC 3966: the plus is part of the number */
  { "<a href=tel:+{{name}}>", PLACE_URL_TEL },
  { "<a href=\"sms:{{name}}\">", PLACE_URL_TEL },
  { "<a href=\"sms:+49?body={{name}}\">", PLACE_URL_QUERY },
  { "<a href=\"https://wa.me/{{name}}\">", PLACE_URL_DIGITS },
  { "<a href=\"https://wa.me/49{{name}}\">", PLACE_URL_PATH },         /* a part of a number may need its zero */
  { "<a href=\"https://wa.me/{{city}}?text={{name}}\">", PLACE_URL_QUERY },
  { "<a href=\"https://api.whatsapp.com/send?phone={{name}}\">", PLACE_URL_DIGITS },
  { "<a href=\"teleport/{{name}}\">", PLACE_URL_PATH },
  { "<a href=\"{{#city}}tel:{{/city}}{{name}}\">", PLACE_URL_PATH },
  { "<!--[if mso]>{{name}}<![endif]-->", PLACE_HTML },                 /* Outlook reads it as markup */
  { "<!--[IF gte mso 9]><v:roundrect href=\"{{name}}\"><![endif]-->", PLACE_LINK_HTML },
  { "<!--[if !mso]><!-->{{name}}<!--<![endif]-->", PLACE_HTML },
  { "<![if !mso]>{{name}}<![endif]>", PLACE_HTML },
  { "<!--[if mso]><a title=\"<![endif]-->{{name}}", PLACE_HTML },       /* for all others the comment, and what was open in it, is over */
  { "<!--[if mso]>{{#city}}x{{/city}}<![endif]-->{{#city}}<!-- [if x]> -->{{/city}}<p>{{name}}", PLACE_HTML },
};

static void
test_places (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (places); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (Template) template = template_parse ("html", places[i].source, &error);
    gboolean was_seen = FALSE;

    g_assert_no_error (error);
    html_template_place (template, &error);
    g_assert_no_error (error);
    for (guint j = 0; j < template->ops->len; j++)
      if (template_get (template, j)->kind == TEMPLATE_HOLE && g_str_equal (template_get_name (template, template_get (template, j)), "name")) {
        g_test_message ("%s", places[i].source);
        g_assert_cmpint (template_get (template, j)->place, ==, places[i].place);
        was_seen = TRUE;
      }
    g_assert_true (was_seen);
  }
}

static const struct { const char *source, *message; } bad[] = {
  { "<script>x={{name}}</script>", "html: line 1 column 11: no value may stand in a script, a style sheet, a frame or half an end tag" },
  { "<STYLE>\n{{name}}", "html: line 2 column 1: no value may stand in a script, a style sheet, a frame or half an end tag" },
  { "<!-- {{name}} -->", "html: line 1 column 6: no value may stand in a comment" },
  { "<!--[if {{name}}]>x<![endif]-->", "html: line 1 column 9: no value may stand in a comment" },
  { "<!-- [if mso]>{{name}}<![endif]-->", "html: line 1 column 15: no value may stand in a comment" }, /* with a blank it is an ordinary one */
  { "<!--[if mso]><style>{{name}}</style><![endif]-->", "html: line 1 column 21: no value may stand in a script, a style sheet, a frame or half an end tag" },
  { "<!doctype {{name}}>", "html: line 1 column 11: no value may stand in a comment" },
  { "<{{name}}>", "html: line 1 column 2: no value may stand in a tag outside an attribute's value" },
  { "<a {{name}}=x>", "html: line 1 column 4: no value may stand in a tag outside an attribute's value" },
  { "<a x{{name}}>", "html: line 1 column 5: no value may stand in a tag outside an attribute's value" },
  { "<a onclick=\"f('{{name}}')\">", "html: line 1 column 16: no value may stand in a script" },
  { "<a href=\"javascript:f({{name}})\">", "html: line 1 column 23: no value may stand in a link that runs code" },
  { "<a href=\"Java\nScript:f({{name}})\">", "html: line 2 column 10: no value may stand in a link that runs code" },
  { "<a href=\"{{name}}script:x\">", "html: line 1 column 24: a value cannot choose the scheme of a link" },
  { "<a href=\"{{name}}:{{city}}\">", "html: line 1 column 18: a value cannot choose the scheme of a link" },
  { "<a href=\"{{#city}}javascript:{{/city}}{{name}}\">", "html: line 1 column 39: no value may stand in a link that runs code" },
  { "<p style=\"color:{{name}}\">", "html: line 1 column 17: no value may stand in this attribute (style, srcset, srcdoc, meta): it has rules of its own" },
  { "<a title=\"{{#city}}\">{{/city}}", "html: line 1 column 11: this section must end in the same place of the HTML in which it begins "
                                       "(both between tags, or both in one attribute's value)" },
  { "<title></{{name}}title>", "html: line 1 column 10: no value may stand in a script, a style sheet, a frame or half an end tag" },
};

static void
test_bad (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (Template) template = template_parse ("html", bad[i].source, &error);

    g_assert_no_error (error);
    g_assert_false (html_template_place (template, &error));
    g_assert_error (error, TEMPLATE_ERROR, TEMPLATE_ERROR_FORM);
    g_assert_cmpstr (error->message, ==, bad[i].message);
  }
}

static void
append (void *sink, const char *data, gsize len)
{
  g_string_append_len (sink, data, (gssize) len);
}

static void
append_literal (void *sink, const TemplateOp *op, guint index)
{
  append (sink, op->text, op->len);
}

static const struct { const char *html, *text; } texts[] = {
  { "<p>Hello  {{name}},</p>\n<p>how are\nyou?</p>", "Hello Bob <Lee>,\n\nhow are you?" },
  { "a<br>b<br/><br />c", "a\nb\n\nc" },
  { "see <a href=\"https://x/?a=1&amp;b={{city}}\">our page</a> now", "see our page <https://x/?a=1&b=K%C3%B6ln> now" },
  { "<a href='https://example.org'>https://example.org</a>", "https://example.org" }, /* said once */
  { "<a href='mailto:a@example.org'>a@example.org</a>", "a@example.org" },
  { "<a href='https://example.org/'><img src=x alt='{{name}} shop'></a>", "Bob <Lee> shop <https://example.org/>" },
  { "<a href='#top'>up</a> <a name=x>y</a>", "up y" },
  { "<a href=\"{{note}}\">n</a>", "n <#>" },                                   /* javascript: is no link here either */
  { "<ul><li>a</li><li>b <b>c</b></ul>x", "- a\n- b c\n\nx" },
  { "<ol><li>a<ul><li>b</ul><li>c</ol>", "1. a\n  - b\n2. c" },
  { "<ol start=\"3\"><li>a</li><li value='7'>b<ol><li>c</ol></li><li>d</ol>", "3. a\n7. b\n  1. c\n8. d" }, /* WHATWG HTML §4.4.8: li value */
  { "<ol start=-1><li>a<li>b<li>c</ol>", "-1. a\n0. b\n1. c" },
  { "<ol start=x><li>a</ol>", "1. a" },
  { "<ul><li><a href=\"https://x.example/\">https://x.example</a></ul>", "- https://x.example" },
  { "<a href=\"https://x.example/?p={{city}}\">https://x.example/?p={{city}}</a>", "https://x.example/?p=Köln" },
  { "<a href=\"{{name}}\">{{city}}</a>", "Köln <Bob%20%3CLee%3E>" },
  { "<a href=\"https://x.example\">Look at https://x.example now</a>", "Look at https://x.example now" },
  { "<a href=\" https://x.example/a\n b\tc \">z</a>", "z <https://x.example/a%20bc>" },                    /* WHATWG URL: line breaks and tabs go */
  { "<img alt=\"a\nb  c\">", "a b c" },
  { "a<template>b<template>c</template>d</template>e", "ae" },
  { "a<noscript>b<img alt=c></noscript>d<svg><title>t</title><text>x</text></svg>e<svg/>f", "adef" },
  { "a<!--[if mso]><p>Outlook {{city}}</p><img alt=x><![endif]-->b<!--[if !mso]><!-->c<!--<![endif]-->d", "abcd" },
  { "<h1>T</h1>x<hr>y", "T\n\nx\n\n----\n\ny" },
  { "&lt;b&gt; &amp;amp; &eacute; &#8364;&#x20ac; &nosuch; &nbsp;x&shy;y a&b", "<b> &amp; é €€ &nosuch;  xy a&b" },
  { "<style>p{}</style><script>x</script><title>t</title><!-- c -->z", "z" },
  { "<pre>a\n  b</pre>", "a\n  b" },
  { "1 < 2 <b>3</b>", "1 < 2 3" },
  { "<table><tr><td>a<td>b</tr><tr><td>c</table>", "a b\nc" },
  { "A{{#city}}<p>x{{/city}}</p>B", "A\n\nx\n\nB" },
  { "Hi {{#city}}dear {{/city}}{{name}}", "Hi dear Bob <Lee>" },
  { "<p>&#123;&#123;name&#125;&#125;</p>", "{{name}}" },                       /* decoded braces are no field */
  { "Grüße<p>漢字", "Grüße\n\n漢字" },
  { "<a href=\"{{#city}}https://x/{{city}}{{/city}}{{^city}}https://y{{/city}}\">z</a>", "z <https://x/K%C3%B6ln>" },
};

static void
test_texts (void)
{
  static const char *const values[] = { "bob@example.com", "Bob <Lee>", "Bob", "Köln", "1", "javascript:x", NULL };
  static FrameRow row;

  sample_row (&row, 1, values);
  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (Template) html = template_parse ("html", texts[i].html, &error), text = NULL;
    g_autoptr (GString) out = g_string_new (NULL);
    TemplateOutput output = { append_literal, append, out, NULL, 0 };

    g_assert_no_error (error);
    html_template_place (html, &error);
    g_assert_no_error (error);
    g_assert_true (template_bind (html, sample_columns, NULL, &error));
    text = html_template_to_text (html);
    g_assert_null (template_run (text, &row, &output));
    g_assert_cmpstr (out->str, ==, texts[i].text);
  }
}

/* What a template asks for, columns known or not: the compiler's own answer, joined by commas. */
static const struct { const char *subject, *html, *fields, *required; gboolean any_field; } looks[] = {
  { "{{Anrede}}", "<p>{{#City}}{{zip}}{{/City}}{{x|y}}", "Anrede,City,zip,x", "Anrede", TRUE },
  { "", "<p>{{Gr&ouml;&szlig;e}}", "Größe", "Größe", TRUE },       /* what an editor of HTML makes of a name */
  { "{{größe}}", "<p>{{Gr&#xf6;&szlig;e}}", "größe", "größe", TRUE }, /* one field, as first written */
  { "", "<p>{{M&amp;M}} {{a&lt;b}} {{a&b}} {{&bogus;}}", "M&M,a<b,a&b,&bogus;", "M&M,a<b,a&b,&bogus;", TRUE },
  { "", "<p>{{first&nbsp;name}}", "first name", "first name", FALSE }, /* a column of the sample */
  { "", "<p>{{a&#10;b}}", "a b", "a b", TRUE },                    /* a name is a line in the contract */
  { "", "<p>{{&Ouml;l}}", "Öl", "Öl", TRUE },                      /* no Mustache "&" */
  { "", "<p>{{&nbsp;}}", "&nbsp;", "&nbsp;", TRUE },               /* a name cannot be empty */
  { "{{! x }}", "<p>{{! y }}", "", "", TRUE },                    /* remarks are no fields */
  { "", "<!-- {{x}} -->", NULL, NULL, TRUE },                      /* what cannot be sent is an error here too */
};

static void
test_looks (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (looks); i++) {
    SkeletonSpec spec = sample_spec (looks[i].subject, looks[i].html, "");
    g_autoptr (GError) error = NULL;
    g_autoptr (Skeleton) skeleton = NULL;
    g_autofree char *fields = NULL, *required = NULL;

    spec.any_field = looks[i].any_field;
    skeleton = skeleton_compile (&spec, &error);
    if (looks[i].fields == NULL) {
      g_assert_error (error, TEMPLATE_ERROR, TEMPLATE_ERROR_FORM);
      continue;
    }
    g_assert_no_error (error);
    fields = g_strjoinv (",", (char **) skeleton_get_fields (skeleton));
    required = g_strjoinv (",", (char **) skeleton_get_required (skeleton));
    g_assert_cmpstr (fields, ==, looks[i].fields);
    g_assert_cmpstr (required, ==, looks[i].required);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  skeleton_warm_up ();
  g_test_add_func ("/shared/template/html-template/places", test_places);
  g_test_add_func ("/shared/template/html-template/bad", test_bad);
  g_test_add_func ("/shared/template/html-template/texts", test_texts);
  g_test_add_func ("/shared/template/html-template/looks", test_looks);
  return g_test_run ();
}
