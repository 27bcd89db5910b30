#include "template.h"

#include "html-template.h"

#include "sample.h"

static const char *const filled[] = { "bob@example.com", "Bob Lee", "Bob", "Köln", NULL }; /* no phone, no note */

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

static const struct { const char *source, *result; } good[] = {
  { "Dear {{name}}!", "Dear Bob Lee!" },
  { "{{ FIRST   name }}", "Bob" },                               /* case and white space do not matter */
  { "{{first\nname}}{{CITY}}", "BobKöln" },                      /* an editor broke the line */
  { "{{first\xc2\xa0name}}", "Bob" },                            /* or put a no-break space */
  { "{{email}}", "bob@example.com" },
  { "{{note|none}} {{city|nowhere}}", "none Köln" },
  { "{{nickname|}}{{nickname| friend }}", "friend" },            /* no such column, but a fallback */
  { "{{#city}}in {{city}}{{/City}}{{^city}}x{{/city}}", "in Köln" },
  { "{{#note}}{{note}}{{/note}}{{^note}}no note{{/note}}", "no note" },
  { "{{#nickname}}{{nickname}}{{/nickname}}.", "." },            /* unknown, but in a section */
  { "a\n{{#city}}\nb\n{{/city}}\nc", "a\nb\nc" },                /* tags alone on a line take it with them */
  { "a\n  {{! remark }}  \nb {{! x}}c", "a\nb c" },
  { "{{#city}}{{#note}}x{{/note}}{{^note}}y{{/note}}{{/city}}", "y" },
  { "a\r\nb\rc", "a\nb\nc" },
  { "a } b }} c { d", "a } b }} c { d" },                        /* braces that are no tag */
  { "\xef\xbb\xbf" "x", "x" },                                   /* a byte order mark */
  { "", "" },
};

static void
test_good (void)
{
  static FrameRow row;

  sample_row (&row, 1, filled);
  for (gsize i = 0; i < G_N_ELEMENTS (good); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (Template) template = template_parse ("text", good[i].source, &error);
    g_autoptr (GString) out = g_string_new (NULL);
    TemplateOutput output = { append_literal, append, out, NULL, 0 };

    g_assert_no_error (error);
    g_assert_true (template_bind (template, sample_columns, NULL, &error));
    g_assert_null (template_run (template, &row, &output));
    g_assert_cmpstr (out->str, ==, good[i].result);
  }
}

static const struct { const char *source, *message; } bad[] = {
  { "{{name", "text: line 1 column 1: “{{” without “}}”" },
  { "ä\nöö {{na{{me}}", "text: line 2 column 4: “{{” without “}}”" }, /* columns count characters */
  { "{{}}", "text: line 1 column 1: “{{}}” names no field" },
  { "{{ | x}}", "text: line 1 column 1: “{{}}” names no field" },
  { "{{/a}}", "text: line 1 column 1: “{{/a}}” closes nothing" },
  { "x\n{{#a}}\n", "text: line 2 column 1: the section “a” is never closed: write {{/a}} where it ends" },
  { "{{#a}}{{#b}}{{/a}}{{/b}}", "text: line 1 column 13: “{{/a}}” stands where “{{/b}}” must (opened at line 1 column 7)" },
  { "{{{name}}}", "text: line 1 column 1: values are always escaped: write {{field}}" },
  { "{{&name}}", "text: line 1 column 1: values are always escaped: write {{field}}" },
  { "{{>part}}", "text: line 1 column 1: a template cannot include another one" },
  { "{{=<% %>=}}", "text: line 1 column 1: the braces cannot be changed" },
  { "a\nb \xff", "text: line 2 column 3: this is not UTF-8: save the file as UTF-8" },
};

static void
test_bad (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (bad); i++) {
    g_autoptr (GError) error = NULL;

    g_assert_null (template_parse ("text", bad[i].source, &error));
    g_assert_error (error, TEMPLATE_ERROR, TEMPLATE_ERROR_FORM);
    g_assert_cmpstr (error->message, ==, bad[i].message);
  }
}

static void
test_limits (void)
{
  g_autoptr (GString) deep = g_string_new (NULL), many = g_string_new (NULL), name = g_string_new ("{{");
  g_autoptr (GError) error = NULL;

  for (guint i = 0; i <= TEMPLATE_DEPTH_MAX; i++)
    g_string_append (deep, "{{#a}}");
  g_assert_null (template_parse ("text", deep->str, &error));
  g_assert_cmpstr (error->message, ==, "text: line 1 column 97: more than 16 sections inside each other");
  g_clear_error (&error);
  for (guint i = 0; i <= TEMPLATE_OPS_MAX; i++)
    g_string_append (many, "{{a}}");
  g_assert_null (template_parse ("text", many->str, &error));
  g_assert_error (error, TEMPLATE_ERROR, TEMPLATE_ERROR_FORM);
  g_clear_error (&error);
  for (guint i = 0; i <= TEMPLATE_NAME_MAX; i++)
    g_string_append_c (name, 'x');
  g_string_append (name, "}}");
  g_assert_null (template_parse ("text", name->str, &error));
  g_assert_error (error, TEMPLATE_ERROR, TEMPLATE_ERROR_FORM);
}

/* The last octet that is allowed, and one more. */
static void
test_largest (void)
{
  g_autofree char *text = g_strnfill (TEMPLATE_MAX + 1, 'x'), *name = g_strnfill (TEMPLATE_NAME_MAX, 'n'), *tag = g_strdup_printf ("{{%s}}", name);
  g_autoptr (GString) deep = g_string_new (NULL);
  g_autoptr (Template) named = template_parse ("text", tag, NULL), fits = NULL, nested = NULL;

  g_assert_nonnull (named);
  g_assert_null (template_parse ("text", text, NULL));
  text[TEMPLATE_MAX] = '\0';
  fits = template_parse ("text", text, NULL);
  g_assert_nonnull (fits);
  for (guint i = 0; i < TEMPLATE_DEPTH_MAX; i++)
    g_string_append (deep, "{{#a}}");
  for (guint i = 0; i < TEMPLATE_DEPTH_MAX; i++)
    g_string_append (deep, "{{/a}}");
  nested = template_parse ("text", deep->str, NULL);
  g_assert_nonnull (nested);
}

static void
append_bytes (void *sink, const char *data, gsize len)
{
  g_byte_array_append (sink, (const guint8 *) data, (guint) len);
}

/* Behind the most octets that there may be nothing more is written: a template may hold a value thousands of times. */
static void
test_stops (void)
{
  static FrameRow row;
  g_autoptr (GString) source = g_string_new (NULL);
  g_autoptr (GByteArray) out = g_byte_array_new ();
  TemplateOutput output = { NULL, append_bytes, out, out, 20 };
  g_autoptr (Template) template = NULL;

  for (guint i = 0; i < 100; i++)
    g_string_append (source, "{{name}}");
  template = template_parse ("text", source->str, NULL);
  g_assert_true (template_bind (template, sample_columns, NULL, NULL));
  sample_row (&row, 1, filled);
  g_assert_null (template_run (template, &row, &output));
  g_assert_cmpuint (out->len, ==, 3 * strlen ("Bob Lee")); /* the one that went beyond is the last */
}

static const char *const aliases[] = { "Your Name", "name", "Mobile", "phone", "city", "email", NULL };

static const struct { const char *source, *message; } unknown[] = {
  { "{{firstname}}", "text: line 1 column 1: there is no field “firstname”: did you mean “First Name”?" },
  { "\n{{citty}}", "text: line 2 column 1: there is no field “citty”: did you mean “city”?" },
  { "{{nmae}}", "text: line 1 column 1: there is no field “nmae”: did you mean “name”?" },       /* letters changed places */
  { "{{yuor name}}", "text: line 1 column 1: there is no field “yuor name”: did you mean “Your Name”?" }, /* an alias is proposed too */
  { "{{unsubscribe}}", "text: line 1 column 1: there is no field “unsubscribe”: it stands for the campaign's unsubscribe address, and this campaign "
                       "has none" },
  { "{{message}}", "text: line 1 column 1: there is no field “message”: this name is the program's own" },
  { "{{Preheader}}", "text: line 1 column 1: there is no field “Preheader”: this name is the program's own" },
  { "{{#if city}}a{{/if}}", NULL },
  { "{{e-mail}}", "text: line 1 column 1: there is no field “e-mail”: did you mean “email”?" },
  { "{{zzzz}}", "text: line 1 column 1: there is no field “zzzz”: there are “name”, “email”, “First Name”, “city”, “phone”, “note”; "
                "or give a fallback" },
};

static void
test_unknown (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (unknown); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (Template) template = template_parse ("text", unknown[i].source, &error);

    if (unknown[i].message == NULL) {
      g_assert_null (template);
      g_assert_nonnull (strstr (error->message, "line 1 column 1: “{{#if city}}” is how another program writes it: here a section is named by its field, as in {{#city}}"));
      continue;
    }
    g_assert_no_error (error);
    g_assert_false (template_bind (template, sample_columns, aliases, &error));
    g_assert_error (error, TEMPLATE_ERROR, TEMPLATE_ERROR_FIELD);
    g_assert_cmpstr (error->message, ==, unknown[i].message);
  }
}

static const struct { const char *name; int field; } bound[] = {
  { "Your Name", 1 }, { "your  NAME", 1 }, { "Mobile", 4 }, { "name", 1 },
  { "City", 3 },              /* a column goes before an alias */
  { "field.city", 3 }, { "Field.Your Name", 1 },
  { "unsubscribe", FIELD_NAME_NONE }, { "field.unsubscribe", 6 }, /* the program's own name, and the column */
  { "message", FIELD_NAME_NONE }, { "field.message", 7 }, { "preheader", FIELD_NAME_NONE }, { "field.Preheader", FIELD_NAME_NONE },
  { "field.", FIELD_NAME_NONE }, { "nobody", FIELD_NAME_NONE },
};

static void
test_bound (void)
{
  static const char *const columns[] = { "First Name", "city", "phone", "note", "unsubscribe", "Message", NULL };

  for (gsize i = 0; i < G_N_ELEMENTS (bound); i++)
    g_assert_cmpint (field_name_find (bound[i].name, columns, aliases), ==, bound[i].field);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/template/template/good", test_good);
  g_test_add_func ("/shared/template/template/bad", test_bad);
  g_test_add_func ("/shared/template/template/limits", test_limits);
  g_test_add_func ("/shared/template/template/stops", test_stops);
  g_test_add_func ("/shared/template/template/largest", test_largest);
  g_test_add_func ("/shared/template/template/bound", test_bound);
  g_test_add_func ("/shared/template/template/unknown", test_unknown);
  return g_test_run ();
}
