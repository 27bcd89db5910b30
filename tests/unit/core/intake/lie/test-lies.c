/* Core and a worker that lies: each lie ends the import with words, nothing is stored, and the next import works. */
#include "database-open.h"
#include "fault.h"
#include "session.h"
#include <string.h>

static const struct {
  const char *lie;
  int         code;
  const char *words; /* somewhere in what people read */
} cases[] = {
  { "dies-at-once", FAULT_OS, "before the first row" },
  { "dies", FAULT_OS, "stopped at row 1" },              /* half of the rows were staged already */
  { "leaves", FAULT_OS, "stopped at row 1" },            /* with status 0: no success either */
  { "stalls-at-once", FAULT_PROTOCOL, "did not answer" },
  { "stalls", FAULT_PROTOCOL, "did not answer" },
  { "unknown-encoding-word", FAULT_PROTOCOL, "Open" },   /* the contract's form of a value */
  { "same-column-twice", FAULT_PROTOCOL, "column" },
  { "control-in-column", FAULT_PROTOCOL, "Open" },
  { "alias-of-no-column", FAULT_PROTOCOL, "alias" },
  { "wrong-type", FAULT_PROTOCOL, "Next" },
  { "unasked", FAULT_PROTOCOL, "does not have" },        /* a signal that no contract knows */
  { "wrong-count", FAULT_PROTOCOL, "wrong number of fields" },
  { "row-number-back", FAULT_PROTOCOL, "out of order" },
  { "more-than-asked", FAULT_PROTOCOL, "more rows" },
  { "control-in-name", FAULT_PROTOCOL, "name" },
  { "bad-utf8", FAULT_PROTOCOL, "name" },
  { "bad-utf8-value", FAULT_PROTOCOL, "value" },
  { "bad-address", FAULT_PROTOCOL, "address" },
  { "newline-in-address", FAULT_PROTOCOL, "address" },   /* would be a header of its own one day */
  { "bad-phone", FAULT_PROTOCOL, "number" },
  { "nobody", FAULT_PROTOCOL, "without address" },
  { "bad-reason", FAULT_PROTOCOL, "rejection" },
  { "forged-frame", FAULT_PROTOCOL, "frame" },
  { "forged-kind", FAULT_PROTOCOL, "frame" },
  { "reads-beyond", FAULT_PROTOCOL, "not there" },
  { "writes-the-file", 0, "" },                          /* no error: it must not be able to, the fd is read-only */
  { "brings-nothing", FAULT_PROTOCOL, "nothing any more" },
};

static const ImportSpec plain = { .spool_folder = "/tmp", .format = "auto", .encoding = "", .region = "", .sheet = "", .header = "auto", .several = "listed", .left = "listed", .list = "people",
                                  .consent = "", .timeout_ms = 700 };

static gint64
count_all (Database *database)
{
  gint64 n = -1;

  database_get_int (database, &n, NULL, "SELECT (SELECT count(*) FROM person)+(SELECT count(*) FROM list)+(SELECT count(*) FROM membership)"
                  "+(SELECT count(*) FROM known)+(SELECT count(*) FROM arrival)", "");
  return n;
}

static void
ignore_warning (const char *domain, GLogLevelFlags level, const char *message, gpointer data)
{
}

static void
test_lie (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (Database) database = database_open (":memory:", NULL);
  guint handler = g_log_set_handler ("postrider", G_LOG_LEVEL_WARNING | G_LOG_LEVEL_MESSAGE, ignore_warning, NULL);
  Session s;

  session_run (&s, database, cases[i].lie, -1, FALSE, &plain);
  if (strcmp (cases[i].lie, "writes-the-file") == 0) {
    g_assert_no_error (s.error);
    g_assert_cmpuint (s.read, ==, 3); /* not the one row of an honest answer: it could not write */
  } else {
    g_assert_error (s.error, FAULT, cases[i].code);
    g_test_message ("%s", s.error->message);
    g_assert_nonnull (strstr (s.error->message, cases[i].words));
    g_assert_nonnull (strstr (s.error->message, "nothing was stored"));
    g_assert_cmpint (count_all (database), ==, 0);
  }
  session_clear (&s);

  session_run (&s, database, "honest", -1, FALSE, &plain); /* core goes on */
  g_assert_no_error (s.error);
  g_assert_cmpuint (s.read, ==, 1);
  session_clear (&s);
  g_log_remove_handler ("postrider", handler);
}

int
main (int argc, char *argv[])
{
  fault_quark ();
  g_test_init (&argc, &argv, NULL);
  g_log_set_always_fatal (G_LOG_FATAL_MASK | G_LOG_LEVEL_CRITICAL);
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *path = g_strconcat ("/core/intake/lie/lies/import/lie/", cases[i].lie, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_lie);
  }
  return g_test_run ();
}
