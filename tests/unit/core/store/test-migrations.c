/* Stores of earlier programs (stores/VERSION.sql, VERSION-SCHEMA.sql where it had several; dumped from what that command line made) become what this one makes, and nothing of them is lost. */
#include "account.h"
#include "database-open.h"
#include "database.h"
#include "list-edit.h"
#include "migrations.h"

#include "fault.h"
#include <glib/gstdio.h>
#include <string.h>

typedef struct {
  char *root, *path;
} Fixture;

static void
set_up (Fixture *self, gconstpointer unused)
{
  self->root = g_dir_make_tmp ("migrations-XXXXXX", NULL);
  self->path = g_build_filename (self->root, "store.db", NULL);
}

static void
tear_down (Fixture *self, gconstpointer unused)
{
  for (const char *const *end = (const char *const[]){ "", "-wal", "-shm", NULL }; *end != NULL; end++) {
    g_autofree char *path = g_strconcat (self->path, *end, NULL);

    g_unlink (path);
  }
  g_assert_cmpint (g_rmdir (self->root), ==, 0);
  g_free (self->path);
  g_free (self->root);
}

/* The release's own store, as it lay on the disk. */
static void
load_dump (Fixture *self, const char *version)
{
  g_autofree char *name = g_strconcat (version, ".sql", NULL), *path = g_build_filename (g_getenv ("STORES"), name, NULL), *sql = NULL;
  sqlite3 *db = NULL;

  g_assert_true (g_file_get_contents (path, &sql, NULL, NULL));
  g_assert_cmpint (sqlite3_open (self->path, &db), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_exec (db, sql, NULL, NULL, NULL), ==, SQLITE_OK);
  g_assert_cmpint (sqlite3_close (db), ==, SQLITE_OK);
}

static Database *
open_old (Fixture *self, const char *version)
{
  g_autoptr (GError) error = NULL;
  Database *database;

  load_dump (self, version);
  database = database_open (self->path, &error);
  g_assert_no_error (error);
  return database;
}

/* All that a query says, as one text. */
static char *
ask (Database *database, const char *sql)
{
  g_autoptr (GString) text = g_string_new (NULL);
  sqlite3_stmt *row = database_query (database, sql, "");

  while (database_step (database, row, NULL) == 1)
    for (int i = 0; i < sqlite3_column_count (row); i++)
      g_string_append_printf (text, "%s%s", database_text (row, i), i + 1 < sqlite3_column_count (row) ? "|" : "\n");
  return g_string_free (g_steal_pointer (&text), FALSE);
}

#define COLUMNS "SELECT m.type,m.name,c.name,c.type,c.\"notnull\",c.dflt_value,c.pk FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type IN ('table','view')" \
  " AND m.name NOT LIKE 'sqlite%' ORDER BY m.name,c.name"
#define NAMES "SELECT type,name,tbl_name FROM sqlite_schema ORDER BY type,name"

/* An old store and a new one have the same tables, columns, indexes and triggers, and SQLite finds nothing wrong with it. */
static void
test_same (Fixture *self, gconstpointer version)
{
  g_autoptr (Database) old = open_old (self, version), fresh = database_open (":memory:", NULL);
  g_autofree char *columns = ask (old, COLUMNS), *names = ask (old, NAMES), *number = ask (old, "PRAGMA user_version"), *said = ask (old, "PRAGMA integrity_check"),
                  *keys = ask (old, "PRAGMA foreign_key_check"), *new_columns = ask (fresh, COLUMNS), *new_names = ask (fresh, NAMES);
  g_autofree char *newest = g_strdup_printf ("%" G_GSIZE_FORMAT "\n", migrations_count);

  g_assert_cmpstr (columns, ==, new_columns);
  g_assert_cmpstr (names, ==, new_names);
  g_assert_cmpstr (number, ==, newest);
  g_assert_cmpstr (said, ==, "ok\n");
  g_assert_cmpstr (keys, ==, "");
}

static const struct {
  const char *name, *address, *settings[11]; /* key and text by turns */
  guint       per_minute, per_hour, per_day;
  gboolean    needs, keeps;
} accounts[] = {
  { "gmail", "ann@gmail.com", { "host", "smtp.gmail.com", "port", "587", "tls", "starttls", "user", "ann@gmail.com" }, 0, 0, 500, TRUE, TRUE },
  { "relay", "ann@example.org", { "host", "relay.example.org", "port", "587", "tls", "starttls", "insecure", "yes" }, 0, 0, 0, FALSE, FALSE },
  { "try", "ann@example.org", { "host", "127.0.0.1", "port", "2526", "tls", "none", "insecure", "" }, 0, 0, 0, FALSE, FALSE },
  { "work", "ann@example.org", { "host", "smtp.example.org", "port", "2525", "user", "ann", "helo", "mail.example.org", "display_name", "Ann Lee" }, 7, 70, 700, TRUE, TRUE },
};

static void
test_accounts (Fixture *self, gconstpointer version)
{
  g_autoptr (Database) database = open_old (self, version);
  g_autoptr (GError) error = NULL;
  Core core = { .database = database };
  g_autoptr (GPtrArray) all = account_load_all (&core, &error);

  g_assert_no_error (error);
  g_assert_cmpuint (all->len, ==, G_N_ELEMENTS (accounts));
  for (guint i = 0; i < all->len; i++) {
    const Account *account = all->pdata[i];

    g_assert_cmpstr (account->kind->word, ==, "smtp");
    g_assert_cmpstr (account->name, ==, accounts[i].name);
    g_assert_cmpstr (account->address, ==, accounts[i].address);
    for (const char *const *pair = accounts[i].settings; *pair != NULL; pair += 2)
      g_assert_cmpstr (account_get_text (account, pair[0]), ==, pair[1]);
    g_assert_cmpuint (account_get_limit (account, 60), ==, accounts[i].per_minute);
    g_assert_cmpuint (account_get_limit (account, 3600), ==, accounts[i].per_hour);
    g_assert_cmpuint (account_get_limit (account, 86400), ==, accounts[i].per_day);
    g_assert_cmpint (account->needs_password, ==, accounts[i].needs);
    g_assert_cmpint (account->keeps_password, ==, accounts[i].keeps);
  }
}

/* What is known of the server, one certificate, and the rest of those that were removed. */
static void
test_account_rows (Fixture *self, gconstpointer version)
{
  g_autoptr (Database) database = open_old (self, version);
  g_autofree char *pin = g_strnfill (64, 'a');
  Core core = { .database = database };
  g_autoptr (Account) work = account_load (&core, "work", NULL), gone = account_load_id (&core, 5, NULL), was = account_load_id (&core, 6, NULL);

  for (gsize i = 1; i < 64; i += 2)
    pin[i] = 'b';
  g_assert_cmpstr (account_get_text (work, SETTING_PIN), ==, pin);
  g_assert_cmpuint (account_get_number (work, SETTING_CONNECTIONS), ==, 5);
  g_assert_cmpstr (work->trouble, ==, "login");
  g_assert_cmpuint (work->server_size, ==, 35882577);
  g_assert_cmpint (work->worked_utc, ==, 1700000000);
  g_assert_cmpint (work->agreed_utc, !=, 0);
  g_assert_cmpstr (account_get_text (gone, SETTING_HOST), ==, "");
  g_assert_cmpstr (account_get_text (was, SETTING_HOST), ==, "was.example.org"); /* its campaign is still there */
  g_assert_cmpstr (account_get_text (was, SETTING_USER), ==, "");
}

/* Each with its own amount; Google's are the address's. */
static void
test_limits (Fixture *self, gconstpointer version)
{
  g_autoptr (Database) database = open_old (self, version);
  g_autofree char *rows = ask (database, "SELECT name,seconds,amount,unit,pool FROM \"limit\" l JOIN account a ON a.id=l.account ORDER BY 1,2");

  g_assert_cmpstr (rows, ==,
                   "gmail|60|0|message|address:ann@gmail.com\ngmail|3600|0|message|address:ann@gmail.com\ngmail|86400|500|message|address:ann@gmail.com\n"
                   "work|60|7|message|account\nwork|3600|70|message|account\nwork|86400|700|message|account\n");
}

/* What people call a campaign was its subject. */
static void
test_titles (Fixture *self, gconstpointer version)
{
  g_autoptr (Database) database = open_old (self, version);
  g_autofree char *rows = ask (database, "SELECT id,subject,title FROM campaign");

  g_assert_cmpstr (rows, ==, "2|Hi|Hi\n");
}

/* Killed with a campaign on the wire: who stands where is as it was, and what was heard later is still to come. */
static void
test_recipients (Fixture *self, gconstpointer version)
{
  g_autoptr (Database) database = open_old (self, version);
  g_autoptr (GError) error = NULL;
  g_autofree char *rows = ask (database, "SELECT campaign,id,address,state,reason,attempt,version,journal,first_utc,not_before_utc,time_utc,substr(reply,1,3),provider_id IS NULL"
                                      " FROM ledger ORDER BY campaign,id"), *tally = NULL;

  g_assert_cmpstr (rows, ==,
                   "1|1|person1@example.net|4||1|1|0|1795973104|1795973164|1795973104|450|1\n"
                   "1|2|person2@example.net|3|suppress|1|1|0|1795973104|0|1795973104|550|1\n"
                   "1|3|person3@example.net|5||1|1|0|1795973104|0|1795973104|the|1\n"
                   "2|1|person4@example.net|1||1|1|2|1795973112|0|1795973112||1\n"
                   "2|2|person5@example.net|1||1|1|2|1795973112|0|1795973112||1\n"
                   "2|3|person6@example.net|1||1|1|2|1795973112|0|1795973112||1\n");
  for (int i = 0; i < 2; i++)
    g_assert_true (database_run (database, &error, "INSERT INTO delivery(campaign,recipient,kind,time_utc) VALUES(2,1,'read',7) ON CONFLICT DO UPDATE SET time_utc=8", ""));
  g_assert_no_error (error);
  tally = ask (database, "SELECT t.campaign,t.kind,t.count,d.time_utc FROM delivery_tally t JOIN delivery d ON d.kind=t.kind");
  g_assert_cmpstr (tally, ==, "2|read|1|8\n"); /* counted once */
}

/* A part for each campaign, from where it had come to; and each recipient stands as the counts of that time say. */
static void
test_parts (Fixture *self, gconstpointer version)
{
  g_autoptr (Database) database = open_old (self, version);
  g_autofree char *rows = ask (database, "SELECT campaign,position,account,zone,first,last,next_recipient FROM part ORDER BY 1,2");
  g_autofree char *counted = ask (database, "SELECT campaign,state,count(*) FROM ledger GROUP BY 1,2 ORDER BY 1,2");
  g_autofree char *told = ask (database, "SELECT campaign,state,count FROM tally WHERE count>0 ORDER BY 1,2");

  g_assert_cmpstr (rows, ==, "1|1|1||1|5|6\n2|1|1||1|30|8\n3|1|1||1|8|9\n");
  g_assert_cmpstr (counted, ==, told);
}

/* Lists and campaigns of before have one each, and keep them. */
static void
test_tags (Fixture *self, gconstpointer version)
{
  g_autoptr (Database) database = open_old (self, version);
  g_autofree char *counts = ask (database, "SELECT count(*),count(DISTINCT tag),sum(tag BETWEEN 1 AND 4294967295),sum(tag IN (SELECT tag FROM tag_used)) FROM"
                                        " (SELECT tag FROM list UNION ALL SELECT tag FROM campaign)");
  g_autofree char *used = ask (database, "SELECT count(*) FROM tag_used"), *before = ask (database, "SELECT id,tag FROM list"), *after = NULL;

  g_assert_cmpstr (counts, ==, "7|7|7|7\n");
  g_assert_cmpstr (used, ==, "7\n");
  g_clear_pointer (&database, database_close);
  database = database_open (self->path, NULL);
  after = ask (database, "SELECT id,tag FROM list");
  g_assert_cmpstr (before, ==, after);
}

/* By kind, with a word for why, and by the list's id; one whose list is gone comes back with the next list of that name. */
static void
test_suppressions (Fixture *self, gconstpointer version)
{
  g_autoptr (Database) database = open_old (self, version);
  g_autofree char *rows = ask (database, "SELECT kind,address,length(hash),scope,reason,source,words FROM suppression WHERE source NOT LIKE 'server:%' ORDER BY id");
  g_autofree char *told = ask (database, "SELECT address,reason,words,source='server:'||(SELECT tag FROM campaign WHERE id=1) FROM suppression WHERE source LIKE 'server:%'");
  g_autofree char *former = ask (database, "SELECT id,name FROM list_former"), *lists = ask (database, "SELECT campaign,list FROM campaign_list ORDER BY 1,2"),
                  *back = ask (database, "SELECT kind,length(hash) FROM forgotten_back ORDER BY kind"), *address_kinds = ask (database, "SELECT DISTINCT address_kind FROM campaign"),
                  *taken_up = NULL;

  g_assert_cmpstr (rows, ==,
                   "email|person1@example.net|0|all|person|command|asked by phone\n"
                   "email|person2@example.net|0|from:office@example.org|person|command|\n"
                   "email|person3@example.net|0|list:2|person|command|left the club\n"
                   "email|ann@example.net|0|list:2|person|command|left the club\n"
                   "email|person4@example.net|0|list:6|person|command|\n"
                   "email|person5@example.net|0|list:4|person|command|\n"
                   "domain|@one.example|0|all|person|command|\n"
                   "domain|*.two.example|0|all|person|command|\n"
                   "phone|+4930123456|0|all|person|command|\n"
                   "email|bounced@example.net|0|all|gone|import|gone\n"
                   "email|left@example.net|0|all|import|import|unsubscribed\n"
                   "email|went@example.net|0|all|left|import|left, according to an imported file\n"
                   "email||16|all|person|forgotten|forgotten\n"
                   "email|uma@example.net|0|all|person|merge|merged\n");
  g_assert_cmpstr (told, ==, "gone1@example.net|gone|550 5.1.1 No such user here|1\n"); /* within its last hour: may still be lifted */
  g_assert_cmpstr (former, ==, "6|Bye, all\n");
  g_assert_cmpstr (lists, ==, "1|2\n2|1\n3|2\n3|5\n");
  g_assert_cmpstr (back, ==, "|32\n|32\nemail|16\n");
  g_assert_cmpstr (address_kinds, ==, "email\n");
  g_assert_true (list_create (database, "bye, all", NULL));
  taken_up = ask (database, "SELECT s.address,l.id FROM suppression s JOIN list l ON s.scope='list:'||l.id WHERE l.name='bye, all'");
  g_assert_cmpstr (taken_up, ==, "person4@example.net|7\n");
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fault_quark ();
#define ADD(path, version, func) g_test_add ("/core/store/migrations/" path, Fixture, version, set_up, func, tear_down)
  ADD ("same", "0.1.0", test_same);
  ADD ("accounts", "0.1.0", test_accounts);
  ADD ("account-rows", "0.1.0", test_account_rows);
  ADD ("limits", "0.1.0", test_limits);
  ADD ("titles", "0.1.0", test_titles);
  ADD ("same-16", "schema-16", test_same);
  ADD ("same-16-killed", "0.1.0-16", test_same);
  ADD ("recipients", "0.1.0-16", test_recipients);
  ADD ("parts", "schema-16", test_parts);
  ADD ("tags", "schema-16", test_tags);
  ADD ("suppressions", "schema-16", test_suppressions);
  return g_test_run ();
}
