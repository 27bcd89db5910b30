#include "json-answer.h"

#include "fault.h"
#include "leftover.h"

#define L(literal) literal, sizeof (literal) - 1

static void
test_refused (void)
{
  static const struct { const char *text; gsize len; } rows[] = {
    { L ("") },
    { L ("{") },
    { L ("{}}") },                        /* something behind */
    { L ("{} {}") },
    { L ("\xef\xbb\xbf{}") },             /* a byte order mark (RFC 8259 §8.1: may be refused) */
    { L ("{\"a\":1,}") },
    { L ("{\"a\":1,\"a\":1}") },          /* the same key, the same value */
    { L ("{\"a\":1,\"\\u0061\":2}") },    /* the same key, written differently */
    { L ("{\"x\":{\"a\":1,\"a\":2}}") },  /* further down */
    { L ("{a:1}") },
    { L ("{'a':1}") },
    { L ("{\"a\" 1}") },
    { L ("[1 2]") },
    { L ("[,1]") },
    { L ("[1,]") },
    { L ("[1") },
    { L ("01") },
    { L ("+1") },
    { L ("1.") },
    { L (".5") },
    { L ("1e") },
    { L ("-") },
    { L ("NaN") },
    { L ("True") },
    { L ("nul") },
    { L ("\"a") },
    { L ("\"a\\") },
    { L ("\"\\x41\"") },
    { L ("\"\\u12\"") },
    { L ("\"\\u0000\"") },                /* hides what stands behind it */
    { L ("\"a\0b\"") },
    { L ("\"\\ud800\"") },                /* half a pair */
    { L ("\"\\udc00\\ud800\"") },
    { L ("\"\\ud800\\u0041\"") },
    { L ("\"a\nb\"") },                   /* a control character that is not escaped */
    { L ("\"\xff\"") },
    { L ("\"\xc0\xaf\"") },               /* an overlong slash */
    { L ("\"\xed\xa0\x80\"") },           /* a surrogate in UTF-8 */
    { L ("<html>") },
    { L ("{} // words") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (GError) error = NULL;
    g_autoptr (JsonAnswer) json = json_answer_parse (rows[i].text, rows[i].len, &error);

    if (json != NULL)
      g_error ("row %u was taken: %s", (guint) i, rows[i].text);
    g_assert_error (error, FAULT, FAULT_PROTOCOL);
  }
}

static void
test_taken (void)
{
  static const char text[] = " {\"token\" : \"a\\\"\\\\\\/\\b\\f\\n\\r\\t\\u00fc\\ud83d\\ude00\xc3\xbc\x7f\",\r\n\t\"n\":-12, \"big\":9223372036854775808, \"part\":1.5, \"e\":1e3,"
                             "\"yes\":true, \"no\":false, \"none\":null, \"list\":[1,[2],{\"deep\":\"er\"}], \"\":0} ";
  g_autoptr (GError) error = NULL;
  g_autoptr (JsonAnswer) json = json_answer_parse (text, sizeof text - 1, &error);
  const JsonAnswer *list = json_answer_get_member (json, "list");
  gint64 n = 7;
  gboolean is = FALSE;

  g_assert_no_error (error);
  g_assert_true (json_answer_is_object (json));
  g_assert_cmpstr (json_answer_get_string (json_answer_get_member (json, "token")), ==, "a\"\\/\b\f\n\r\t\xc3\xbc\xf0\x9f\x98\x80\xc3\xbc\x7f");
  g_assert_true (json_answer_get_integer (json_answer_get_member (json, "n"), &n) && n == -12);
  g_assert_false (json_answer_get_integer (json_answer_get_member (json, "big"), &n));
  g_assert_false (json_answer_get_integer (json_answer_get_member (json, "part"), &n));
  g_assert_false (json_answer_get_integer (json_answer_get_member (json, "e"), &n));
  g_assert_false (json_answer_get_integer (json_answer_get_member (json, "token"), &n));
  g_assert_cmpint (n, ==, -12);
  g_assert_true (json_answer_get_boolean (json_answer_get_member (json, "yes"), &is) && is);
  g_assert_true (json_answer_get_boolean (json_answer_get_member (json, "no"), &is) && !is);
  g_assert_false (json_answer_get_boolean (json_answer_get_member (json, "none"), &is));
  g_assert_null (json_answer_get_string (json_answer_get_member (json, "none")));
  g_assert_null (json_answer_get_member (json, "absent"));
  g_assert_true (json_answer_get_integer (json_answer_get_member (json, ""), &n) && n == 0);
  g_assert_cmpstr (json_answer_get_string (json_answer_get_member (json_answer_get_element (list, 2), "deep")), ==, "er");
  g_assert_null (json_answer_get_element (list, 3));
  g_assert_null (json_answer_get_member (list, "0"));
  g_assert_null (json_answer_get_element (json, 0));
}

/* Each bound: what just fits, and one more. */
static char *
make_nested (guint depth)
{
  GString *text = g_string_new (NULL);

  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, '[');
  for (guint i = 0; i < depth; i++)
    g_string_append_c (text, ']');
  return g_string_free (text, FALSE);
}

static char *
make_members (guint n)
{
  GString *text = g_string_new ("{");

  for (guint i = 0; i < n; i++)
    g_string_append_printf (text, "%s\"k%u\":0", i > 0 ? "," : "", i);
  return g_string_free (g_string_append_c (text, '}'), FALSE);
}

static char *
make_elements (guint n)
{
  GString *text = g_string_new ("[");

  for (guint i = 0; i < n; i++)
    g_string_append (text, i > 0 ? ",0" : "0");
  return g_string_free (g_string_append_c (text, ']'), FALSE);
}

static char *
make_spaces (guint n)
{
  char *text = g_strnfill (n, ' ');

  text[0] = '0';
  return text;
}

static void
test_bounds (void)
{
  static const struct { char *(*make) (guint n); guint most; } rows[] = {
    { make_nested, JSON_ANSWER_DEPTH_MAX },
    { make_members, JSON_ANSWER_MEMBERS_MAX },
    { make_elements, JSON_ANSWER_VALUES_MAX - 1 },
    { make_spaces, JSON_ANSWER_MAX },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *fits = rows[i].make (rows[i].most), *more = rows[i].make (rows[i].most + 1);
    g_autoptr (JsonAnswer) taken = json_answer_parse (fits, strlen (fits), NULL), refused = json_answer_parse (more, strlen (more), NULL);

    g_assert_nonnull (taken);
    g_assert_null (refused);
  }
}

static void
parse_and_free (gpointer data)
{
  const Leftover *secret = data;
  char text[LEFTOVER_LEN + 64] = "{\"access_token\":\"\\u0041", *at = text + strlen (text);

  leftover_put (secret, at, LEFTOVER_LEN);
  strcpy (at + LEFTOVER_LEN, "\",\"broken\":"); /* freed half-built */
  g_assert_null (json_answer_parse (text, strlen (text), NULL));
  strcpy (at + LEFTOVER_LEN, "\"}");
  json_answer_free (json_answer_parse (text, strlen (text), NULL));
  explicit_bzero (text, sizeof text);
}

static void
test_wiped (void)
{
  Leftover secret;

  leftover_check_control ();
  leftover_make (&secret);
  leftover_call_deep (parse_and_free, &secret);
  g_assert_false (leftover_is_there (&secret));
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/http/json-answer/refused", test_refused);
  g_test_add_func ("/shared/http/json-answer/taken", test_taken);
  g_test_add_func ("/shared/http/json-answer/bounds", test_bounds);
  g_test_add_func ("/shared/http/json-answer/wiped", test_wiped);
  return g_test_run ();
}
