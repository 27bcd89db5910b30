/* Who would get the same message twice: a row for each rule, and one beside it that the rule must leave alone. */
#include "database-open.h"
#include "second-copies.h"

#include "database.h"

/* Ann (1) and Ben (2) share an address, Ann and Cy (3) a number; Cy has an address of his own. Campaign 9 is being prepared; 1 went to Ann within the hour, 2
 * failed to reach her, 3 was a trial of hers to somebody else, 4 went to her number, without a subject. */
static const char *const world[] = {
  "INSERT INTO account(id,name,address,created_utc) VALUES(1,'a','a@example.org',1),(2,'b','b@example.org',1)",
  "INSERT INTO person(id,name,email,email_key,phone,created_utc,changed_utc) VALUES(1,'Ann','home@example.org','home@example.org','+4930111',1,1),"
  "(2,'Ben','home@example.org','home@example.org','',1,1),(3,'Cy','cy@example.org','cy@example.org','+4930111',1,1)",
  "INSERT OR IGNORE INTO known SELECT key_hash(email_key),id FROM person",
  "INSERT OR IGNORE INTO known SELECT key_hash(phone),id FROM person WHERE phone<>''",
  "INSERT INTO campaign(id,identity,account,state,sender,subject,list_key,once_key,created_utc,started_utc) VALUES"
  "(1,x'01',1,4,'a@example.org','news','people','key',1,unixepoch()),(2,x'02',1,4,'a@example.org','other','people',NULL,1,unixepoch()),"
  "(3,x'03',1,4,'a@example.org','trial','people',NULL,1,unixepoch()),(4,x'04',2,4,'+4930999','','people',NULL,1,unixepoch()),(9,x'09',1,0,'a@example.org','?','people',NULL,1,0)",
  "INSERT INTO campaign_version(campaign,version,subject,html,text,created_utc) SELECT id,1,'s','h',iif(id=4,'by phone','t'),1 FROM campaign",
  "INSERT INTO snapshot(campaign,id,contact,address,address_key) VALUES(1,1,1,'home@example.org','home@example.org'),(2,1,1,'home@example.org','home@example.org'),"
  "(3,1,1,'me@example.org','me@example.org'),(4,1,1,'+4930111','+4930111')",
  "INSERT INTO recipient(campaign,id,state,time_utc) VALUES(1,1,2,unixepoch()),(2,1,3,unixepoch()),(3,1,2,unixepoch()),(4,1,2,unixepoch())",
};
#define HOME "home@example.org"
#define CY "cy@example.org"
#define PHONE "+4930111"
#define BY_PHONE .address = KIND_ADDRESS_PHONE
#define YES TRUE

static Database *database; /* one for all: each row's change is taken back */

static void
run (const char *sql)
{
  g_autoptr (GError) error = NULL;

  database_run (database, &error, sql, "");
  g_assert_no_error (error);
}

static void
change_world (const char *change)
{
  g_assert_true (database_begin (database, NULL));
  if (change != NULL)
    run (change);
}

#define HERE "INSERT INTO snapshot(campaign,id,contact,address,address_key) VALUES(9,1,1,'home@example.org','home@example.org')"
#define LONG_AGO "UPDATE campaign SET started_utc=1"
#define HEARD_LONG_AGO "UPDATE recipient SET time_utc=1"

static const struct {
  const char  *name, *change; /* change: SQL, or NULL */
  CopyRules    rules;
  CopyPerson   person;
  gboolean     is_first_list;
  CopyFindings found;
} rows[] = {
  { "nothing", NULL, { 9, .subject = "fresh" }, { 3, CY }, FALSE, { FALSE } },
  { "here", HERE, { 9, .subject = "fresh" }, { 1, HOME, YES }, FALSE, { .is_here = TRUE } },
  { "here/first-list", HERE, { 9, .subject = "fresh" }, { 1, HOME, YES }, TRUE, { FALSE } }, /* is not even asked */
  { "here/other", HERE, { 9, .subject = "fresh" }, { 3, CY }, FALSE, { FALSE } },
  { "sharing", HERE, { 9, .subject = "fresh" }, { 2, HOME, YES }, FALSE, { .is_shared = TRUE } },
  { "sharing/one-an-address", HERE, { 9, .subject = "fresh", .is_per_address = TRUE }, { 2, HOME, YES }, FALSE, { .is_shared = TRUE, .is_excluded = TRUE } },
  { "sharing/first-of-them", NULL, { 9, .subject = "fresh", .is_per_address = TRUE }, { 2, HOME, YES }, FALSE, { FALSE } },
  { "except", NULL, { 9, .subject = "fresh", .except = 1 }, { 1, HOME, YES }, FALSE, { .is_excluded = TRUE } },
  { "except/refused", NULL, { 9, .subject = "fresh", .except = 2 }, { 1, HOME, YES }, FALSE, { FALSE } }, /* did not get it */
  { "except/other", NULL, { 9, .subject = "fresh", .except = 1 }, { 3, CY }, FALSE, { FALSE } },
  { "except/sharer", NULL, { 9, .subject = "fresh", .except = 1 }, { 2, HOME, YES }, FALSE, { FALSE } }, /* each gets their own */
  { "except/one-an-address", NULL, { 9, .subject = "fresh", .except = 1, .is_per_address = TRUE }, { 2, HOME, YES }, FALSE, { .is_excluded = TRUE } },
  { "refused", NULL, { 9, .subject = "fresh", .refused_of = 2 }, { 1, HOME, YES }, FALSE, { FALSE } },
  { "refused/reached", NULL, { 9, .subject = "fresh", .refused_of = 1 }, { 1, HOME, YES }, FALSE, { .is_excluded = TRUE } },
  { "refused/other", NULL, { 9, .subject = "fresh", .refused_of = 2 }, { 3, CY }, FALSE, { .is_excluded = TRUE } },
  { "refused/excepted", NULL, { 9, .subject = "fresh", .refused_of = 2, .except = 1 }, { 1, HOME, YES }, FALSE, { .is_excluded = TRUE } },
  { "recent", NULL, { 9, .subject = "news" }, { 1, HOME, YES }, FALSE, { .is_recent = TRUE } },
  { "recent/other-subject", NULL, { 9, .subject = "News" }, { 1, HOME, YES }, FALSE, { FALSE } },
  { "recent/other", NULL, { 9, .subject = "news" }, { 2, HOME, YES }, FALSE, { FALSE } },
  { "recent/refused", NULL, { 9, .subject = "other" }, { 1, HOME, YES }, FALSE, { FALSE } },
  { "recent/trial", NULL, { 9, .subject = "trial" }, { 1, HOME, YES }, FALSE, { FALSE } }, /* went elsewhere */
  { "recent/long-ago", LONG_AGO, { 9, .subject = "news" }, { 1, HOME, YES }, FALSE, { FALSE } },
  { "recent/heard-long-ago", HEARD_LONG_AGO, { 9, .subject = "news" }, { 1, HOME, YES }, FALSE, { FALSE } },
  { "phone/sharing", HERE, { 9, BY_PHONE, .subject = "", .text = "x" }, { 3, PHONE, YES }, FALSE, { .is_shared = TRUE } },
  { "phone/sharing/one-an-address", HERE, { 9, BY_PHONE, .subject = "", .text = "x", .is_per_address = TRUE }, { 3, PHONE, YES }, FALSE, { .is_shared = TRUE, .is_excluded = TRUE } },
  { "phone/same-mail-address", HERE, { 9, BY_PHONE, .subject = "", .text = "x" }, { 2, "", FALSE }, FALSE, { FALSE } }, /* Ben's is no number */
  { "phone/except", NULL, { 9, BY_PHONE, .subject = "", .text = "x", .except = 4 }, { 1, PHONE, YES }, FALSE, { .is_excluded = TRUE } },
  { "phone/except/one-an-address", NULL, { 9, BY_PHONE, .subject = "", .text = "x", .except = 4, .is_per_address = TRUE }, { 3, PHONE, YES }, FALSE, { .is_excluded = TRUE } },
  { "phone/except/one-an-address/other", NULL, { 9, BY_PHONE, .subject = "", .text = "x", .except = 4, .is_per_address = TRUE }, { 2, "", FALSE }, FALSE, { FALSE } },
  { "phone/recent", NULL, { 9, BY_PHONE, .subject = "", .text = "by phone" }, { 1, PHONE, YES }, FALSE, { .is_recent = TRUE } },
  { "phone/recent/other-text", NULL, { 9, BY_PHONE, .subject = "", .text = "By phone" }, { 1, PHONE, YES }, FALSE, { FALSE } }, /* no subject is no subject in common */
  { "phone/recent/by-mail", NULL, { 9, BY_PHONE, .subject = "news", .text = "t" }, { 1, PHONE, YES }, FALSE, { FALSE } }, /* that went to her address */
  { "recent/itself", NULL, { 1, .subject = "news" }, { 1, HOME, YES }, TRUE, { FALSE } },
};

static void
test_row (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (SecondCopies) copies = NULL;
  CopyFindings found = { FALSE };

  change_world (rows[i].change);
  copies = second_copies_new (database, &rows[i].rules, NULL);
  g_assert_true (second_copies_find (copies, &rows[i].person, rows[i].is_first_list, &found, NULL));
  g_assert_cmpint (found.is_here, ==, rows[i].found.is_here);
  g_assert_cmpint (found.is_excluded, ==, rows[i].found.is_excluded);
  g_assert_cmpint (found.is_shared, ==, rows[i].found.is_shared);
  g_assert_cmpint (found.is_recent, ==, rows[i].found.is_recent);
  database_rollback (database);
}

/* Whom the question about one person is asked of at all. */
static const struct {
  const char *name, *change;
  gboolean    has_sharers;
  gint64      sharers, by_phone; /* so many */
} lookings[] = {
  { "some", NULL, TRUE, 2, 2 },
  { "number-alone", "UPDATE person SET email='b@example.org',email_key='b@example.org' WHERE id=2", TRUE, 0, 2 },
  { "nobody", "DELETE FROM person WHERE id>1", FALSE, 0, 0 },
  { "same-hash", "INSERT INTO known SELECT hash,99 FROM known WHERE contact=3", TRUE, 2, 2 }, /* of one who is not there: looked at, not believed */
};

static void
test_looking (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  CopyRules rules = { 9, .subject = "fresh" };
  g_autoptr (SecondCopies) copies = NULL;
  gint64 n = -1;

  change_world (lookings[i].change);
  copies = second_copies_new (database, &rules, NULL);
  g_assert_cmpint (second_copies_look (copies, NULL), ==, 0);
  g_assert_cmpint (second_copies_has_sharers (copies), ==, lookings[i].has_sharers);
  g_assert_cmpint (database_get_int (database, &n, NULL, "SELECT count(*) FROM contact c WHERE " SECOND_COPIES_SHARERS_SQL ("email_key"), ""), ==, 1);
  g_assert_cmpint (n, ==, lookings[i].sharers);
  g_assert_cmpint (database_get_int (database, &n, NULL, "SELECT count(*) FROM contact c WHERE " SECOND_COPIES_SHARERS_SQL ("phone"), ""), ==, 1);
  g_assert_cmpint (n, ==, lookings[i].by_phone);
  database_rollback (database);
}

static const struct {
  const char *name, *change, *subject, *lists;
  gint64      found; /* campaign */
} repeats[] = {
  { "same", NULL, "news", "people", 1 },
  { "no-subject", NULL, "", "people", 0 }, /* another text */
  { "no-subject-same-text", "UPDATE campaign_version SET text='t' WHERE campaign=4", "", "people", 4 },
  { "other-lists", NULL, "news", "people, others", 0 },
  { "other-subject", NULL, "fresh", "people", 0 },
  { "long-ago", LONG_AGO, "news", "people", 0 },
  { "itself", "UPDATE campaign SET subject='x', started_utc=unixepoch() WHERE id=9", "x", "people", 0 },
  { "newest", "UPDATE campaign SET subject='news' WHERE id=2", "news", "people", 2 },
};

static void
test_repeated (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  CopyRules rules = { 9, .subject = repeats[i].subject, .text = "t" };
  gint64 found = -1;

  change_world (repeats[i].change);
  g_assert_true (second_copies_find_repeated (database, &rules, repeats[i].lists, &found, NULL));
  g_assert_cmpint (found, ==, repeats[i].found);
  database_rollback (database);
}

static const struct {
  const char *name, *change, *differs;
} onces[] = {
  { "same", NULL, NULL },
  { "account", "UPDATE campaign SET account=2 WHERE id=9", "account" },
  { "list", "UPDATE campaign SET list_key='others' WHERE id=9", "list" },
  { "list-in-capitals", "UPDATE campaign SET list_key='PEOPLE' WHERE id=9", NULL },
  { "subject", "UPDATE campaign_version SET subject='x' WHERE campaign=9", "letter" },
  { "html", "UPDATE campaign_version SET html='x' WHERE campaign=9", "letter" },
  { "text", "UPDATE campaign_version SET text='x' WHERE campaign=9", "letter" },
  { "corrected-since", "INSERT INTO campaign_version(campaign,version,subject,html,text,created_utc) VALUES(1,2,'x','x','x',1)", NULL },
  { "one-file-more", "INSERT INTO campaign_file VALUES(9,0,'attach','a','t','s')", "attachment or picture" },
  { "one-file-less", "INSERT INTO campaign_file VALUES(1,0,'attach','a','t','s')", "attachment or picture" },
  { "same-file", "INSERT INTO campaign_file VALUES(1,0,'attach','a','t','s'),(9,0,'attach','a','t','s')", NULL },
};

static void
test_once (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  const char *what = "?";
  gint64 found = -1;

  change_world (onces[i].change);
  g_assert_true (second_copies_find_once (database, "key", &found, NULL));
  g_assert_cmpint (found, ==, 1);
  g_assert_true (second_copies_find_once (database, "Key", &found, NULL)); /* another one */
  g_assert_cmpint (found, ==, 0);
  g_assert_true (second_copies_find_once (database, "", &found, NULL)); /* none: that of all who have none */
  g_assert_cmpint (found, ==, 0);
  g_assert_true (second_copies_compare (database, 9, 1, &what, NULL));
  g_assert_cmpstr (what, ==, onces[i].differs);
  database_rollback (database);
}

#define ADD_ROWS(table, group, function) \
  for (gsize i = 0; i < G_N_ELEMENTS (table); i++) { \
    g_autofree char *path = g_strconcat ("/core/campaign/second-copies/" group "/", (table)[i].name, NULL); \
    g_test_add_data_func (path, GSIZE_TO_POINTER (i), function); \
  }

int
main (int argc, char *argv[])
{
  int status;

  g_test_init (&argc, &argv, NULL);
  database = database_open (":memory:", NULL);
  for (gsize i = 0; i < G_N_ELEMENTS (world); i++)
    run (world[i]);
  ADD_ROWS (rows, "rule", test_row);
  ADD_ROWS (lookings, "look", test_looking);
  ADD_ROWS (repeats, "repeated", test_repeated);
  ADD_ROWS (onces, "once", test_once);
  status = g_test_run ();
  database_close (database);
  return status;
}
