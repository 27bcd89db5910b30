#include "answer-page.h"

#include "fault.h"
#include <string.h>

static const struct { guint status; const char *word; const char *words[3]; const char *holds; } rows[] = {
  { 200, "signed-in", { "ann@example.org" }, "<b>ann@example.org</b>" },
  { 200, "signed-in", { "<script>alert(1)</script>" }, "<b>&lt;script&gt;" },
  { 400, "not-signed-in", { "a & \"b\"" }, "a &amp; &quot;b&quot;" },
  { 200, "challenge", { "1158201444" }, "1158201444" },
  { 200, "challenge", { "a\r\nb" }, "a b" },             /* one line, whatever came */
  { 200, "taken", { NULL }, "" },
  { 200, "leave", { NULL }, "<form method=\"post\">" },
  { 404, "not-found", { NULL }, "Nothing is here.\n" },
  { 599, "later", { NULL }, "" },
  /* refused */
  { 200, "nothing", { NULL }, NULL },
  { 200, "signed-in", { NULL }, NULL },
  { 200, "signed-in", { "a", "b" }, NULL },
  { 200, "taken", { "a" }, NULL },
  { 302, "taken", { NULL }, NULL },                       /* nobody is sent elsewhere */
  { 100, "taken", { NULL }, NULL },
  { 600, "taken", { NULL }, NULL },
  { 0, "taken", { NULL }, NULL },
};

static void
test_fill (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (AnswerPage) page = answer_page_new (rows[i].status, rows[i].word, rows[i].words, &error);

    g_test_message ("row %zu", i);
    if (rows[i].holds == NULL) {
      g_assert_error (error, FAULT, FAULT_USAGE);
      continue;
    }
    g_assert_no_error (error);
    g_assert_nonnull (strstr (page->text, rows[i].holds));
    g_assert_null (strstr (page->text, "<script"));
    g_assert_null (strchr (page->text, '\1'));
    g_assert_true (g_str_has_prefix (page->policy, "default-src 'none'; "));
  }
}

static void
test_raw (void)
{
  g_autofree char *raw = answer_page_dup_raw (404, "not-found");

  g_assert_true (g_str_has_prefix (raw, "HTTP/1.1 404 Not Found\r\nConnection: close\r\n"));
  g_assert_true (g_str_has_suffix (raw, "Content-Length: 17\r\n\r\nNothing is here.\n"));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fault_quark ();
  g_test_add_func ("/confined/callback/answer-page/fill", test_fill);
  g_test_add_func ("/confined/callback/answer-page/raw", test_raw);
  return g_test_run ();
}
