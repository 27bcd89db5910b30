/* A file through the real, locked worker into a store. */
#include "database-open.h"
#include "fault.h"
#include "import-undo.h"
#include "session.h"
#include "suppress-rows.h"
#include "suppression.h"
#include <fcntl.h>
#include <glib/gstdio.h>
#include <signal.h>
#include <string.h>

static const ImportSpec plain = { .spool_folder = "/tmp", .format = "auto", .encoding = "", .region = "", .sheet = "", .header = "auto", .several = "listed", .left = "listed", .list = "people",
                                  .consent = "fair 2026" };

static gint64
count (Database *database, const char *sql)
{
  gint64 n = -1;

  database_get_int (database, &n, NULL, sql, "");
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
  g_autoptr (Database) database = database_open (":memory:", NULL);
  Session s;

  session_run (&s, database, file, -1, is_pipe != NULL, &plain);
  g_assert_no_error (s.error);
  g_assert_cmpuint (s.read, ==, 4);
  g_assert_cmpuint (s.created, ==, 2);
  g_assert_cmpuint (s.merged, ==, 1);
  g_assert_cmpuint (s.rejected, ==, 1);
  g_assert_cmpuint (s.reject_frames, ==, 1);
  g_assert_cmpstr (s.format, ==, "csv");
  g_assert_cmpstr (s.fields, ==, "City");
  g_assert_cmpint (count (database, "SELECT count(*) FROM member"), ==, 2);
  g_assert_cmpint (count (database, "SELECT count(*) FROM consent WHERE source='fair 2026'"), ==, 2);
  g_assert_cmpint (count (database, "SELECT count(*) FROM contact WHERE field(fields,'city')='Bonn' AND email='ann@example.org'"), ==, 1);
  session_clear (&s);

  session_run (&s, database, file, -1, FALSE, &plain); /* again: nothing changes */
  g_assert_no_error (s.error);
  g_assert_cmpuint (s.created + s.updated, ==, 0);
  g_assert_cmpuint (s.unchanged, ==, 2);
  session_clear (&s);
}

static void
test_dry_run (void)
{
  g_autoptr (Database) database = database_open (":memory:", NULL);
  ImportSpec spec = plain;
  Session s;

  spec.is_dry_run = TRUE;
  session_run (&s, database, file, -1, FALSE, &spec);
  g_assert_no_error (s.error);
  g_assert_cmpuint (s.created, ==, 2);
  g_assert_cmpint (count (database, "SELECT (SELECT count(*) FROM person)+(SELECT count(*) FROM list)+(SELECT count(*) FROM audit)+(SELECT count(*) FROM arrival)"), ==, 0);
  session_clear (&s);
}

static void
test_wrong_file (void)
{
  g_autoptr (Database) database = database_open (":memory:", NULL);
  static const char xls[] = "\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1 old workbook";
  ImportSpec spec = plain;
  Session s;

  session_run (&s, database, xls, sizeof xls - 1, FALSE, &plain);
  g_assert_error (s.error, FAULT, FAULT_DATA);
  session_clear (&s);

  spec.map = g_variant_ref_sink (g_variant_new_parsed ("{'email': 'Nowhere'}"));
  session_run (&s, database, file, -1, FALSE, &spec);
  g_assert_error (s.error, FAULT, FAULT_USAGE);
  g_assert_cmpint (count (database, "SELECT (SELECT count(*) FROM person)+(SELECT count(*) FROM list)+(SELECT count(*) FROM arrival)"), ==, 0);
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
    g_autoptr (Database) database = database_open (":memory:", NULL);
    ImportSpec spec = plain;
    Session s;

    spec.left = cases[i].left;
    session_run (&s, database, left, -1, FALSE, &spec);
    g_assert_no_error (s.error);
    g_assert_cmpuint (s.created, ==, cases[i].created);
    g_assert_cmpuint (s.rejected, ==, 3 - cases[i].created);
    g_assert_cmpuint (s.left_out, ==, 0); /* the typing error was taken */
    g_assert_cmpint (count (database, "SELECT count(*) FROM suppression WHERE scope='all' AND address IN ('a@example.org','b@xn--tda.example')"), ==, cases[i].suppressed);
    session_clear (&s);
  }
}

/* What the import of a file has caused goes with it; what somebody else said of the same person stays. */
static void
test_left_undone (void)
{
  static const char left[] = "email,name,status\na@example.org,A,unsubscribed\nb@example.org,B,unsubscribed\nc@example.org,C,active\n";
  g_autoptr (Database) database = database_open (":memory:", NULL);
  g_auto (ImportUndone) undone = { 0 };
  ImportSpec spec = plain;
  guint added = 0;
  Session s;

  spec.left = "suppress";
  session_run (&s, database, left, -1, FALSE, &spec);
  g_assert_no_error (s.error);
  g_assert_cmpint (count (database, "SELECT count(*) FROM suppression WHERE reason='left' AND source='import:'||(SELECT id FROM import_run)"), ==, 2);
  g_assert_true (suppression_add (database, &(Suppression){ "b@example.org", "all", SUPPRESSION_REASON_PERSON, "", SUPPRESSION_SOURCE_COMMAND, 0 }, &added, NULL));
  g_assert_true (import_undo (database, 0, &undone, NULL));
  g_assert_cmpuint (undone.lifted, ==, 2);
  g_assert_cmpint (count (database, "SELECT count(*) FROM suppression"), ==, 1);
  g_assert_cmpint (count (database, "SELECT count(*) FROM suppression WHERE address='b@example.org' AND source='command'"), ==, 1);
  session_clear (&s);
}

/* --- consent --- */

static const struct {
  const char *name, *rows, *column, *time, *region;
  guint       created, rejected;
  const char *sql; /* is 1: what stands in `consent` */
} consents[] = {
  { "words", "a@x.example,form,\n", "how", NULL, "", 1, 0, "SELECT source='form' AND time_utc>0 FROM consent" },
  { "yes", "a@x.example,Ja,\n", "how", NULL, "", 1, 0, "SELECT source='fair' FROM consent" },
  { "no", "a@x.example,Nein,\nb@x.example,0,\nc@x.example,yes,\n", "how", NULL, "", 1, 2, "SELECT count(*)=1 FROM consent" },
  { "empty", "a@x.example,,\n", "how", NULL, "", 1, 0, "SELECT count(*)=0 FROM consent" }, /* a person, and nobody says that they agreed */
  { "day", "a@x.example,2024-03-01,\n", "how", NULL, "", 1, 0, "SELECT date(time_utc,'unixepoch')='2024-03-01' FROM consent" },
  { "day-to-come", "a@x.example,2999-03-01,\n", "how", NULL, "", 0, 1, NULL },
  { "no-day", "a@x.example,31/02/2024,\n", "how", NULL, "", 0, 1, NULL },
  { "either-day", "a@x.example,03/04/2024,\n", "how", NULL, "", 0, 1, NULL },
  { "day-by-region", "a@x.example,03/04/2024,\n", "how", NULL, "us", 1, 0, "SELECT date(time_utc,'unixepoch')='2024-03-04' FROM consent" },
  { "day-by-other-region", "a@x.example,03/04/2024,\n", "how", NULL, "gb", 1, 0, "SELECT date(time_utc,'unixepoch')='2024-04-03' FROM consent" },
  { "words-and-day", "a@x.example,form,2024-03-01\n", "how", "when", "", 1, 0, "SELECT source='form' AND date(time_utc,'unixepoch')='2024-03-01' FROM consent" },
  { "day-alone", "a@x.example,form,2999-03-01\n", NULL, "when", "", 0, 1, NULL },
  { "one-day", "a@x.example,form,\n", NULL, "2024-03-01", "", 1, 0, "SELECT source='fair' AND date(time_utc,'unixepoch')='2024-03-01' FROM consent" },
};

static void
test_consent (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *text = g_strconcat ("email,how,when\n", consents[i].rows, NULL);
  g_autoptr (Database) database = database_open (":memory:", NULL);
  ImportSpec spec = plain;
  Session s;

  spec.consent = "fair";
  spec.consent_column = consents[i].column;
  spec.consent_time = consents[i].time;
  spec.region = consents[i].region;
  session_run (&s, database, text, -1, FALSE, &spec);
  g_assert_no_error (s.error);
  g_assert_cmpuint (s.created, ==, consents[i].created);
  g_assert_cmpuint (s.rejected, ==, consents[i].rejected);
  if (consents[i].sql != NULL)
    g_assert_cmpint (count (database, consents[i].sql), ==, 1);
  else
    g_assert_cmpint (count (database, "SELECT count(*) FROM consent"), ==, 0);
  session_clear (&s);
}

/* Options that nobody can mean: nothing is stored. */
static void
test_consent_wrong (void)
{
  static const struct { const char *column, *time; int code; } wrong[] = {
    { "where", NULL, FAULT_DATA }, { NULL, "where", FAULT_DATA }, { NULL, "2999-01-01", FAULT_USAGE }, { NULL, "03/04/2024", FAULT_USAGE }, { NULL, "2024-02-31", FAULT_USAGE },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (wrong); i++) {
    g_autoptr (Database) database = database_open (":memory:", NULL);
    ImportSpec spec = plain;
    Session s;

    spec.consent_column = wrong[i].column;
    spec.consent_time = wrong[i].time;
    session_run (&s, database, "email,how\na@x.example,form\n", -1, FALSE, &spec);
    g_assert_error (s.error, FAULT, wrong[i].code);
    g_assert_cmpint (count (database, "SELECT (SELECT count(*) FROM person)+(SELECT count(*) FROM consent)+(SELECT count(*) FROM list)"), ==, 0);
    session_clear (&s);
  }
}

/* --- lists of other programs --- */

static const struct {
  const char *name, *text, *scope, *reason;
  gboolean    is_all, is_dry_run;
  guint       added, refused;
  const char *sql; /* counts rows of `suppression`: must be 1 */
} suppressions[] = {
  { "listmonk", "email,status\na@x.example,blocklisted\nb@x.example,enabled\nc@x.example,mislaid\n", "all", "", FALSE, FALSE, 1, 2,
    "address='a@x.example' AND scope='all' AND words='blocklisted' AND reason='import' AND source='import'" },
  { "all-of-it", "email,status\na@x.example,blocklisted\nb@x.example,enabled\n", "all", "", TRUE, FALSE, 2, 0, "address='b@x.example'" },
  { "scope", "email,status\na@x.example,blocklisted\n", "from:b@x.example", "asked", FALSE, FALSE, 1, 0, "scope='from:b@x.example' AND words='asked'" },
  { "own-scope", "email,scope,reason\na@x.example,from:b@x.example,why\nc@x.example,nonsense,why\n", "all", "", FALSE, FALSE, 1, 1,
    "address='a@x.example' AND scope='from:b@x.example' AND words='why'" },
  { "own-cause", "email,scope,reason,source,since,kind,cause\na@x.example,all,550 no,server,,email,gone\nb@x.example,all,,command,,email,weird\n", "all", "", FALSE, FALSE, 2, 0,
    "address='a@x.example' AND words='550 no' AND reason='gone' AND source='import'" },
  { "own-cause-unknown", "email,scope,reason,source,since,kind,cause\na@x.example,all,gone,server,,email,weird\n", "all", "", FALSE, FALSE, 1, 0, "reason='import'" },
  { "before-causes", "email,scope,reason,source,since\na@x.example,all,gone,import,\n", "all", "", FALSE, FALSE, 1, 0, "words='gone' AND reason='gone'" },
  { "domains", "*@X.example\n*.y.example\n", "all", "", FALSE, FALSE, 2, 0, "address='@x.example' AND kind='domain'" },
  { "domain-below", "*@X.example\n*.y.example\n", "all", "", FALSE, FALSE, 2, 0, "address='*.y.example' AND kind='domain'" },
  { "number", "a@x.example\n+4930123456\n", "all", "", FALSE, FALSE, 2, 0, "address='+4930123456' AND kind='phone'" },
  { "time", "EmailAddress,Reason,LastUpdateTime\na@x.example,BOUNCE,2020-04-10T22:18:20+00:00\n", "all", "", FALSE, FALSE, 1, 0,
    "words='BOUNCE' AND created_utc=unixepoch('2020-04-10 22:18:20')" },
  { "time-to-come", "EmailAddress,Reason,LastUpdateTime\na@x.example,BOUNCE,2999-04-10T22:18:20+00:00\n", "all", "", FALSE, FALSE, 1, 0, "created_utc<unixepoch()+60" },
  { "dry-run", "email,status\na@x.example,blocklisted\n", "all", "", FALSE, TRUE, 1, 0, NULL },
};

static void
test_suppressions (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  SuppressRowsSpec rows_spec = { suppressions[i].scope, suppressions[i].reason, suppressions[i].is_all, suppressions[i].is_dry_run };
  g_autofree char *sql = g_strconcat ("SELECT count(*) FROM suppression WHERE ", suppressions[i].sql, NULL);
  g_autoptr (Database) database = database_open (":memory:", NULL);
  SuppressRows *rows = suppress_rows_new (database, &rows_spec);
  ImportSpec spec = plain;
  Session s;

  spec.left = "take"; /* as app-import.c says: they are what it is about */
  spec.sink = &suppress_rows_sink;
  spec.sink_data = rows;
  spec.is_dry_run = suppressions[i].is_dry_run;
  session_run (&s, database, suppressions[i].text, -1, FALSE, &spec);
  g_assert_no_error (s.error);
  g_assert_cmpuint (s.created, ==, suppressions[i].added);
  g_assert_cmpuint (s.rejected, ==, suppressions[i].refused);
  g_assert_cmpint (count (database, "SELECT count(*) FROM suppression"), ==, suppressions[i].is_dry_run ? 0 : suppressions[i].added);
  if (suppressions[i].sql != NULL)
    g_assert_cmpint (count (database, sql), ==, 1);
  g_assert_cmpint (count (database, "SELECT count(*) FROM person"), ==, 0); /* they are nobody's contacts */
  session_clear (&s);
  suppress_rows_free (rows);
}

/* A list of those who are subscribed, and one in which nobody left: a slip, and nothing is stored. */
static void
test_suppressions_wrong (void)
{
  static const char *const texts[] = { "\"Email Address\",MEMBER_RATING,OPTIN_TIME,LAST_CHANGED,LEID,EUID\na@x.example,2,,\"2021-01-01 00:00:00\",1,c2\n",
                                       "email,status\na@x.example,active\n" };

  for (gsize i = 0; i < G_N_ELEMENTS (texts); i++) {
    SuppressRowsSpec rows_spec = { "all", "", FALSE, FALSE };
    g_autoptr (Database) database = database_open (":memory:", NULL);
    SuppressRows *rows = suppress_rows_new (database, &rows_spec);
    ImportSpec spec = plain;
    Session s;

    spec.left = "take";
    spec.sink = &suppress_rows_sink;
    spec.sink_data = rows;
    session_run (&s, database, texts[i], -1, FALSE, &spec);
    g_assert_error (s.error, FAULT, FAULT_DATA);
    g_assert_cmpint (count (database, "SELECT count(*) FROM suppression"), ==, 0);
    session_clear (&s);
    suppress_rows_free (rows);
  }
}

/* --- the file --- */

/* A folder, a descriptor that cannot read, a store that is full: said, and nothing is stored. */
static void
test_unread (void)
{
  static const struct { const char *path; int flags, code; } files[] = {
    { "/tmp", O_RDONLY | O_DIRECTORY, FAULT_DATA }, { "/dev/null", O_WRONLY, FAULT_NO_INPUT }, { "/dev/null", O_PATH, FAULT_NO_INPUT },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (files); i++) {
    g_autoptr (Database) database = database_open (":memory:", NULL);
    int fd = g_open (files[i].path, files[i].flags | O_CLOEXEC, 0);
    Session s;

    session_run_fd (&s, database, fd, &plain);
    g_assert_error (s.error, FAULT, files[i].code);
    g_assert_cmpint (count (database, "SELECT count(*) FROM person"), ==, 0);
    session_clear (&s);
  }
}

static void
test_unstored (void)
{
  static const char *const triggers[] = { "CREATE TRIGGER full BEFORE INSERT ON person BEGIN SELECT RAISE(ABORT,'full'); END",
                                          "CREATE TRIGGER full BEFORE INSERT ON membership BEGIN SELECT RAISE(ABORT,'full'); END",
                                          "CREATE TRIGGER full BEFORE INSERT ON consent BEGIN SELECT RAISE(ABORT,'full'); END" };

  for (gsize i = 0; i < G_N_ELEMENTS (triggers); i++) {
    g_autoptr (Database) database = database_open (":memory:", NULL);
    Session s;

    g_assert_true (database_run (database, NULL, triggers[i], ""));
    session_run (&s, database, file, -1, FALSE, &plain);
    g_assert_nonnull (s.error);
    g_assert_cmpint (count (database, "SELECT (SELECT count(*) FROM person)+(SELECT count(*) FROM membership)+(SELECT count(*) FROM consent)+(SELECT count(*) FROM arrival)"), ==, 0);
    session_clear (&s);
  }
}

static void
test_many (void)
{
  g_autoptr (Database) database = database_open (":memory:", NULL);
  g_autoptr (GString) rows = g_string_new ("email,name,city\n");
  guint n = g_test_slow () ? 1000000 : 20000;
  gint64 start;
  Session s;

  for (guint i = 0; i < n; i++)
    g_string_append_printf (rows, "p%u@example.org,Person %u,Town %u\n", i * 2654435761u, i, i % 1000);
  start = g_get_monotonic_time ();
  session_run (&s, database, rows->str, (gssize) rows->len, FALSE, &plain);
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
  g_test_add_data_func ("/core/intake/import/csv", NULL, test_csv);
  g_test_add_data_func ("/core/intake/import/pipe", "pipe", test_csv);
  g_test_add_func ("/core/intake/import/dry-run", test_dry_run);
  g_test_add_func ("/core/intake/import/wrong-file", test_wrong_file);
  g_test_add_func ("/core/intake/import/left", test_left);
  g_test_add_func ("/core/intake/import/left-undone", test_left_undone);
  for (gsize i = 0; i < G_N_ELEMENTS (consents); i++) {
    g_autofree char *path = g_strconcat ("/core/intake/import/consent-", consents[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_consent);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (suppressions); i++) {
    g_autofree char *path = g_strconcat ("/core/intake/import/suppressions-", suppressions[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_suppressions);
  }
  g_test_add_func ("/core/intake/import/consent-wrong", test_consent_wrong);
  g_test_add_func ("/core/intake/import/suppressions-wrong", test_suppressions_wrong);
  g_test_add_func ("/core/intake/import/unread", test_unread);
  g_test_add_func ("/core/intake/import/unstored", test_unstored);
  g_test_add_func ("/core/intake/import/many", test_many);
  return g_test_run ();
}
