/* Tags of lists and campaigns: made with the row, never 0, never given again. */
#include "database-open.h"
#include "list-edit.h"
#include "list.h"

#include "fault.h"
#include <string.h>

static gint64
get_int (Database *database, const char *sql)
{
  gint64 value = -1;

  g_assert_cmpint (database_get_int (database, &value, NULL, sql, ""), ==, 1);
  return value;
}

static Database *
open_store (void)
{
  g_autoptr (GError) error = NULL;
  Database *database = database_open (":memory:", &error);

  g_assert_no_error (error);
  g_assert_true (database_run (database, NULL, "INSERT INTO account(id,name,address,created_utc) VALUES(1,'a','a@example.org',1)", ""));
  return database;
}

#define ADD_CAMPAIGN "INSERT INTO campaign(identity,account,state,sender,subject,created_utc) VALUES(x'00',1,0,'a@example.org','s',1)"

/* However a row is made: by a person, by an import, by a campaign that is being prepared. */
static void
test_given (void)
{
  g_autoptr (Database) database = open_store ();

  for (gint64 i = 1; i <= 200; i++) {
    g_autofree char *name = g_strdup_printf ("list %" G_GINT64_FORMAT, i);

    g_assert_true (i % 2 == 0 ? list_create (database, name, NULL) : list_ensure (database, name, i, NULL));
    g_assert_true (list_ensure (database, name, i, NULL)); /* is there already */
    g_assert_true (database_run (database, NULL, ADD_CAMPAIGN, ""));
    g_assert_cmpint (sqlite3_last_insert_rowid (database_get_sqlite (database)), ==, i); /* not the tag's row */
  }
  g_assert_cmpint (get_int (database, "SELECT count(*) FROM list"), ==, 200);
  g_assert_cmpint (get_int (database, "SELECT count(*) FROM tag_used"), ==, 400);
  g_assert_cmpint (get_int (database, "SELECT count(DISTINCT tag) FROM (SELECT tag FROM list UNION ALL SELECT tag FROM campaign)"), ==, 400);
  g_assert_cmpint (get_int (database, "SELECT count(*) FROM list WHERE tag BETWEEN 1 AND 4294967295 AND tag IN (SELECT tag FROM tag_used)"), ==, 200);
  g_assert_cmpint (get_int (database, "SELECT max(tag)>2147483648 FROM tag_used"), ==, 1); /* all 32 bits */
}

static const gint64 *drawn; /* what random() says next; ends with -1 */

static void
random_cb (sqlite3_context *context, int n, sqlite3_value **values)
{
  g_assert_cmpint (*drawn, !=, -1);
  sqlite3_result_int64 (context, *drawn++);
}

/* What has been given before is not given again, whatever became of its list or campaign. */
static void
test_never_again (void)
{
  g_autoptr (Database) database = open_store ();
  const gint64 draws[] = { 0, 7, 7, 0, (G_GINT64_CONSTANT (1) << 32) + 9, 7, 9, 11, 9, 7, 11, 13, -1 };
  guint64 people = 0;

  drawn = draws;
  g_assert_cmpint (sqlite3_create_function (database_get_sqlite (database), "random", 0, SQLITE_UTF8 | SQLITE_INNOCUOUS, NULL, random_cb, NULL, NULL), ==, SQLITE_OK);
  g_assert_true (list_create (database, "one", NULL));
  g_assert_true (database_run (database, NULL, ADD_CAMPAIGN, ""));
  g_assert_cmpint (get_int (database, "SELECT tag FROM list"), ==, 7);
  g_assert_cmpint (get_int (database, "SELECT tag FROM campaign"), ==, 9); /* 32 bits of it */
  g_assert_true (list_remove (database, 1, "one", &people, NULL));
  g_assert_true (database_run (database, NULL, "DELETE FROM campaign", ""));
  g_assert_true (list_create (database, "one", NULL));
  g_assert_cmpint (get_int (database, "SELECT tag FROM list"), ==, 11);
  g_assert_true (database_run (database, NULL, ADD_CAMPAIGN, ""));
  g_assert_cmpint (get_int (database, "SELECT tag FROM campaign"), ==, 13);
  g_assert_cmpint (get_int (database, "SELECT count(*) FROM tag_used"), ==, 4);
  g_assert_cmpint (*drawn, ==, -1);
}

/* A row that was not made after all uses none up. */
static void
test_rolled_back (void)
{
  g_autoptr (Database) database = open_store ();

  g_assert_true (database_begin (database, NULL));
  g_assert_true (database_run (database, NULL, ADD_CAMPAIGN, ""));
  database_rollback (database);
  g_assert_cmpint (get_int (database, "SELECT count(*) FROM tag_used"), ==, 0);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/core/store/tags/given", test_given);
  g_test_add_func ("/core/store/tags/never-again", test_never_again);
  g_test_add_func ("/core/store/tags/rolled-back", test_rolled_back);
  return g_test_run ();
}
