#include "sample.h"

#define NO_SCHEME " has no scheme: in a mail this link leads nowhere; write https:// in front"
#define RELATIVE " is a relative link: in a mail it leads nowhere; write the whole https address"
#define IN_STYLE " is a picture in a style: it is not carried along; write its whole https address, or use <img> or background="
#define IN_SRCSET " in srcset is not carried along: write its whole https address, or leave srcset out (src is carried)"

static const struct { const char *html, *note; } cases[] = { /* note NULL: none */
  { "<p>x <a href=\"www.school.example\">y</a>", "html: line 1 column 15: “www.school.example”" NO_SCHEME },
  { "<p>x\n<a href='page.html'>y</a>", "html: line 2 column 10: “page.html”" RELATIVE }, /* RFC 2557 §5: a mail has no base */
  { "x<a href=/a/b.html>y</a>", "html: line 1 column 11: “/a/b.html”" RELATIVE },
  { "x<a href=\"{{note}}\">y</a>", NULL },                                               /* a value may bring its scheme */
  { "x<a href=\"{{#city}}https://x{{/city}}\">y</a>", NULL },
  { "x<a href=\"https://x.example\">y</a><a href='#top'>z</a><a href='mailto:a@x.example'>m</a><a href=''>e</a>", NULL },
  { "x<link href=\"style.css\">", NULL },                                                /* no mail program loads it; nobody clicks on it */
  { "x<p style=\"background:url('a.png')\">", "html: line 1 column 12: “a.png”" IN_STYLE },
  { "x<p style='background:url(https://x.example/a.png)'>", NULL },
  { "<style>\np { background: url( \"b.png\" ) }</style>x", "html: line 1 column 8: “b.png”" IN_STYLE },
  { "x<img src=\"https://x.example/a.png\" srcset=\"https://x.example/a.png 1x, big.png 2x\">", "html: line 1 column 45: “big.png”" IN_SRCSET },
  { "x<!-- <a href=\"www.x.example\"> -->", NULL },
};

static const char *const *
notes_of (const char *html, Skeleton **out_skeleton)
{
  SkeletonSpec spec = sample_spec ("s", html, NULL);
  g_autoptr (GError) error = NULL;

  spec.any_field = TRUE;
  *out_skeleton = skeleton_compile (&spec, &error);
  g_assert_no_error (error);
  return skeleton_get_notes (*out_skeleton);
}

static void
test_cases (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Skeleton) skeleton = NULL;
    const char *const *notes = notes_of (cases[i].html, &skeleton);

    g_test_message ("%s", cases[i].html);
    g_assert_cmpstr (notes[0], ==, cases[i].note);
    g_assert_true (notes[0] == NULL || notes[1] == NULL);
  }
}

/* Each address once, and no more than a person reads. */
static void
test_bounds (void)
{
  g_autoptr (GString) html = g_string_new ("x");
  g_autoptr (Skeleton) skeleton = NULL;

  for (guint i = 0; i < 200; i++)
    g_string_append_printf (html, "<a href=\"p%u.html\">y</a>", i / 2);
  g_assert_cmpuint (g_strv_length ((GStrv) notes_of (html->str, &skeleton)), ==, 20);
}

static void
test_empty_text (void)
{
  g_autoptr (Skeleton) mute = NULL, told = NULL;

  g_assert_true (g_str_has_prefix (notes_of ("<img src=\"https://x.example/a.png\"><svg><text>x</text></svg>", &mute)[0], "html: there are no words"));
  g_assert_null (notes_of ("<img src=\"https://x.example/a.png\" alt=\"Summer fair\">", &told)[0]);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  skeleton_warm_up ();
  g_test_add_func ("/shared/template/html-findings/cases", test_cases);
  g_test_add_func ("/shared/template/html-findings/bounds", test_bounds);
  g_test_add_func ("/shared/template/html-findings/empty-text", test_empty_text);
  return g_test_run ();
}
