#include "request-head.h"

#include <string.h>

#define L(literal) literal, sizeof (literal) - 1
#define END "Host: a\r\n\r\n"

static const struct { const char *data; gsize len; gssize measured; } measures[] = {
  { L (""), 0 },
  { L ("GET / HTTP/1.1\r\n"), 0 },
  { L ("GET / HTTP/1.1\r\n\r"), 0 },              /* one octet is missing */
  { L ("GET / HTTP/1.1\r\n\r\n"), 18 },
  { L ("GET / HTTP/1.1\r\n\r\nmore"), 18 },       /* what stands behind is not the head's */
  { L ("GET / HTTP/1.1\n\n"), -1 },               /* LF alone */
  { L ("GET /\r / HTTP/1.1\r\n\r\n"), -1 },       /* CR alone */
  { L ("GET /\0 HTTP/1.1\r\n\r\n"), -1 },         /* known at once, whatever would come */
  { L ("GET /\x7f"), -1 },
  { L ("\n"), -1 },
  { L ("\x16\x03\x01"), -1 },                     /* TLS */
};

static void
test_measure (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (measures); i++) {
    g_autofree char *exact = g_memdup2 (measures[i].data, measures[i].len); /* a read behind the end is seen */

    g_test_message ("row %zu", i);
    g_assert_cmpint (request_head_measure (exact, measures[i].len), ==, measures[i].measured);
  }
}

static const struct { const char *data; gsize len; const char *path, *query, *host; guint64 body_len; } heads[] = {
  { L ("GET / HTTP/1.1\r\n" END), "/", "", "a", 0 },
  { L ("GET /a/b?c=d&e=%20?/ HTTP/1.0\r\n" END), "/a/b", "c=d&e=%20?/", "a", 0 },
  { L ("GET /? HTTP/1.1\r\n" END), "/", "", "a", 0 },
  { L ("POST /%41 HTTP/1.1\r\nContent-Length: 7\r\nhOST: \t[::1]:8\t \r\n\r\n"), "/%41", "", "[::1]:8", 7 }, /* nothing is decoded */
  { L ("GET / HTTP/1.1\r\nReferer: \xc3\xa4\r\n" END), "/", "", "a", 0 },  /* other octets may stand in a value */
  { L ("GET / HTTP/1.1\r\nX:\r\n" END), "/", "", "a", 0 },
  /* refused */
  { L ("GET / HTTP/1.1\r\n\r\n"), NULL },                                  /* no Host */
  { L ("GET / HTTP/1.1\r\nHost: a\r\n" END), NULL },                       /* two */
  { L ("GET / HTTP/1.1\r\nHost:\r\n\r\n"), NULL },
  { L ("GET / HTTP/1.1\r\nHost: a, b\r\n\r\n"), NULL },
  { L ("GET / HTTP/1.1\r\nHost : a\r\n\r\n"), NULL },                      /* white space in front of the colon */
  { L ("GET / HTTP/1.1\r\n Host: a\r\n" END), NULL },                      /* a line that goes on */
  { L ("GET / HTTP/1.1\r\nX\r\n" END), NULL },
  { L ("\r\nGET / HTTP/1.1\r\n" END), NULL },
  { L ("GET http://a/ HTTP/1.1\r\n" END), NULL },
  { L ("GET * HTTP/1.1\r\n" END), NULL },
  { L ("GET  / HTTP/1.1\r\n" END), NULL },                                 /* two spaces */
  { L ("GET / HTTP/1.1 \r\n" END), NULL },
  { L ("GET / HTTP/2.0\r\n" END), NULL },
  { L ("GET /\r\n" END), NULL },
  { L ("get / HTTP/1.1\r\n" END), NULL },
  { L (" / HTTP/1.1\r\n" END), NULL },
  { L ("GET /# HTTP/1.1\r\n" END), NULL },
  { L ("GET /?a=\" HTTP/1.1\r\n" END), NULL },
  { L ("GET /?\xc3\xa4 HTTP/1.1\r\n" END), NULL },
  { L ("GET /?%0 HTTP/1.1\r\n" END), NULL },
  { L ("GET /?%4g HTTP/1.1\r\n" END), NULL },
  { L ("GET /?%00 HTTP/1.1\r\n" END), NULL },
  { L ("GET /?%0D%0a HTTP/1.1\r\n" END), NULL },
  { L ("GET /?%7F HTTP/1.1\r\n" END), NULL },
  { L ("GET / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n" END), NULL },
  { L ("GET / HTTP/1.1\r\nContent-Length: 1\r\nContent-Length: 1\r\n" END), NULL },
  { L ("GET / HTTP/1.1\r\nContent-Length: +1\r\n" END), NULL },
  { L ("GET / HTTP/1.1\r\nContent-Length: 0x1\r\n" END), NULL },
  { L ("GET / HTTP/1.1\r\nContent-Length: 99999999999\r\n" END), NULL },
  { L ("GET / HTTP/1.1\r\nContent-Length:\r\n" END), NULL },
  { L ("GET / HTTP/1.1\r\n" END "x"), NULL },                              /* not as measured */
};

static void
test_parse (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (heads); i++) {
    g_autofree char *exact = g_memdup2 (heads[i].data, heads[i].len);
    g_autoptr (GError) error = NULL;
    g_autoptr (RequestHead) head = request_head_parse (exact, heads[i].len, &error);

    g_test_message ("row %zu", i);
    if (heads[i].path == NULL) {
      g_assert_error (error, REQUEST_HEAD_ERROR, REQUEST_HEAD_ERROR_MALFORMED);
      continue;
    }
    g_assert_no_error (error);
    g_assert_cmpstr (head->path, ==, heads[i].path);
    g_assert_cmpstr (head->query, ==, heads[i].query);
    g_assert_cmpstr (head->host, ==, heads[i].host);
    g_assert_cmpuint (head->body_len, ==, heads[i].body_len);
  }
}

/* `count` times `piece` between a head's beginning and end: as many as may be, and one more. */
static void
assert_most (const char *start, const char *piece, const char *end, guint count)
{
  for (guint more = 0; more <= 1; more++) {
    GString *text = g_string_new (start);
    RequestHead *head;

    for (guint i = 0; i < count + more; i++)
      g_string_append (text, piece);
    g_string_append (text, end);
    head = request_head_parse (text->str, text->len, NULL);
    g_assert_true ((head != NULL) == (more == 0));
    request_head_free (head);
    g_string_free (text, TRUE);
  }
}

static void
test_most (void)
{
  assert_most ("GET /", "a", " HTTP/1.1\r\n" END, REQUEST_HEAD_PATH_MAX - 1);
  assert_most ("GET /?", "a", " HTTP/1.1\r\n" END, REQUEST_HEAD_QUERY_MAX);
  assert_most ("GET /?a", "&a", " HTTP/1.1\r\n" END, REQUEST_HEAD_PAIRS_MAX - 1);
  assert_most ("GET / HTTP/1.1\r\n", "X: y\r\n", END, REQUEST_HEAD_FIELDS_MAX - 1);
  assert_most ("GET / HTTP/1.1\r\nCookie: a", ";a", "\r\n" END, REQUEST_HEAD_PAIRS_MAX - 1);
  assert_most ("GET / HTTP/1.1\r\nHost: ", "a", "\r\n\r\n", REQUEST_HEAD_HOST_MAX);
}

static void
test_find (void)
{
  static const char text[] = "GET / HTTP/1.1\r\nX-A: 1\r\nx-a: 2\r\n" END;
  g_autoptr (RequestHead) head = request_head_parse (text, sizeof text - 1, NULL);
  guint count = 9;

  g_assert_nonnull (head);
  g_assert_cmpstr (request_head_find (head, "x-a", &count), ==, "1");
  g_assert_cmpuint (count, ==, 2);
  g_assert_null (request_head_find (head, "x-b", &count));
  g_assert_cmpuint (count, ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confined/callback/request-head/measure", test_measure);
  g_test_add_func ("/confined/callback/request-head/parse", test_parse);
  g_test_add_func ("/confined/callback/request-head/most", test_most);
  g_test_add_func ("/confined/callback/request-head/find", test_find);
  return g_test_run ();
}
