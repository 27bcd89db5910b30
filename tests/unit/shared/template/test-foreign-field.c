/* Fields of other programs are told; what only looks like one is not. */
#include "foreign-field.h"

static const struct {
  const char *source;
  gboolean    is_html;
  const char *note; /* of the first one, behind "text: "; NULL: none */
} cases[] = {
  { "Hi *|FNAME|*", FALSE, "line 1 column 4: “*|FNAME|*” goes out as it is: a field is written {{FNAME}} here" },     /* mailchimp.com */
  { "a\n [[first name]]", FALSE, "line 2 column 2: “[[first name]]” goes out as it is: a field is written {{first name}} here" },
  { "<p>{{name}} [[data:name]]", TRUE, "line 1 column 13: “[[data:name]]” goes out as it is: a field is written {{data:name}} here" }, /* mailjet */
  { "{$name}", FALSE, "line 1 column 1: “{$name}” goes out as it is: a field is written {{name}} here" },              /* MailerLite */
  { "%%name%%", FALSE, "line 1 column 1: “%%name%%” goes out as it is: a field is written {{name}} here" },
  { "<%= name %>", TRUE, "line 1 column 1: “<%= name %>” goes out as it is: a field is written {{name}} here" },
  { "<<First Name>>", TRUE, "line 1 column 1: “<<First Name>>” goes out as it is: a field is written {{First Name}} here" },
  { "&lt;&lt;name&gt;&gt;", TRUE, "line 1 column 1: “&lt;&lt;name&gt;&gt;” goes out as it is: a field is written {{name}} here" },
  { "%recipient.name%", FALSE, "line 1 column 1: “%recipient.name%” goes out as it is: a field is written {{recipient.name}} here" }, /* Mailgun */
  { "[FIRSTNAME]", FALSE, "line 1 column 1: “[FIRSTNAME]” goes out as it is: a field is written {{FIRSTNAME}} here" }, /* Brevo */
  { "{Town}", FALSE, "line 1 column 1: “{Town}” goes out as it is: a field is written {{Town}} here" },                 /* a column of the list */
  { "{% if paid %}", FALSE, "line 1 column 1: “{% if paid %}” goes out as it is: a field is written {{if paid}} here" }, /* Liquid */
  { "<a href=\"https://x.example/%7B%7Blink%7D%7D\">", TRUE,
    "line 1 column 28: “%7B%7Blink%7D%7D” goes out as it is: an editor has encoded the braces of {{link}}; write them plainly" },
  { "<a href='%7b%7bfirst%20name%7d%7d'>", TRUE,
    "line 1 column 10: “%7b%7bfirst%20name%7d%7d” goes out as it is: an editor has encoded the braces of {{first name}}; write them plainly" },
  { "&#123;&#123;name&#125;&#125;", TRUE, "line 1 column 1: “&#123;&#123;name&#125;&#125;” goes out as it is: an editor has encoded the braces of {{name}}; write them plainly" },
  { "&lbrace;&lbrace;name&rbrace;&rbrace;", TRUE, "line 1 column 1: “&lbrace;&lbrace;name&rbrace;&rbrace;” goes out as it is: an editor has encoded the braces of {{name}}; write them plainly" },
  /* nothing of the kind */
  { "Only 5 [EUR], see [1] and [2]. [Link] {a} {x, y} 50% off, 20% more", FALSE, NULL },
  { "Tickets [12,50 EUR] {see below} *important* | a * b | c *", FALSE, NULL },
  { "https://x.example/?q=%C3%A4%20b%DCBER%20c", FALSE, NULL },
  { "\xc2\xab" "Bonjour" "\xc2\xbb" " dit-il, \xc2\xab a \xc2\xbb", FALSE, NULL },
  { "<style>p{color:red} .x{name}</style><!-- [[name]] --><script>a[[name]]</script><p style=\"color:red\">", TRUE, NULL },
  { "<!--[if mso]><p>[name]</p><![endif]--> a &lt; b &gt; c", TRUE, /* Outlook reads it as markup */
    "line 1 column 17: “[name]” goes out as it is: a field is written {{name}} here" },
  { "## Heading ## 1 << 2 >> 1, 100%% sure%% {{name}} {{name|[friend]}}", FALSE, NULL },
};

static void
test_find (void)
{
  static const char *const columns[] = { "phone", "Town", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
    ForeignSearch search = { columns, NULL, notes };
    g_autoptr (Template) template = template_parse ("text", cases[i].source, NULL);

    g_assert_nonnull (template);
    foreign_field_find (&search, template, cases[i].is_html);
    g_test_message ("%s: %s", cases[i].source, notes->len > 0 ? (const char *) g_ptr_array_index (notes, 0) : "-");
    g_assert_cmpuint (notes->len, ==, cases[i].note != NULL);
    if (cases[i].note != NULL)
      g_assert_cmpstr ((const char *) g_ptr_array_index (notes, 0) + strlen ("text: "), ==, cases[i].note);
  }
}

static void
test_once (void)
{
  g_autoptr (GPtrArray) notes = g_ptr_array_new_with_free_func (g_free);
  ForeignSearch search = { NULL, NULL, notes };
  g_autoptr (GString) many = g_string_new ("[[name]] [[name]] ");
  g_autoptr (Template) template = NULL;

  for (guint i = 0; i < 1000; i++)
    g_string_append_printf (many, "*|F%u|* ", i);
  template = template_parse ("text", many->str, NULL);
  foreign_field_find (&search, template, FALSE);
  foreign_field_find (&search, NULL, FALSE);
  g_assert_cmpuint (notes->len, ==, FOREIGN_FIELD_NOTES_MAX);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/template/foreign-field/find", test_find);
  g_test_add_func ("/shared/template/foreign-field/once", test_once);
  return g_test_run ();
}
