/* A file through the real, locked worker into a store. */
#include "database-open.h"
#include "fault.h"
#include "session.h"
#include <signal.h>
#include <string.h>

static const ImportSpec plain = { .spool_folder = "/tmp", .format = "auto", .encoding = "", .region = "", .sheet = "", .header = "auto", .several = "listed", .left = "listed", .list = "people",
                                  .consent = "fair 2026" };

static gint64
count (Store *store, const char *sql)
{
  gint64 n = -1;

  store_get_int (store, &n, NULL, sql, "");
  return n;
}

static const char file[] = "Name;E-Mail;Phone;City\n"
                           "Ann Lee;ann@example.org;+49 30 1234567;Kiel\n"
                           "\"Ben\";ben@example.org;;\"Bad\nSegeberg\"\n"
                           "Ann Lee;ANN@example.org;;Bonn\n"
                           "Cara;not an address;;Ulm\n";

static void
test_csv (gconstpointer is_pipe)
{
  g_autoptr (Store) store = store_open (":memory:", NULL);
  Session s;

  session_run (&s, store, file, -1, is_pipe != NULL, &plain);
  g_assert_no_error (s.error);
  g_assert_cmpuint (s.read, ==, 4);
  g_assert_cmpuint (s.created, ==, 2);
  g_assert_cmpuint (s.merged, ==, 1);
  g_assert_cmpuint (s.rejected, ==, 1);
  g_assert_cmpuint (s.reject_frames, ==, 1);
  g_assert_cmpstr (s.format, ==, "csv");
  g_assert_cmpstr (s.fields, ==, "City");
  g_assert_cmpint (count (store, "SELECT count(*) FROM member"), ==, 2);
  g_assert_cmpint (count (store, "SELECT count(*) FROM consent WHERE source='fair 2026'"), ==, 2);
  g_assert_cmpint (count (store, "SELECT count(*) FROM contact WHERE field(fields,'city')='Bonn' AND email='ann@example.org'"), ==, 1);
  session_clear (&s);

  session_run (&s, store, file, -1, FALSE, &plain); /* again: nothing changes */
  g_assert_no_error (s.error);
  g_assert_cmpuint (s.created + s.updated, ==, 0);
  g_assert_cmpuint (s.unchanged, ==, 2);
  session_clear (&s);
}

static void
test_dry_run (void)
{
  g_autoptr (Store) store = store_open (":memory:", NULL);
  ImportSpec spec = plain;
  Session s;

  spec.is_dry_run = TRUE;
  session_run (&s, store, file, -1, FALSE, &spec);
  g_assert_no_error (s.error);
  g_assert_cmpuint (s.created, ==, 2);
  g_assert_cmpint (count (store, "SELECT (SELECT count(*) FROM person)+(SELECT count(*) FROM list)+(SELECT count(*) FROM audit)+(SELECT count(*) FROM arrival)"), ==, 0);
  session_clear (&s);
}

static void
test_wrong_file (void)
{
  g_autoptr (Store) store = store_open (":memory:", NULL);
  static const char xls[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old workbook";
  ImportSpec spec = plain;
  Session s;

  session_run (&s, store, xls, sizeof xls - 1, FALSE, &plain);
  g_assert_error (s.error, FAULT, FAULT_DATA);
  session_clear (&s);

  spec.map = g_variant_ref_sink (g_variant_new_parsed ("{'email': 'Nowhere'}"));
  session_run (&s, store, file, -1, FALSE, &spec);
  g_assert_error (s.error, FAULT, FAULT_USAGE);
  g_assert_cmpint (count (store, "SELECT (SELECT count(*) FROM person)+(SELECT count(*) FROM list)+(SELECT count(*) FROM arrival)"), ==, 0);
  g_variant_unref (spec.map);
  session_clear (&s);
}

/* Who left according to the file is no member; on a word, nobody writes to them from any list. */
static void
test_left (void)
{
  static const char left[] = "email,name,status\na@example.org,A,unsubscribed\nB@\xc3\xbc.example,B,blocklisted\nc@gmial.com,C,active\n";
  static const struct { const char *left; guint created, suppressed; } cases[] = { { "listed", 1, 0 }, { "take", 3, 0 }, { "suppress", 1, 2 } };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autoptr (Store) store = store_open (":memory:", NULL);
    ImportSpec spec = plain;
    Session s;

    spec.left = cases[i].left;
    session_run (&s, store, left, -1, FALSE, &spec);
    g_assert_no_error (s.error);
    g_assert_cmpuint (s.created, ==, cases[i].created);
    g_assert_cmpuint (s.rejected, ==, 3 - cases[i].created);
    g_assert_cmpuint (s.left_out, ==, 0); /* the typing error was taken */
    g_assert_cmpint (count (store, "SELECT count(*) FROM suppression WHERE scope='all' AND address IN ('a@example.org','b@xn--tda.example')"), ==, cases[i].suppressed);
    session_clear (&s);
  }
}

static void
test_many (void)
{
  g_autoptr (Store) store = store_open (":memory:", NULL);
  g_autoptr (GString) rows = g_string_new ("email,name,city\n");
  guint n = g_test_slow () ? 1000000 : 20000;
  gint64 start;
  Session s;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (rows, "p%u@example.org,Person %u,Town %u\n", i * 2654435761u, i, i % 1000);
  start = g_get_monotonic_time ();
  session_run (&s, store, rows->str, (gssize) rows->len, FALSE, &plain);
  g_assert_no_error (s.error);
  g_assert_cmpuint (s.created, ==, n);
  g_test_message ("%u rows in %.2f s", n, (double) (g_get_monotonic_time () - start) / 1e6);
  session_clear (&s);
}

int
main (int argc, char *argv[])
{
  fault_quark ();
  g_test_init (&argc, &argv, NULL);
  g_test_add_data_func ("/import/csv", NULL, test_csv);
  g_test_add_data_func ("/import/pipe", "pipe", test_csv);
  g_test_add_func ("/import/dry-run", test_dry_run);
  g_test_add_func ("/import/wrong-file", test_wrong_file);
  g_test_add_func ("/import/left", test_left);
  g_test_add_func ("/import/many", test_many);
  return g_test_run ();
}
