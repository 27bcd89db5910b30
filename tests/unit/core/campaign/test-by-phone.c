/* A campaign by an account whose people are written to by their number, and whose messages are a text: a whole core with a second kind of account, of this file
 * alone (kinds[] is linked in place of core/account/kinds.c). What sends and composes stands in (helpers/fixture). */
#include "database.h"
#include "fault.h"
#include "fixture.h"
#include "kind-smtp.h"
#include "outcome.h"

static const AccountKind kind_paper = {
  .word = "paper", .title = "Slips of paper", .program = "paper", .address = KIND_ADDRESS_PHONE, .message = KIND_MESSAGE_CHAT, .secret = KIND_SECRET_NONE,
  .settings = (const KindSetting[]){ { .key = NULL } },
};
const AccountKind *const kinds[] = { &kind_smtp, &kind_paper, NULL };

static Fixture fixture;

#define ANN "+4915112345678" /* of helpers/fixture/stand-in.c; Ben, the second, has no number */

/* Cy has Ann's number and another address, Dora a number of hers alone. */
static void
open_fixture (void)
{
  fixture_open_with (&fixture, NULL, 0);
  fixture_run (&fixture, "INSERT INTO account(id,name,address,kind,created_utc,agreed_utc,worked_utc) VALUES(9,'p','+4930999999','paper',1,1,1)");
  fixture_run (&fixture, "INSERT INTO person(id,name,name_key,email,email_key,phone,created_utc,changed_utc) VALUES"
       "(11,'Cy','cy','cy@example.org','cy@example.org','" ANN "',1,1),(12,'Dora','dora','','','+4930222222',1,1)");
  fixture_run (&fixture, "UPDATE person SET email_key=NULL WHERE id=12");
  fixture_run (&fixture, "INSERT OR IGNORE INTO known SELECT key_hash(phone),id FROM person WHERE id>10");
  fixture_run (&fixture, "INSERT INTO membership SELECT id,11 FROM list WHERE name='people' UNION SELECT id,12 FROM list WHERE name='people'");
}

/* more: further keys; one that is there already takes its place. */
static int
prepare (const char *more)
{
  g_autofree char *body = g_strdup_printf ("({'account': <'p'>, 'lists': <['people']>, 'text': <'Hello {{name}}\\nand more'>%s%s}, @a(sssh) [])", more[0] != '\0' ? ", " : "", more);

  return fixture_ask (&fixture, "CampaignPrepare", body);
}

/* --- what is refused --- */

static const struct {
  const char *name, *more;
  int         code;
} wishes[] = {
  { "fine", "", 0 },
  { "subject", "'subject': <'s'>", FAULT_USAGE },
  { "html", "'html': <'<p>'>", FAULT_USAGE },
  { "from", "'from': <'Ann <ann@example.org>'>", FAULT_USAGE },
  { "reply-to", "'reply_to': <'ann@example.org'>", FAULT_USAGE },
  { "unsubscribe", "'unsubscribe': <'https://example.org/u'>", FAULT_USAGE },
  { "no-text", "'text': <''>", FAULT_USAGE },
  { "test-to-a-number", "'test_to': <' +491701234567 '>", 0 },
  { "test-to-an-address", "'test_to': <'me@example.org'>", FAULT_USAGE },
  { "test-to-no-number", "'test_to': <'01701234567'>", FAULT_USAGE },
  { "where-number", "'where': <{'phone': '" ANN "'}>", 0 },
};

static void
test_wish (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);

  open_fixture ();
  g_assert_cmpint (prepare (wishes[i].more), ==, wishes[i].code);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM campaign"), ==, wishes[i].code == 0);
  fixture_close (&fixture);
}

/* --- who is written to, and where --- */

#define COUNT(what) fixture_get (&fixture, "SELECT count(*) FROM ledger WHERE campaign=1 AND " what)

static void
test_people (void)
{
  open_fixture ();
  g_assert_cmpint (prepare (""), ==, 0);
  g_assert_cmpint (COUNT ("state=0 AND address='" ANN "' AND address_key='" ANN "'"), ==, 2); /* each gets their own */
  g_assert_cmpint (COUNT ("state=0 AND address='+4930222222' AND contact=12"), ==, 1);
  g_assert_cmpint (COUNT ("state=6 AND reason='no-number' AND address='' AND name='Ben'"), ==, 1);
  g_assert_cmpint (COUNT ("state<>0"), ==, 1);
  g_assert_cmpint (fixture_get (&fixture, "SELECT sender='+4930999999' AND subject='' AND title='Hello {{name}}' AND substr(columns,1,5)=x'656d61696c' FROM campaign"), ==, 1);
  g_assert_cmpint (COUNT ("contact=11 AND substr(fields,5,14)=x'6379406578616d706c652e6f7267'"), ==, 1); /* their e-mail address is a column like others */
  fixture_close (&fixture);
}

static void
test_one_an_address (void)
{
  open_fixture ();
  g_assert_cmpint (prepare ("'per': <'address'>"), ==, 0);
  g_assert_cmpint (COUNT ("address='" ANN "'"), ==, 1);
  g_assert_cmpint (COUNT ("contact=12"), ==, 1);
  fixture_close (&fixture);
}

static void
test_suppressed (void)
{
  open_fixture ();
  fixture_run (&fixture, "INSERT INTO suppression(address,kind,created_utc) VALUES('" ANN "','phone',1),('cy@example.org','email',1)");
  g_assert_cmpint (prepare (""), ==, 0);
  g_assert_cmpint (COUNT ("state=6 AND reason='suppressed'"), ==, 2); /* by the number; his address has no say in it */
  g_assert_cmpint (COUNT ("state=0 AND contact=12"), ==, 1);
  fixture_close (&fixture);
}

/* One message to a number of one's own, which says what it is. */
static void
test_to_oneself (void)
{
  open_fixture ();
  g_assert_cmpint (prepare ("'test_to': <'+491701234567'>"), ==, 0);
  g_assert_cmpint (COUNT ("address='+491701234567' AND address_key='+491701234567'"), ==, 1);
  g_assert_cmpint (COUNT ("1"), ==, 1);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM campaign c JOIN campaign_version v ON v.campaign=c.id WHERE c.is_test=1 AND v.text LIKE '[Test] Hello%' AND c.title LIKE '[Test] Hello%'"), ==, 1);
  fixture_close (&fixture);
}

/* --- sent, and sent again --- */

#define IN_TIME_US (60 * (gint64) G_USEC_PER_SEC) /* only a hang takes as long */

static void
send_first (void)
{
  g_assert_cmpint (prepare ("'once': <'key'>"), ==, 0);
  g_assert_cmpint (fixture_ask (&fixture, "CampaignPreview", "(uint64 1, uint64 0, uint32 6, true)"), ==, 0);
  g_assert_cmpint (fixture_ask (&fixture, "CampaignStart", "(uint64 1,)"), ==, 0);
  fixture_wait_until (&fixture, "SELECT state FROM campaign WHERE id=1", 5);
}

static void
test_sent (void)
{
  open_fixture ();
  send_first ();
  g_assert_cmpint (COUNT ("state=2"), ==, 3);
  g_assert_cmpint (fixture_ask (&fixture, "CampaignSent", "(uint64 1, uint64 1)"), ==, 0);
  g_assert_cmpint (fixture_ask (&fixture, "CampaignMessage", "(uint64 1, uint32 0)"), ==, 0);
  g_assert_cmpint (fixture_ask (&fixture, "CampaignRows", "(uint64 1, uint64 0, uint32 10)"), ==, 0);
  g_assert_cmpint (fixture_ask (&fixture, "ContactShow", "('" ANN "',)"), ==, FAULT_DATA); /* two have it */
  g_assert_cmpint (fixture_ask (&fixture, "ContactShow", "('#11',)"), ==, 0);
  g_assert_cmpint (prepare ("'once': <'key'>"), ==, 0); /* that one */
  g_assert_cmpint (prepare ("'once': <'key'>, 'text': <'x'>"), ==, FAULT_DATA);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM campaign"), ==, 1);
  g_assert_cmpint (prepare ("'except': <uint64 1>"), ==, 0);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM snapshot WHERE campaign>1"), ==, 1); /* Ben, who has no number */
  fixture_close (&fixture);
}

/* As long as its sending process has not left, it is to be tried again in a moment. */
static int
resolve (const char *who)
{
  gint64 until_us = g_get_monotonic_time () + IN_TIME_US;
  g_autofree char *body = g_strdup_printf ("(uint64 1, 'sent', ['%s'])", who);
  int code;

  while ((code = fixture_ask (&fixture, "CampaignResolve", body)) == FAULT_TEMP && g_get_monotonic_time () < until_us)
    g_usleep (200);
  return code;
}

/* By the number, as people type it. */
static void
test_resolved (void)
{
  open_fixture ();
  send_first ();
  fixture_run (&fixture, "UPDATE recipient SET state=5 WHERE campaign=1 AND state=2");
  fixture_run (&fixture, "DELETE FROM tally WHERE campaign=1");
  fixture_run (&fixture, "INSERT INTO tally SELECT 1,state,count(*) FROM ledger WHERE campaign=1 GROUP BY state");
  g_assert_cmpint (resolve (" " ANN " "), ==, 0);
  g_assert_cmpint (COUNT ("state=6 AND reason='treated as sent' AND address='" ANN "'"), ==, 2);
  g_assert_cmpint (COUNT ("state=5"), ==, 1);
  fixture_close (&fixture);
}

static void
test_corrected (void)
{
  open_fixture ();
  g_assert_cmpint (prepare (""), ==, 0);
  fixture_run (&fixture, "UPDATE campaign SET state=4, reason='asked'"); /* paused */
  g_assert_cmpint (fixture_ask (&fixture, "CampaignResume", "(uint64 1, {'subject': <'x'>})"), ==, FAULT_USAGE);
  g_assert_cmpint (fixture_ask (&fixture, "CampaignCorrected", "(uint64 1, {'html': <'x'>}, uint64 0, uint32 6)"), ==, FAULT_USAGE);
  g_assert_cmpint (fixture_ask (&fixture, "CampaignCorrected", "(uint64 1, {'text': <'x'>}, uint64 0, uint32 6)"), ==, 0);
  g_assert_cmpint (fixture_ask (&fixture, "CampaignResume", "(uint64 1, {'text': <'Good day'>, 'subject': <''>})"), ==, 0);
  g_assert_cmpint (fixture_get (&fixture, "SELECT title='Good day' AND version=2 FROM campaign"), ==, 1);
  fixture_close (&fixture);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fixture_init ();
  for (gsize i = 0; i < G_N_ELEMENTS (wishes); i++) {
    g_autofree char *path = g_strconcat ("/core/campaign/by-phone/wish/", wishes[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_wish);
  }
  g_test_add_func ("/core/campaign/by-phone/people", test_people);
  g_test_add_func ("/core/campaign/by-phone/one-an-address", test_one_an_address);
  g_test_add_func ("/core/campaign/by-phone/suppressed", test_suppressed);
  g_test_add_func ("/core/campaign/by-phone/test-to-oneself", test_to_oneself);
  g_test_add_func ("/core/campaign/by-phone/sent", test_sent);
  g_test_add_func ("/core/campaign/by-phone/resolved", test_resolved);
  g_test_add_func ("/core/campaign/by-phone/corrected", test_corrected);
  return g_test_run ();
}
