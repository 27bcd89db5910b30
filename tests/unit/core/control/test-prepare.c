/* A wish becomes a campaign, or nothing of it stays: what is refused with which code (App1.CampaignPrepare), what is left behind by what goes wrong on the
 * way, and who gets no second copy. The composing transport stands in (helpers/fixture). */
#include "database.h"
#include "fault.h"
#include "fixture.h"
#include "outcome.h"
#include "prepare.h"

#include <gio/gunixfdlist.h>
#include <sys/mman.h>
#include <unistd.h>

static Fixture fixture;

/* more: further keys; one that is there already takes its place. */
static int
prepare (const char *more)
{
  g_autofree char *body = g_strdup_printf ("({'account': <'a'>, 'lists': <['people']>, 'subject': <'s'>, 'text': <'t'>%s%s}, @a(sssh) [])", more[0] != '\0' ? ", " : "", more);

  return fixture_ask (&fixture, "CampaignPrepare", body);
}

/* With a key and an attachment of one octet. */
static int
prepare_with_file (void)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  int fd = memfd_create ("a.txt", MFD_CLOEXEC);

  g_assert_cmpint (write (fd, "x", 1), ==, 1);
  g_unix_fd_list_append (fds, fd, NULL);
  close (fd);
  fixture_call (&fixture, "CampaignPrepare", g_variant_new_parsed ("({'account': <'a'>, 'lists': <['people']>, 'subject': <'s'>, 'text': <'t'>, 'once': <'key'>},"
                " [('attach', 'a.txt', 'text/plain', handle 0)])"), fds, TRUE);
  fixture_await (&fixture);
  return fixture.code;
}

#define STATE_OF(id) "SELECT state FROM campaign WHERE id=" id
#define REMAINS_SQL \
  "SELECT (SELECT count(*) FROM campaign)+(SELECT count(*) FROM campaign_version)+(SELECT count(*) FROM campaign_file)+(SELECT count(*) FROM snapshot)" \
  "+(SELECT count(*) FROM recipient)+(SELECT count(*) FROM tally)+(SELECT count(*) FROM part)+(SELECT count(*) FROM campaign_list)"

static guint
count_files (void)
{
  g_autofree char *path = g_build_filename (fixture.core.home, "files", NULL);
  g_autoptr (GDir) dir = g_dir_open (path, 0, NULL);
  guint n = 0;

  while (dir != NULL && g_dir_read_name (dir) != NULL)
    n++;
  return n;
}

static void
assert_nothing_left (void)
{
  g_assert_cmpint (fixture_get (&fixture, REMAINS_SQL), ==, 0);
  g_assert_cmpuint (count_files (), ==, 0);
}

/* --- what is refused --- */

static const struct {
  const char *name, *more;
  int         code;
} wishes[] = {
  { "fine", "", 0 },
  { "test", "'test_to': <'Me@EXAMPLE.org'>", 0 },
  { "test-to-nobody", "'test_to': <'me'>", FAULT_USAGE },
  { "test-to-two", "'test_to': <'me@example.org,you@example.org'>", FAULT_USAGE },
  { "test-to-a-line", "'test_to': <'me@example.org\\r\\nDATA'>", FAULT_USAGE },
  { "one-without-test", "'test_who': <uint64 1>", FAULT_USAGE },
  { "one-for-a-test", "'test_who': <uint64 1>, 'test_to': <'me@example.org'>", 0 },
  { "give-up-30-days", "'lifetime_s': <uint32 2592000>", 0 }, /* App1 */
  { "give-up-longer", "'lifetime_s': <uint32 2592001>", FAULT_USAGE },
  { "no-list", "'lists': <@as []>", FAULT_USAGE },
  { "other-list", "'lists': <['persons']>", FAULT_NO_INPUT },
  { "other-exclude", "'exclude_lists': <['persons']>", FAULT_NO_INPUT },
  { "other-account", "'account': <'b'>", FAULT_NO_USER },
  { "no-subject", "'subject': <''>", FAULT_USAGE },
  { "no-message", "'text': <''>", FAULT_USAGE },
  { "title", "'title': <'Summer'>", 0 },
  { "title-of-two-lines", "'title': <'Summer\nfair'>", FAULT_USAGE },
  { "html-alone", "'text': <''>, 'html': <'<p>t'>", 0 },
  { "per-both", "'per': <'both'>", FAULT_USAGE },
  { "per-person", "'per': <'person'>", 0 },
  { "except-nothing", "'except': <uint64 9>", FAULT_NO_INPUT },
  { "refused-of-nothing", "'refused_of': <uint64 9>", FAULT_NO_INPUT },
  { "where-nothing", "'where': <{'shoe': '7'}>", FAULT_DATA },
  { "pause-after-less-than-none", "'pause_after': <uint64 9223372036854775808>", FAULT_USAGE },
  { "sender-with-a-field", "'from': <'{{name}} <ann@example.org>'>", FAULT_DATA },
  { "sender-with-mailchimp's-field", "'from': <'*|NAME|* <ann@example.org>'>", FAULT_DATA },
  { "reply-with-a-field", "'reply_to': <'[[name]] <ann@example.org>'>", FAULT_DATA },
  { "sender-nobody", "'from': <'Ann'>", FAULT_DATA },
  { "reply-nobody", "'reply_to': <'Ann'>", FAULT_DATA },
};

static void
test_wish (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);

  fixture_open_with (&fixture, NULL, 0);
  g_assert_cmpint (prepare (wishes[i].more), ==, wishes[i].code);
  if (wishes[i].code != 0)
    assert_nothing_left ();
  else
    g_assert_cmpint (fixture_get (&fixture, STATE_OF ("1")), ==, 1);
  fixture_close (&fixture);
}

/* A test is one letter, to that address, and says what it is; it is no campaign that its people got. */
static void
test_to_oneself (void)
{
  fixture_open_with (&fixture, NULL, 0);
  g_assert_cmpint (prepare ("'test_to': <'Me@EXAMPLE.org'>"), ==, 0);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM campaign WHERE is_test=1 AND subject='[Test] s'"), ==, 1);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM snapshot WHERE address_key='me@example.org' AND lower(address)='me@example.org'"), ==, 1);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM snapshot"), ==, 1);
  g_assert_cmpint (prepare ("'test_to': <'me@example.org'>, 'subject': <'[Test] s'>, 'test_who': <uint64 2>, 'limit': <uint64 5>"), ==, 0); /* a test of a test */
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM campaign c JOIN snapshot s ON s.campaign=c.id WHERE c.id=2 AND c.subject='[Test] s' AND s.contact=2"), ==, 1);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM snapshot WHERE campaign=2"), ==, 1);
  fixture_close (&fixture);
}

/* What people call it: what was said, else its subject; a correction takes along what nobody said. */
static const struct {
  const char *name, *more, *title, *corrected;
} titles[] = {
  { "subject", "", "s", "x" },
  { "own", "'title': <'Summer'>", "Summer", "Summer" },
  { "test", "'test_to': <'me@example.org'>", "[Test] s", "x" },
  { "own-test", "'title': <'Summer'>, 'test_to': <'me@example.org'>", "[Test] Summer", "[Test] Summer" },
};

static void
test_title (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autoptr (GError) error = NULL;
  gint64 is_called = 0;

  fixture_open_with (&fixture, NULL, 0);
  g_assert_cmpint (prepare (titles[i].more), ==, 0);
  g_assert_cmpint (database_get_int (fixture.core.database, &is_called, &error, "SELECT title=? FROM campaign", "s", titles[i].title), ==, 1);
  g_assert_true (is_called);
  fixture_run (&fixture, "UPDATE campaign SET state=4, reason='asked'"); /* paused */
  g_assert_cmpint (fixture_ask (&fixture, "CampaignResume", "(uint64 1, {'subject': <'x'>})"), ==, 0);
  g_assert_cmpint (fixture_get (&fixture, "SELECT version FROM campaign WHERE subject='x'"), ==, 2);
  g_assert_cmpint (database_get_int (fixture.core.database, &is_called, &error, "SELECT title=? FROM campaign", "s", titles[i].corrected), ==, 1);
  g_assert_true (is_called);
  fixture_close (&fixture);
}

static void
test_fine (void)
{
  fixture_open_with (&fixture, NULL, 0);
  g_assert_cmpint (prepare ("'lifetime_s': <uint32 10>, 'per_hour': <uint32 60>, 'connections': <uint32 2>, 'pause_after': <uint64 1>, 'unsubscribe': <'mailto:x@example.org'>"), ==, 0);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM campaign WHERE lifetime_s=10 AND per_hour=60 AND connections=2 AND pause_after=1 AND unsubscribe<>'' AND lists='people'"), ==, 1);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM campaign WHERE length(identity)=16 AND identity<>zeroblob(16) AND is_test=0 AND subject='s'"), ==, 1);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count FROM tally WHERE campaign=1 AND state=0"), ==, 2);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM campaign_list cl JOIN list l ON l.id=cl.list WHERE cl.campaign=1 AND l.name='people'"), ==, 1);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM campaign WHERE address_kind='email' AND tag>0"), ==, 1);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM part WHERE campaign=1 AND position=1 AND account=1 AND zone='' AND first=1 AND last=2 AND next_recipient=1"), ==, 1);
  g_assert_cmpint (prepare (""), ==, 0);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(DISTINCT identity) FROM campaign"), ==, 2); /* Message-IDs come of it */
  g_assert_cmpint (fixture_get (&fixture, "SELECT lifetime_s FROM campaign WHERE id=2"), ==, 86400);
  fixture_close (&fixture);
}

/* --- what goes wrong on the way --- */

static const struct {
  const char *name;
  guint8      lies[4]; /* stand-in.c: 9 answers with a fault, 11 dies */
  const char *trouble; /* SQL before it, or NULL */
} ways[] = {
  { "letter-refused", { 0, 0, 9, 0 }, NULL },
  { "composer-dies", { 0, 0, 11, 0 }, NULL },
  { "people-unwritten", { 0 }, "CREATE TRIGGER full BEFORE INSERT ON snapshot WHEN new.id=2 BEGIN SELECT RAISE(ABORT,'full'); END" },
  { "tally-unwritten", { 0 }, "CREATE TRIGGER full BEFORE INSERT ON tally BEGIN SELECT RAISE(ABORT,'full'); END" },
  { "letter-unwritten", { 0 }, "CREATE TRIGGER full BEFORE INSERT ON campaign_version BEGIN SELECT RAISE(ABORT,'full'); END" },
  { "end-unwritten", { 0 }, "CREATE TRIGGER full BEFORE UPDATE ON campaign WHEN new.state=1 BEGIN SELECT RAISE(ABORT,'full'); END" },
};

static void
test_way (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);

  fixture_open_with (&fixture, ways[i].lies, sizeof ways[i].lies);
  if (ways[i].trouble != NULL)
    fixture_run (&fixture, ways[i].trouble);
  g_assert_cmpint (prepare_with_file (), !=, 0);
  assert_nothing_left (); /* the key of --once is free, too */
  if (ways[i].trouble != NULL) {
    fixture_run (&fixture, "DROP TRIGGER full");
    g_assert_cmpint (prepare_with_file (), ==, 0); /* the control */
    g_assert_cmpuint (count_files (), ==, 1);
  }
  fixture_close (&fixture);
}

/* Whoever asked for it leaves, or says no: nothing stays. What was started does. */
static void
test_left_alone (void)
{
  fixture_open_with (&fixture, NULL, 0);
  g_assert_cmpint (prepare ("'once': <'key'>"), ==, 0);
  g_assert_cmpint (fixture_ask (&fixture, "CampaignDiscard", "(uint64 1,)"), ==, 0);
  assert_nothing_left ();
  g_assert_cmpint (prepare ("'once': <'key'>"), ==, 0);
  fixture_hang_up (&fixture);
  fixture_wait_until (&fixture, "SELECT count(*) FROM campaign", 0);
  assert_nothing_left ();
  g_assert_cmpint (prepare ("'once': <'key'>"), ==, 0);
  g_assert_cmpint (fixture_ask (&fixture, "CampaignStart", "(uint64 3,)"), ==, 0);
  g_assert_cmpint (prepare ("'once': <'key'>"), ==, 0); /* that one again */
  fixture_hang_up (&fixture);
  g_assert_cmpint (fixture_ask (&fixture, "CampaignShow", "(uint64 3,)"), ==, 0);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM campaign"), ==, 1);
  fixture_close (&fixture);
}

/* At start: what an earlier core had not finished with is nobody's any more. */
static void
test_discard_all (void)
{
  fixture_open_with (&fixture, NULL, 0);
  g_assert_cmpint (prepare (""), ==, 0);
  g_assert_cmpint (prepare (""), ==, 0);
  fixture_run (&fixture, "UPDATE campaign SET state=0 WHERE id=1");
  g_assert_cmpint (fixture_ask (&fixture, "CampaignDiscard", "(uint64 1,)"), ==, FAULT_TEMP);
  g_assert_true (prepare_discard_all (&fixture.core, NULL));
  assert_nothing_left ();
  fixture_close (&fixture);
}

/* --- once --- */

static const struct {
  const char *name, *more;
  int         code;
} onces[] = {
  { "same", "", 0 },
  { "other-subject", "'subject': <'x'>", FAULT_DATA },
  { "other-text", "'text': <'x'>", FAULT_DATA },
  { "other-html", "'html': <'x'>", FAULT_DATA },
  { "other-list", "'lists': <['Others']>", FAULT_DATA },
  { "other-case", "'lists': <['PEOPLE']>", 0 },
  { "other-account", "'account': <'b'>", FAULT_DATA },
};

/* One that has the key already is told, and nothing is prepared beside it; another wish with its key is a mistake. */
static void
test_once (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);
  g_autofree char *more = g_strconcat ("'once': <'key'>", onces[i].more[0] != '\0' ? ", " : "", onces[i].more, NULL);

  fixture_open_with (&fixture, NULL, 0);
  fixture_run (&fixture, "INSERT INTO list(id,name,created_utc) VALUES(8,'Others',1)");
  fixture_run (&fixture, "INSERT INTO account(id,name,address,created_utc) VALUES(8,'b','b@example.org',1)");
  g_assert_cmpint (prepare ("'once': <'key'>"), ==, 0);
  g_assert_cmpint (fixture_ask (&fixture, "CampaignStart", "(uint64 1,)"), ==, 0);
  fixture_wait_until (&fixture, STATE_OF ("1"), 5);
  g_assert_cmpint (prepare (more), ==, onces[i].code);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM campaign"), ==, 1);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM snapshot"), ==, 2);
  fixture_close (&fixture);
}

/* A file more is another wish as well. */
static void
test_once_files (void)
{
  fixture_open_with (&fixture, NULL, 0);
  g_assert_cmpint (prepare ("'once': <'key'>"), ==, 0);
  g_assert_cmpint (prepare_with_file (), ==, FAULT_DATA);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM campaign_file"), ==, 0);
  g_assert_cmpuint (count_files (), ==, 0);
  fixture_close (&fixture);
}

/* --- who gets no second copy --- */

static const struct {
  const char *name;
  State       state;
  const char *reason;
  gboolean    may_have; /* got it in the earlier campaign */
} earlier[] = {
  { "queued", STATE_QUEUED, "", FALSE },
  { "handed", STATE_HANDED, "", TRUE },
  { "accepted", STATE_ACCEPTED, "", TRUE },
  { "refused", STATE_REFUSED, "", FALSE },
  { "later", STATE_LATER, "", FALSE },
  { "unknown", STATE_UNKNOWN, "", TRUE },
  { "suppressed", STATE_SKIPPED, "suppressed", FALSE },
};

static void
add_earlier (State state, const char *reason)
{
  fixture_run (&fixture, "INSERT INTO campaign(id,identity,account,state,sender,subject,columns,aliases,created_utc,started_utc)"
       " VALUES(1,randomblob(16),1,4,'ann@example.org','s',x'','',1,unixepoch())");
  fixture_run (&fixture, "INSERT INTO part(campaign,position,account,first,last,next_recipient) VALUES(1,1,1,1,1,1)");
  fixture_run (&fixture, "INSERT INTO snapshot(campaign,id,contact,address,address_key,name) SELECT 1,id,id,email,email_key,name FROM person WHERE id=1");
  g_assert_true (database_run (fixture.core.database, NULL, "INSERT INTO recipient(campaign,id,state,reason,time_utc) VALUES(1,1,?,?,unixepoch())", "is", (gint64) state, reason));
  g_assert_true (database_run (fixture.core.database, NULL, "INSERT INTO tally VALUES(1,?,1)", "i", (gint64) state));
}

static void
check_except (gboolean may_have)
{
  g_assert_cmpint (prepare ("'except': <uint64 1>"), ==, 0);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM snapshot WHERE campaign=2 AND contact=1"), ==, !may_have);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM snapshot WHERE campaign=2 AND contact=2"), ==, 1); /* who was in no earlier one */
}

static void
test_except (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);

  fixture_open_with (&fixture, NULL, 0);
  add_earlier (earlier[i].state, earlier[i].reason);
  check_except (earlier[i].may_have);
  g_assert_cmpint (prepare ("'refused_of': <uint64 1>"), ==, 0);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM snapshot WHERE campaign=3"), ==, earlier[i].state == STATE_REFUSED);
  fixture_close (&fixture);
}

/* Of whom a person says that they got it, by the call with which a person says it. */
static void
test_except_resolved (void)
{
  fixture_open_with (&fixture, NULL, 0);
  add_earlier (STATE_UNKNOWN, "");
  g_assert_cmpint (fixture_ask (&fixture, "CampaignResolve", "(uint64 1, 'sent', @as [])"), ==, 0);
  check_except (TRUE);
  fixture_close (&fixture);
}

/* Whose names were taken away for their age: who got it is not known, and to go on would be a second copy for all. */
static void
test_except_cleared (void)
{
  fixture_open_with (&fixture, NULL, 0);
  add_earlier (STATE_ACCEPTED, "");
  fixture_run (&fixture, "UPDATE campaign SET cleared_utc=1");
  g_assert_cmpint (prepare ("'except': <uint64 1>"), ==, FAULT_DATA);
  g_assert_cmpint (prepare ("'refused_of': <uint64 1>"), ==, FAULT_DATA);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM campaign"), ==, 1);
  fixture_close (&fixture);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fixture_init ();
  for (gsize i = 0; i < G_N_ELEMENTS (wishes); i++) {
    g_autofree char *path = g_strconcat ("/core/control/prepare/wish/", wishes[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_wish);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (ways); i++) {
    g_autofree char *path = g_strconcat ("/core/control/prepare/goes-wrong/", ways[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_way);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (onces); i++) {
    g_autofree char *path = g_strconcat ("/core/control/prepare/once/", onces[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_once);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (earlier); i++) {
    g_autofree char *path = g_strconcat ("/core/control/prepare/except/", earlier[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_except);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (titles); i++) {
    g_autofree char *path = g_strconcat ("/core/control/prepare/title/", titles[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_title);
  }
  g_test_add_func ("/core/control/prepare/test-to-oneself", test_to_oneself);
  g_test_add_func ("/core/control/prepare/fine", test_fine);
  g_test_add_func ("/core/control/prepare/left-alone", test_left_alone);
  g_test_add_func ("/core/control/prepare/discard-all", test_discard_all);
  g_test_add_func ("/core/control/prepare/once/files", test_once_files);
  g_test_add_func ("/core/control/prepare/except/resolved", test_except_resolved);
  g_test_add_func ("/core/control/prepare/except/cleared", test_except_cleared);
  return g_test_run ();
}
