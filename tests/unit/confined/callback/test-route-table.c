#include "route-table.h"

#include "fault.h"
#include <string.h>

enum { KIND_REDIRECT, KIND_WEBHOOK, KIND_LEAVE, KIND_NONE };

static const struct { const char *method, *path; guint32 body_max, kind; gboolean needs_core, is_fine; } rows[] = {
  { "GET", "/", 0, KIND_REDIRECT, TRUE, TRUE },
  { "POST", "/hook", ROUTE_BODY_MAX, KIND_WEBHOOK, TRUE, TRUE },
  { "HEAD", "/u/*", 0, KIND_LEAVE, FALSE, TRUE },
  { "GET", "/", 0, KIND_REDIRECT, FALSE, FALSE },       /* there is no page of its own */
  { "PUT", "/", 0, KIND_REDIRECT, TRUE, FALSE },
  { "get", "/", 0, KIND_REDIRECT, TRUE, FALSE },
  { "GET", "", 0, KIND_REDIRECT, TRUE, FALSE },
  { "GET", "*", 0, KIND_REDIRECT, TRUE, FALSE },
  { "GET", "/a?b", 0, KIND_REDIRECT, TRUE, FALSE },
  { "GET", "/%41", 0, KIND_REDIRECT, TRUE, FALSE },     /* it would be compared as it stands */
  { "GET", "/*/a", 0, KIND_REDIRECT, TRUE, FALSE },     /* one at the end, no other */
  { "GET", "/", 1, KIND_REDIRECT, TRUE, FALSE },        /* a body of a GET */
  { "POST", "/", ROUTE_BODY_MAX + 1, KIND_WEBHOOK, TRUE, FALSE },
  { "GET", "/", 0, KIND_NONE, TRUE, FALSE },
};

static void
test_add (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autoptr (RouteTable) table = route_table_new ();
    g_autoptr (GError) error = NULL;

    g_test_message ("row %zu", i);
    g_assert_cmpint (route_table_add (table, 1, rows[i].method, rows[i].path, rows[i].body_max, rows[i].kind, rows[i].needs_core, &error), ==, rows[i].is_fine);
    if (!rows[i].is_fine)
      g_assert_error (error, FAULT, FAULT_USAGE);
    g_assert_true ((route_table_get_kind (table) != NULL) == rows[i].is_fine);
  }
}

/* One process has one purpose. */
static void
test_one_kind (void)
{
  g_autoptr (RouteTable) table = route_table_new ();
  g_autoptr (GError) error = NULL;

  g_assert_true (route_table_add (table, 1, "GET", "/", 0, KIND_WEBHOOK, TRUE, NULL));
  g_assert_true (route_table_add (table, 2, "POST", "/", 7, KIND_WEBHOOK, TRUE, NULL));
  g_assert_false (route_table_add (table, 3, "GET", "/u/*", 0, KIND_LEAVE, TRUE, &error));
  g_assert_error (error, FAULT, FAULT_USAGE);
  g_assert_cmpuint (route_table_get_body_max (table), ==, 7);
}

static const struct { guint32 kind; const char *head; guint32 number; } finds[] = {
  { KIND_REDIRECT, "GET /cb?a HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n", 1 },
  { KIND_REDIRECT, "GET /cb HTTP/1.1\r\nHost: [::1]:80\r\n\r\n", 1 },
  { KIND_REDIRECT, "GET /cb HTTP/1.1\r\nHost: localhost:80\r\n\r\n", 1 },
  { KIND_REDIRECT, "GET /cb HTTP/1.1\r\nHost: localhost:81\r\n\r\n", 0 },
  { KIND_REDIRECT, "GET /cb HTTP/1.1\r\nHost: localhost\r\n\r\n", 0 },
  { KIND_REDIRECT, "GET /cb HTTP/1.1\r\nHost: localhost:080\r\n\r\n", 0 },
  { KIND_REDIRECT, "GET /cb HTTP/1.1\r\nHost: example.org:80\r\n\r\n", 0 },
  { KIND_REDIRECT, "GET /cb/ HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n", 0 },
  { KIND_REDIRECT, "HEAD /cb HTTP/1.1\r\nHost: 127.0.0.1:80\r\n\r\n", 0 },
  { KIND_REDIRECT, "GET /cb HTTP/1.1\r\nContent-Length: 1\r\nHost: 127.0.0.1:80\r\n\r\n", 0 },
  { KIND_WEBHOOK, "GET /cb HTTP/1.1\r\nHost: example.org\r\n\r\n", 1 },             /* a proxy's own name: core compares */
  { KIND_WEBHOOK, "POST /u/ab HTTP/1.1\r\nContent-Length: 9\r\nHost: a\r\n\r\n", 2 },
  { KIND_WEBHOOK, "POST /u/ab HTTP/1.1\r\nContent-Length: 10\r\nHost: a\r\n\r\n", 0 },
  { KIND_WEBHOOK, "POST /u/ HTTP/1.1\r\nHost: a\r\n\r\n", 0 },                      /* the star is one octet at least */
  { KIND_WEBHOOK, "POST /u/a/b HTTP/1.1\r\nHost: a\r\n\r\n", 0 },
  { KIND_WEBHOOK, "POST /u/a%20b HTTP/1.1\r\nHost: a\r\n\r\n", 0 },
  { KIND_WEBHOOK, "POST /u/a HTTP/1.1\r\nX-Hub-Signature-256: x\r\nHost: a\r\n\r\n", 2 },
  { KIND_WEBHOOK, "POST /u/a HTTP/1.1\r\nX-Hub-Signature-256: x\r\nx-hub-signature-256: y\r\nHost: a\r\n\r\n", 0 }, /* which one would count? */
  { KIND_WEBHOOK, "POST /u/a HTTP/1.1\r\nX-Hub-Signature-256: \xff\r\nHost: a\r\n\r\n", 0 },                         /* no string of D-Bus */
};

static void
test_find (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (finds); i++) {
    g_autoptr (RouteTable) table = route_table_new ();
    g_autoptr (RequestHead) head = request_head_parse (finds[i].head, strlen (finds[i].head), NULL);
    const Route *route;

    g_test_message ("row %zu", i);
    g_assert_nonnull (head);
    g_assert_true (route_table_add (table, 1, "GET", "/cb", 0, finds[i].kind, TRUE, NULL));
    g_assert_true (route_table_add (table, 2, "POST", "/u/*", 9, finds[i].kind, TRUE, NULL));
    route = route_table_find (table, head, 80);
    g_assert_cmpuint (route != NULL ? route->number : 0, ==, finds[i].number);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fault_quark ();
  g_test_add_func ("/confined/callback/route-table/add", test_add);
  g_test_add_func ("/confined/callback/route-table/one-kind", test_one_kind);
  g_test_add_func ("/confined/callback/route-table/find", test_find);
  return g_test_run ();
}
