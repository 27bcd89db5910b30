/* What people do with a campaign, asked of a whole core as a client asks: what each state allows (App1's prose), what is written down before anything
 * is taken back, and who gets nothing any more. Its transport stands in (helpers/fixture). */
#include "campaigns.h"
#include "database.h"
#include "fault.h"
#include "fixture.h"
#include "outcome.h"
#include "rollback-guard.h"
#include "stand-in.h"

#include <gio/gunixfdlist.h>
#include <sys/mman.h>
#include <unistd.h>

#define HOLDS 14  /* stand-in.c: it takes rows, and says nothing of them */
#define SILENT 10 /* never answers */
static Fixture fixture;

#define STATE_SQL "SELECT state FROM campaign WHERE id=1"
#define VERSIONS_SQL "SELECT count(*) FROM campaign_version WHERE campaign=1"

static gint64
count (State state)
{
  g_autofree char *rows = g_strdup_printf ("SELECT count(*) FROM ledger WHERE campaign=1 AND state=%d", state);
  g_autofree char *tally = g_strdup_printf ("SELECT coalesce((SELECT count FROM tally WHERE campaign=1 AND state=%d),0)", state);

  g_assert_cmpint (fixture_get (&fixture, rows), ==, fixture_get (&fixture, tally));
  return fixture_get (&fixture, rows);
}

/* Campaign 1 to Ann and Ben, whom the fixture has: each in a state. */
static void
add_campaign (CampaignState state, const char *reason, State ann, State ben)
{
  const State states[] = { ann, ben };

  g_assert_true (database_run (fixture.core.database, NULL, "INSERT INTO campaign(id,identity,account,state,reason,sender,subject,columns,aliases,created_utc)"
                               " VALUES(1,randomblob(16),1,?,?,'ann@example.org','s',x'','',1)", "is", (gint64) state, reason));
  fixture_run (&fixture, "INSERT INTO campaign_version(campaign,version,subject,html,text,created_utc) VALUES(1,1,'s','','t',1)");
  fixture_run (&fixture, "INSERT INTO snapshot(campaign,id,contact,address,address_key,name) SELECT 1,id,id,email,email_key,name FROM person");
  fixture_run (&fixture, "INSERT INTO part(campaign,position,account,first,last,next_recipient) VALUES(1,1,1,1,2,1)");
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM snapshot"), ==, G_N_ELEMENTS (states));
  for (gint64 i = 0; i < (gint64) G_N_ELEMENTS (states); i++) {
    if (states[i] != STATE_QUEUED)
      g_assert_true (database_run (fixture.core.database, NULL, "INSERT INTO recipient(campaign,id,state,attempt,version,time_utc,not_before_utc) VALUES(1,?,?,1,1,1,?)", "iii", i + 1,
                                   (gint64) states[i], states[i] == STATE_LATER ? G_GINT64_CONSTANT (9000000000) : 0));
    g_assert_true (database_run (fixture.core.database, NULL, "INSERT INTO tally VALUES(1,?,1) ON CONFLICT DO UPDATE SET count=count+1", "i", (gint64) states[i]));
  }
}

/* --- what each state allows --- */

#define ANY -1
#define RESUME "CampaignResume", "(uint64 1, @a{sv} {})"
#define START "CampaignStart", "(uint64 1,)"
#define PAUSE "CampaignPause", "(uint64 1,)"
#define CANCEL "CampaignCancel", "(uint64 1,)"
#define DISCARD "CampaignDiscard", "(uint64 1,)"
#define RESOLVE(how) "CampaignResolve", "(uint64 1, '" how "', @as [])"
#define GONE(how) "CampaignResume", "(uint64 1, {'gone': <'" how "'>})"

static const struct {
  const char   *name;
  CampaignState state;
  const char   *reason, *method, *body;
  int           code, after; /* the campaign's state then; ANY: it has gone on meanwhile, or is not there any more */
} rows[] = {
  { "start-prepared", CAMPAIGN_PREPARED, "", START, 0, ANY },
  { "start-sending", CAMPAIGN_SENDING, "", START, FAULT_USAGE, CAMPAIGN_SENDING },
  { "start-paused", CAMPAIGN_PAUSED, "asked", START, FAULT_USAGE, CAMPAIGN_PAUSED },
  { "start-done", CAMPAIGN_DONE, "", START, FAULT_USAGE, CAMPAIGN_DONE },
  { "start-cancelled", CAMPAIGN_CANCELLED, "", START, FAULT_USAGE, CAMPAIGN_CANCELLED },
  { "pause-sending", CAMPAIGN_SENDING, "", PAUSE, 0, CAMPAIGN_PAUSED },
  { "pause-preparing", CAMPAIGN_PREPARING, "", PAUSE, FAULT_TEMP, CAMPAIGN_PREPARING },
  { "pause-prepared", CAMPAIGN_PREPARED, "", PAUSE, 0, CAMPAIGN_PREPARED },
  { "pause-done", CAMPAIGN_DONE, "", PAUSE, FAULT_USAGE, CAMPAIGN_DONE },
  { "pause-cancelled", CAMPAIGN_CANCELLED, "", PAUSE, FAULT_USAGE, CAMPAIGN_CANCELLED },
  { "cancel-sending", CAMPAIGN_SENDING, "", CANCEL, 0, CAMPAIGN_CANCELLED },
  { "cancel-paused", CAMPAIGN_PAUSED, "asked", CANCEL, 0, CAMPAIGN_CANCELLED },
  { "cancel-done", CAMPAIGN_DONE, "", CANCEL, FAULT_USAGE, CAMPAIGN_DONE },
  { "resume-paused", CAMPAIGN_PAUSED, "asked", RESUME, 0, ANY },
  { "resume-prepared", CAMPAIGN_PREPARED, "", RESUME, FAULT_USAGE, CAMPAIGN_PREPARED },
  { "resume-sending", CAMPAIGN_SENDING, "", RESUME, FAULT_USAGE, CAMPAIGN_SENDING },
  { "resume-done", CAMPAIGN_DONE, "", RESUME, FAULT_USAGE, CAMPAIGN_DONE },
  { "resume-cancelled", CAMPAIGN_CANCELLED, "", RESUME, FAULT_USAGE, CAMPAIGN_CANCELLED },
  { "resume-restored", CAMPAIGN_PAUSED, "restored", RESUME, FAULT_NO_PERM, CAMPAIGN_PAUSED },
  { "resume-restored-agreed", CAMPAIGN_PAUSED, "restored", "CampaignResume", "(uint64 1, {'restored': <true>})", 0, ANY },
  { "resume-restored-denied", CAMPAIGN_PAUSED, "restored", "CampaignResume", "(uint64 1, {'restored': <false>})", FAULT_NO_PERM, CAMPAIGN_PAUSED },
  { "resume-gone-otherwise", CAMPAIGN_PAUSED, "asked", GONE ("keep"), FAULT_USAGE, CAMPAIGN_PAUSED },
  { "resolve-otherwise", CAMPAIGN_PAUSED, "asked", RESOLVE ("maybe"), FAULT_USAGE, CAMPAIGN_PAUSED },
  { "discard-prepared", CAMPAIGN_PREPARED, "", DISCARD, 0, ANY },
  { "discard-sending", CAMPAIGN_SENDING, "", DISCARD, FAULT_USAGE, CAMPAIGN_SENDING },
  { "discard-done", CAMPAIGN_DONE, "", DISCARD, FAULT_USAGE, CAMPAIGN_DONE },
};

static void
test_state (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);

  fixture_open_with (&fixture, NULL, 0);
  add_campaign (rows[i].state, rows[i].reason, STATE_QUEUED, STATE_ACCEPTED);
  g_assert_cmpint (fixture_ask (&fixture, rows[i].method, rows[i].body), ==, rows[i].code);
  if (rows[i].after != ANY)
    g_assert_cmpint (fixture_get (&fixture, STATE_SQL), ==, rows[i].after);
  fixture_close (&fixture);
}

/* Started, resumed or reopened it goes on by itself, once for each. */
static void
test_goes_on (void)
{
  static const struct { CampaignState state; const char *method, *body; } moves[] = { { CAMPAIGN_PREPARED, START }, { CAMPAIGN_PAUSED, RESUME } };

  for (gsize i = 0; i < G_N_ELEMENTS (moves); i++) {
    fixture_open_with (&fixture, NULL, 0);
    add_campaign (moves[i].state, i == 0 ? "" : "first", STATE_QUEUED, STATE_QUEUED);
    fixture_run (&fixture, "UPDATE campaign SET pause_after=1");
    g_assert_cmpint (fixture_ask (&fixture, moves[i].method, moves[i].body), ==, 0);
    fixture_wait_until (&fixture, STATE_SQL, i == 0 ? CAMPAIGN_PAUSED : CAMPAIGN_DONE); /* the first one is looked at; behind that look all go */
    g_assert_cmpint (count (STATE_ACCEPTED), ==, i == 0 ? 1 : 2);
    g_assert_cmpint (fixture_get (&fixture, "SELECT started_utc>0 FROM campaign"), ==, 1);
    g_assert_cmpint (fixture_get (&fixture, "SELECT (ended_utc>0)=(state=5) FROM campaign"), ==, 1);
    fixture_close (&fixture);
  }
}

/* Nobody is left of whom anything could be sent: those who wait for another try too. */
static void
test_cancel (void)
{
  fixture_open_with (&fixture, NULL, 0);
  add_campaign (CAMPAIGN_PAUSED, "asked", STATE_LATER, STATE_QUEUED);
  g_assert_cmpint (fixture_ask (&fixture, CANCEL), ==, 0);
  g_assert_cmpint (count (STATE_SKIPPED), ==, 2);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM recipient WHERE reason='cancelled'"), ==, 2);
  g_assert_cmpint (fixture_get (&fixture, "SELECT ended_utc>0 FROM campaign"), ==, 1);
  fixture_close (&fixture);
}

/* --- pause --- */

static const guint8 holds_then_silent[] = { 0, 0, 0, 0, HOLDS, SILENT };

static void
start_held (void)
{
  add_campaign (CAMPAIGN_PREPARED, "", STATE_QUEUED, STATE_UNKNOWN);
  g_assert_cmpint (fixture_ask (&fixture, START), ==, 0);
  fixture_wait_until (&fixture, "SELECT count(*) FROM ledger WHERE state=1", 1);
}

/* The transport ends, having begun nothing: what waits for its word goes on. */
static void
end_transport (void)
{
  stand_in_leave ();
  fixture_await (&fixture);
  fixture_wait_until (&fixture, "SELECT count(*) FROM ledger WHERE state=1", 0);
}

/* A crash while rows come back must not send on: the pause is in the store before they are asked for. */
static void
test_pause_first (void)
{
  fixture_open_with (&fixture, holds_then_silent, sizeof holds_then_silent);
  start_held ();
  fixture_call (&fixture, "CampaignPause", g_variant_new ("(t)", G_GUINT64_CONSTANT (1)), NULL, FALSE);
  fixture_wait_until (&fixture, STATE_SQL, CAMPAIGN_PAUSED);
  g_assert_cmpuint (fixture.pending, ==, 1); /* not answered as long as something may be on the wire */
  g_assert_cmpint (count (STATE_HANDED), ==, 1);
  fixture_call (&fixture, "CampaignResume", g_variant_new_parsed ("(uint64 1, @a{sv} {})"), NULL, FALSE); /* of what is still stopping */
  while (fixture.pending > 1)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (fixture.code, ==, FAULT_TEMP);
  g_assert_cmpint (fixture_get (&fixture, STATE_SQL), ==, CAMPAIGN_PAUSED);
  end_transport ();
  g_assert_cmpint (fixture.code, ==, 0);
  fixture_close (&fixture);
}

/* --- resume with a better text --- */

static void
collect_cb (GObject *source, GAsyncResult *result, gpointer data)
{
  g_autoptr (GError) error = NULL;

  g_array_append_val ((GArray *) data, (int){ campaigns_finish (result, &error) ? 0 : error->code });
}

/* Two people mend it at the same time: one is told that it was mended meanwhile, and nobody gets a text that neither has seen last. */
static void
test_two_corrections (void)
{
  g_autoptr (GArray) codes = g_array_new (FALSE, FALSE, sizeof (int));
  g_autoptr (GVariant) one = g_variant_ref_sink (g_variant_new_parsed ("{'subject': <'one'>}"));
  g_autoptr (GVariant) two = g_variant_ref_sink (g_variant_new_parsed ("{'subject': <'two'>}"));

  fixture_open_with (&fixture, NULL, 0);
  add_campaign (CAMPAIGN_PAUSED, "asked", STATE_QUEUED, STATE_ACCEPTED);
  campaigns_resume_async (&fixture.core, 1, one, collect_cb, codes);
  campaigns_resume_async (&fixture.core, 1, two, collect_cb, codes);
  while (codes->len < 2)
    g_main_context_iteration (NULL, TRUE);
  g_assert_cmpint (g_array_index (codes, int, 0) + g_array_index (codes, int, 1), ==, FAULT_TEMP);
  g_assert_cmpint (fixture_get (&fixture, VERSIONS_SQL), ==, 2);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM campaign c JOIN campaign_version v ON v.campaign=c.id AND v.version=2 AND v.subject='one' WHERE c.version=2"), ==, 1);
  fixture_wait_until (&fixture, STATE_SQL, CAMPAIGN_DONE);
  g_assert_cmpint (fixture_get (&fixture, "SELECT version FROM ledger WHERE id=1"), ==, 2); /* which text each one got is known */
  fixture_close (&fixture);
}

/* Somebody cancels it, or lets it go on, while the text is compiled; or two mend it and one of them is through: it was paused when they began. */
static void
test_overtaken (void)
{
  static const char *const changes[] = { "UPDATE campaign SET state=6", "UPDATE campaign SET state=2", "UPDATE campaign SET version=2" };

  for (gsize i = 0; i < G_N_ELEMENTS (changes); i++) {
    g_autoptr (GArray) codes = g_array_new (FALSE, FALSE, sizeof (int));
    g_autoptr (GVariant) better = g_variant_ref_sink (g_variant_new_parsed ("{'text': <'better'>}"));

    fixture_open_with (&fixture, NULL, 0);
    add_campaign (CAMPAIGN_PAUSED, "asked", STATE_QUEUED, STATE_ACCEPTED);
    campaigns_resume_async (&fixture.core, 1, better, collect_cb, codes);
    fixture_run (&fixture, changes[i]);
    while (codes->len < 1)
      g_main_context_iteration (NULL, TRUE);
    g_assert_cmpint (g_array_index (codes, int, 0), ==, FAULT_TEMP);
    g_assert_cmpint (fixture_get (&fixture, VERSIONS_SQL), ==, 1);
    g_assert_cmpint (count (STATE_QUEUED), ==, 1);
    fixture_close (&fixture);
  }
}

/* A text that cannot be compiled changes nothing. */
static void
test_bad_correction (void)
{
  static const guint8 refuses[] = { 0, 0, 9, 0 }; /* stand-in.c: answers BeginCampaign with the fault DataErr */

  fixture_open_with (&fixture, refuses, sizeof refuses);
  add_campaign (CAMPAIGN_PAUSED, "asked", STATE_QUEUED, STATE_ACCEPTED);
  g_assert_cmpint (fixture_ask (&fixture, "CampaignResume", "(uint64 1, {'subject': <'{{'>})"), ==, FAULT_DATA);
  g_assert_cmpint (fixture_get (&fixture, STATE_SQL), ==, CAMPAIGN_PAUSED);
  g_assert_cmpint (fixture_get (&fixture, VERSIONS_SQL), ==, 1);
  fixture_close (&fixture);
}

/* --- those who were answered as gone --- */

static void
test_gone (void)
{
  static const struct { const char *body; int code; gint64 suppressed; State ann; } answers[] = {
    { "(uint64 1, @a{sv} {})", FAULT_USAGE, 0, STATE_REFUSED },
    { "(uint64 1, {'gone': <'suppress'>})", 0, 1, STATE_REFUSED },
    { "(uint64 1, {'gone': <'again'>})", 0, 0, STATE_ACCEPTED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (answers); i++) {
    fixture_open_with (&fixture, NULL, 0);
    add_campaign (CAMPAIGN_PAUSED, "gone", STATE_REFUSED, STATE_ACCEPTED);
    fixture_run (&fixture, "INSERT INTO gone(campaign,recipient,provider,settled,time_utc,is_held) VALUES(1,1,1,1,1,1)");
    g_assert_cmpint (fixture_ask (&fixture, "CampaignResume", answers[i].body), ==, answers[i].code);
    if (answers[i].code == 0)
      fixture_wait_until (&fixture, STATE_SQL, CAMPAIGN_DONE);
    g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM suppression WHERE address='ann@example.org'"), ==, answers[i].suppressed);
    g_assert_cmpint (fixture_get (&fixture, "SELECT state FROM ledger WHERE id=1"), ==, answers[i].ann);
    fixture_close (&fixture);
  }
}

/* --- resolve --- */

static const struct {
  const char   *name;
  CampaignState state;
  const char   *body;
  int           code, after;
  State         ann, ben;
} resolves[] = {
  { "sent", CAMPAIGN_PAUSED, "(uint64 1, 'sent', @as [])", 0, CAMPAIGN_PAUSED, STATE_SKIPPED, STATE_SKIPPED },
  { "sent-one", CAMPAIGN_PAUSED, "(uint64 1, 'sent', ['ANN@example.org'])", 0, CAMPAIGN_PAUSED, STATE_SKIPPED, STATE_UNKNOWN },
  { "resend-one", CAMPAIGN_PAUSED, "(uint64 1, 'resend', [' ben@EXAMPLE.org '])", 0, CAMPAIGN_PAUSED, STATE_UNKNOWN, STATE_QUEUED },
  { "resend-nobody", CAMPAIGN_DONE, "(uint64 1, 'resend', ['cara@example.org'])", 0, CAMPAIGN_DONE, STATE_UNKNOWN, STATE_UNKNOWN },
  { "resend-done", CAMPAIGN_DONE, "(uint64 1, 'resend', ['ann@example.org'])", 0, CAMPAIGN_DONE, STATE_ACCEPTED, STATE_UNKNOWN }, /* it went on, and ended anew */
  { "sent-cancelled", CAMPAIGN_CANCELLED, "(uint64 1, 'sent', @as [])", 0, CAMPAIGN_CANCELLED, STATE_SKIPPED, STATE_SKIPPED },
  { "resend-cancelled", CAMPAIGN_CANCELLED, "(uint64 1, 'resend', @as [])", FAULT_USAGE, CAMPAIGN_CANCELLED, STATE_UNKNOWN, STATE_UNKNOWN },
};

static void
test_resolve (gconstpointer data)
{
  gsize i = GPOINTER_TO_SIZE (data);

  fixture_open_with (&fixture, NULL, 0);
  add_campaign (resolves[i].state, "", STATE_UNKNOWN, STATE_UNKNOWN);
  g_assert_cmpint (fixture_ask (&fixture, "CampaignResolve", resolves[i].body), ==, resolves[i].code);
  fixture_wait_until (&fixture, STATE_SQL, resolves[i].after);
  g_assert_cmpint (fixture_get (&fixture, "SELECT state FROM ledger WHERE id=1"), ==, resolves[i].ann);
  g_assert_cmpint (fixture_get (&fixture, "SELECT state FROM ledger WHERE id=2"), ==, resolves[i].ben);
  g_assert_cmpint (count (STATE_SKIPPED), ==, (resolves[i].ann == STATE_SKIPPED) + (resolves[i].ben == STATE_SKIPPED));
  fixture_close (&fixture);
}

/* What a transport may still hold is not known yet: to send it again could be the second copy. */
static void
test_resolve_held (void)
{
  fixture_open_with (&fixture, holds_then_silent, sizeof holds_then_silent);
  start_held ();
  g_assert_cmpint (fixture_ask (&fixture, RESOLVE ("resend")), ==, FAULT_TEMP);
  g_assert_cmpint (count (STATE_UNKNOWN), ==, 1);
  end_transport ();
  fixture_close (&fixture);
}

/* --- suppressed --- */

/* Both are with the transport, nothing of them has left: who is suppressed now comes back and is left out, the other one gets the message. */
static void
test_suppressed_held (void)
{
  static const guint8 holds[] = { 0, 0, 0, 0, HOLDS };

  fixture_open_with (&fixture, holds, sizeof holds);
  add_campaign (CAMPAIGN_PREPARED, "", STATE_QUEUED, STATE_QUEUED);
  g_assert_cmpint (fixture_ask (&fixture, START), ==, 0);
  fixture_wait_until (&fixture, "SELECT count(*) FROM ledger WHERE state=1", 2);
  g_assert_cmpint (fixture_ask (&fixture, "SuppressAdd", "(['ben@example.org'], 'all', '')"), ==, 0);
  fixture_wait_until (&fixture, STATE_SQL, CAMPAIGN_DONE);
  g_assert_cmpint (fixture_get (&fixture, "SELECT state FROM ledger WHERE id=1"), ==, STATE_ACCEPTED);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM recipient WHERE id=2 AND state=6 AND reason='suppressed'"), ==, 1);
  g_assert_cmpint (count (STATE_SKIPPED), ==, 1);
  fixture_close (&fixture);
}

/* The numbers follow at once, and not with the next hand-over. */
static void
test_suppressed_waiting (void)
{
  fixture_open_with (&fixture, NULL, 0);
  add_campaign (CAMPAIGN_PAUSED, "asked", STATE_LATER, STATE_QUEUED);
  g_assert_cmpint (fixture_ask (&fixture, "SuppressAdd", "(['ann@example.org', 'ben@example.org'], 'from:ann@example.org', '')"), ==, 0);
  g_assert_cmpint (count (STATE_SKIPPED), ==, 2);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM recipient WHERE reason='suppressed'"), ==, 2);
  fixture_close (&fixture);
}

/* Whose wish reaches a campaign of Ann <ann@example.org.au> to the list 1. */
static void
test_scopes (void)
{
  static const struct { const char *scope; gboolean is_left_out; } scopes[] = {
    { "all", TRUE }, { "from:ann@example.org.au", TRUE }, { "from:ann@example.org", FALSE }, { "from:nn@example.org.au", FALSE }, /* parts of it */
    { "list:1", TRUE }, { "list:2", FALSE }, { "list:11", FALSE }, { "list:People", TRUE }, { "topic:shoes", TRUE }, /* one that a later version knows: better none too many */
  };

  for (gsize i = 0; i < G_N_ELEMENTS (scopes); i++) {
    fixture_open_with (&fixture, NULL, 0);
    add_campaign (CAMPAIGN_PREPARED, "", STATE_QUEUED, STATE_ACCEPTED);
    fixture_run (&fixture, "UPDATE campaign SET sender='Ann <ann@example.org.au>'");
    fixture_run (&fixture, "INSERT INTO campaign_list VALUES(1,1)");
    g_assert_true (database_run (fixture.core.database, NULL, "INSERT INTO suppression(address,scope,created_utc) VALUES('ann@example.org',?,1)", "s", scopes[i].scope));
    g_test_message ("%s", scopes[i].scope);
    campaigns_suppressed (&fixture.core); /* by the sender as it is written; a hand-over asks by the bare one */
    g_assert_cmpint (fixture_get (&fixture, "SELECT state FROM ledger WHERE id=1"), ==, scopes[i].is_left_out ? STATE_SKIPPED : STATE_QUEUED);
    fixture_run (&fixture, "DELETE FROM recipient WHERE id=1");
    fixture_run (&fixture, "UPDATE tally SET count=state IN (0,2)");
    fixture_run (&fixture, "INSERT OR IGNORE INTO tally VALUES(1,0,1)");
    g_assert_cmpint (fixture_ask (&fixture, START), ==, 0);
    fixture_wait_until (&fixture, STATE_SQL, CAMPAIGN_DONE);
    g_assert_cmpint (fixture_get (&fixture, "SELECT state FROM ledger WHERE id=1"), ==, scopes[i].is_left_out ? STATE_SKIPPED : STATE_ACCEPTED);
    fixture_close (&fixture);
  }
}

/* --- forgotten people and a locked vault --- */

static int
call_secret (const char *method, const char *secret)
{
  g_autoptr (GUnixFDList) fds = g_unix_fd_list_new ();
  int fd = memfd_create ("secret", MFD_CLOEXEC);

  g_assert_cmpint (write (fd, secret, strlen (secret)), ==, (gssize) strlen (secret));
  g_assert_cmpint (lseek (fd, 0, SEEK_SET), ==, 0);
  g_unix_fd_list_append (fds, fd, NULL);
  close (fd);
  fixture_call (&fixture, method, g_variant_new_parsed ("(handle 0,)"), fds, TRUE);
  fixture_await (&fixture);
  return fixture.code;
}

/* Only the vault's key tells who was forgotten: while it is locked nothing begins, and as soon as it is open all does. */
static void
test_locked (gconstpointer data)
{
  const gboolean has_forgotten = data != NULL;
  const int code = has_forgotten ? FAULT_NO_PERM : 0;
  static const struct { CampaignState state; const char *method, *body; } moves[] = {
    { CAMPAIGN_PREPARED, START }, { CAMPAIGN_PAUSED, RESUME }, { CAMPAIGN_DONE, RESOLVE ("resend") },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (moves); i++) {
    fixture_open_with (&fixture, NULL, 0);
    if (has_forgotten) {
      fixture_run (&fixture, "INSERT INTO person(id,name,name_key,email,email_key,created_utc,changed_utc) VALUES(7,'Cara','cara','c@example.org','c@example.org',1,1)");
      fixture_run (&fixture, "INSERT INTO known SELECT key_hash(email_key),id FROM person WHERE id=7");
      g_assert_cmpint (fixture_ask (&fixture, "ContactForget", "('c@example.org',)"), ==, 0);
    }
    g_assert_cmpint (call_secret ("VaultProtect", "correct horse"), ==, 0);
    fixture_restart (&fixture);
    add_campaign (moves[i].state, "", moves[i].state == CAMPAIGN_DONE ? STATE_UNKNOWN : STATE_QUEUED, STATE_ACCEPTED);
    g_assert_cmpint (fixture_ask (&fixture, moves[i].method, moves[i].body), ==, code);
    if (has_forgotten) {
      g_assert_cmpint (fixture_get (&fixture, STATE_SQL), ==, moves[i].state);
      g_assert_cmpint (call_secret ("VaultUnlock", "correct horse"), ==, 0);
      g_assert_cmpint (fixture_ask (&fixture, moves[i].method, moves[i].body), ==, 0);
    }
    fixture_wait_until (&fixture, "SELECT count(*) FROM ledger WHERE state=2", 2);
    fixture_close (&fixture);
  }
}

/* The same file again brings back all but her (what the stand-in reads from it is Ann and Ben). */
static void
test_forgotten_stay (void)
{
  fixture_open_with (&fixture, NULL, 0);
  g_assert_cmpint (fixture_ask (&fixture, "ContactForget", "('ann@example.org',)"), ==, 0);
  g_assert_cmpint (fixture_ask (&fixture, "Import", "(handle 0, 'people', @a{sv} {})"), ==, 0);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM contact WHERE email='ann@example.org'"), ==, 0);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM contact WHERE email='ben@example.org'"), ==, 1);
  g_assert_cmpint (fixture_ask (&fixture, "Import", "(handle 0, 'people', {'again_consented': <true>, 'consent': <'phone'>})"), ==, 0);
  g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM contact WHERE email='ann@example.org'"), ==, 1); /* she agreed anew */
  fixture_close (&fixture);
}

/* --- a copy of the data folder --- */

/* What was sending waits for a word, what has ended stays; and what the copied journals say is not believed. */
static void
test_hold_back (void)
{
  static const struct { CampaignState state; int after; } held[] = {
    { CAMPAIGN_SENDING, CAMPAIGN_PAUSED }, { CAMPAIGN_PAUSED, CAMPAIGN_PAUSED }, { CAMPAIGN_DONE, CAMPAIGN_DONE }, { CAMPAIGN_CANCELLED, CAMPAIGN_CANCELLED },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (held); i++) {
    fixture_open_with (&fixture, NULL, 0);
    add_campaign (held[i].state, "", STATE_ACCEPTED, STATE_ACCEPTED);
    fixture_run (&fixture, "INSERT INTO journal(account,created_utc) VALUES(1,1)");
    g_assert_true (campaigns_hold_back (&fixture.core, "why", NULL));
    g_assert_cmpint (fixture_get (&fixture, STATE_SQL), ==, held[i].after);
    g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM campaign WHERE reason='restored' AND text='why'"), ==, held[i].after == CAMPAIGN_PAUSED);
    g_assert_cmpint (fixture_get (&fixture, "SELECT count(*) FROM journal WHERE is_dropped=0"), ==, 0);
    fixture_run (&fixture, "DELETE FROM journal");
    fixture_close (&fixture);
  }
}

/* A copy that a person lets go on is the one from then on. */
static void
test_restored (void)
{
  g_autofree char *before = NULL, *after = NULL;

  fixture_open_with (&fixture, NULL, 0);
  add_campaign (CAMPAIGN_PAUSED, "restored", STATE_ACCEPTED, STATE_ACCEPTED);
  fixture_run (&fixture, "UPDATE meta SET value='of another copy' WHERE key='rollback_guard_token'");
  before = rollback_guard_check (&fixture.core, NULL);
  g_assert_nonnull (before); /* the control */
  g_assert_cmpint (fixture_ask (&fixture, "CampaignResume", "(uint64 1, {'restored': <true>})"), ==, 0);
  after = rollback_guard_check (&fixture.core, NULL);
  g_assert_null (after);
  fixture_close (&fixture);
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  fixture_init ();
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    g_autofree char *path = g_strconcat ("/core/control/campaigns/state/", rows[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_state);
  }
  for (gsize i = 0; i < G_N_ELEMENTS (resolves); i++) {
    g_autofree char *path = g_strconcat ("/core/control/campaigns/resolve/", resolves[i].name, NULL);

    g_test_add_data_func (path, GSIZE_TO_POINTER (i), test_resolve);
  }
  g_test_add_func ("/core/control/campaigns/goes-on", test_goes_on);
  g_test_add_func ("/core/control/campaigns/cancel", test_cancel);
  g_test_add_func ("/core/control/campaigns/pause-first", test_pause_first);
  g_test_add_func ("/core/control/campaigns/two-corrections", test_two_corrections);
  g_test_add_func ("/core/control/campaigns/overtaken", test_overtaken);
  g_test_add_func ("/core/control/campaigns/bad-correction", test_bad_correction);
  g_test_add_func ("/core/control/campaigns/gone", test_gone);
  g_test_add_func ("/core/control/campaigns/resolve-held", test_resolve_held);
  g_test_add_func ("/core/control/campaigns/suppressed-held", test_suppressed_held);
  g_test_add_func ("/core/control/campaigns/suppressed-waiting", test_suppressed_waiting);
  g_test_add_func ("/core/control/campaigns/scopes", test_scopes);
  g_test_add_data_func ("/core/control/campaigns/locked/forgotten", "forgotten", test_locked);
  g_test_add_data_func ("/core/control/campaigns/locked/nobody-forgotten", NULL, test_locked);
  g_test_add_func ("/core/control/campaigns/forgotten-stay", test_forgotten_stay);
  g_test_add_func ("/core/control/campaigns/hold-back", test_hold_back);
  g_test_add_func ("/core/control/campaigns/restored", test_restored);
  return g_test_run ();
}
