#include "reply-table.h"

#include <string.h>

static const struct {
  Phase         phase;
  const char   *line; /* as a server says it */
  Outcome       outcome;
  OutcomeReason reason;
  const char   *pause; /* NULL: the lane goes on */
  guint         pause_after;
} cases[] = {
  /* the person: only a status about the address suppresses */
  { PHASE_RCPT, "550 5.1.1 no such user", OUTCOME_REFUSED, REASON_SUPPRESS, NULL, 0 },
  { PHASE_RCPT, "550 5.1.2 no such domain", OUTCOME_REFUSED, REASON_SUPPRESS, NULL, 0 },
  { PHASE_RCPT, "550 5.1.2 name server trouble", OUTCOME_REFUSED, REASON_NONE, "policy", 20 },
  { PHASE_RCPT, "550 5.1.2 DNS query timed out", OUTCOME_LATER, REASON_NONE, NULL, 0 },
  { PHASE_RCPT, "501 5.1.3 Bad recipient address syntax", OUTCOME_REFUSED, REASON_SUPPRESS, NULL, 0 },
  { PHASE_RCPT, "551 5.1.6 moved", OUTCOME_REFUSED, REASON_SUPPRESS, NULL, 0 },
  { PHASE_RCPT, "556 5.1.10 null MX", OUTCOME_REFUSED, REASON_SUPPRESS, NULL, 0 },
  { PHASE_DOT, "550 5.1.1 no such user", OUTCOME_REFUSED, REASON_SUPPRESS, NULL, 0 }, /* some servers look late */
  { PHASE_RCPT, "550 5.1.0 no", OUTCOME_REFUSED, REASON_NONE, "policy", 20 },
  { PHASE_RCPT, "550 5.1.4 ambiguous", OUTCOME_REFUSED, REASON_NONE, "policy", 20 },
  { PHASE_RCPT, "550 no such user", OUTCOME_REFUSED, REASON_NONE, "policy", 20 }, /* without a status nobody is suppressed */
  { PHASE_RCPT, "550 5.2.1 disabled", OUTCOME_REFUSED, REASON_NONE, "policy", 20 },
  { PHASE_RCPT, "552 5.2.2 mailbox full", OUTCOME_REFUSED, REASON_NONE, NULL, 0 },
  { PHASE_RCPT, "552 5.2.2 Quota exceeded (mailbox for user is full)", OUTCOME_REFUSED, REASON_NONE, NULL, 0 },
  { PHASE_RCPT, "452 4.2.2 mailbox full", OUTCOME_LATER, REASON_NONE, NULL, 0 },
  { PHASE_RCPT, "450 4.1.1 unverified address", OUTCOME_LATER, REASON_NONE, NULL, 0 },
  { PHASE_RCPT, "450 4.2.0 Greylisted", OUTCOME_LATER, REASON_NONE, NULL, 0 },
  { PHASE_RCPT, "451 4.7.1 Greylisting in action", OUTCOME_LATER, REASON_NONE, NULL, 0 },
  { PHASE_RCPT, "451 4.3.0 try again", OUTCOME_LATER, REASON_NONE, NULL, 0 },
  /* pace */
  { PHASE_RCPT, "451 4.7.1 slow down", OUTCOME_LATER, REASON_SLOW, "busy", 20 },
  { PHASE_RCPT, "451 4.7.1 try again", OUTCOME_LATER, REASON_NONE, "busy", 20 },
  { PHASE_DOT, "421 4.7.0 too fast", OUTCOME_LATER, REASON_SLOW, "busy", 3 },
  { PHASE_DOT, "421 4.3.2 closing", OUTCOME_LATER, REASON_SLOW, "busy", 3 },
  { PHASE_DOT, "452 4.3.1 disk full", OUTCOME_LATER, REASON_NONE, "busy", 3 },
  /* this letter */
  { PHASE_MAIL, "552 5.3.4 too big", OUTCOME_REFUSED, REASON_SIZE, "content", 3 },
  { PHASE_DOT, "552 too big", OUTCOME_REFUSED, REASON_SIZE, "content", 3 },
  { PHASE_RCPT, "552 5.2.3 too big for this mailbox", OUTCOME_REFUSED, REASON_SIZE, "content", 3 },
  { PHASE_DOT, "550 5.7.1 spam", OUTCOME_REFUSED, REASON_NONE, "content", 3 },
  { PHASE_DOT, "554 no", OUTCOME_REFUSED, REASON_NONE, "content", 3 },
  { PHASE_DOT, "451 spam, try again", OUTCOME_LATER, REASON_NONE, NULL, 0 },
  /* the sender: nobody is to blame but us */
  { PHASE_MAIL, "550 5.7.1 not allowed", OUTCOME_LATER, REASON_NONE, "policy", 1 },
  { PHASE_MAIL, "553 sender rejected", OUTCOME_LATER, REASON_NONE, "policy", 1 },
  { PHASE_RCPT, "550 5.1.8 bad sender domain", OUTCOME_LATER, REASON_NONE, "policy", 1 }, /* 5.1.x, yet not the recipient's */
  { PHASE_RCPT, "450 4.1.8 domain not found", OUTCOME_LATER, REASON_NONE, "policy", 1 },
  { PHASE_RCPT, "550 5.1.7 bad sender address", OUTCOME_LATER, REASON_NONE, "policy", 1 },
  { PHASE_DOT, "550 5.1.20 Multiple From addresses", OUTCOME_LATER, REASON_NONE, "policy", 1 },
  { PHASE_DOT, "550 5.7.26 unauthenticated", OUTCOME_LATER, REASON_NONE, "policy", 1 },
  { PHASE_DOT, "550 5.7.515 access denied", OUTCOME_LATER, REASON_NONE, "policy", 1 },
  { PHASE_DOT, "554 5.7.60 SendAsDenied", OUTCOME_LATER, REASON_NONE, "policy", 1 },
  { PHASE_DOT, "554 5.2.0 STOREDRV.Submission.Exception:OutboundSpamException", OUTCOME_LATER, REASON_NONE, "policy", 1 },
  { PHASE_RCPT, "504 5.5.2 <box>: Helo command rejected", OUTCOME_LATER, REASON_NONE, "policy", 1 },
  { PHASE_RCPT, "503 5.5.1 bad sequence", OUTCOME_LATER, REASON_NONE, "policy", 1 },
  { PHASE_RCPT, "554 5.7.1 <x>: Relay access denied", OUTCOME_LATER, REASON_NONE, "relay-denied", 1 },
  { PHASE_RCPT, "550 relaying denied", OUTCOME_LATER, REASON_NONE, "relay-denied", 1 },
  { PHASE_RCPT, "550 5.7.1 not wanted", OUTCOME_REFUSED, REASON_NONE, "policy", 5 }, /* five in a row are about us */
  { PHASE_MAIL, "530 5.7.0 Must issue a STARTTLS command first", OUTCOME_LATER, REASON_NONE, "tls", 1 },
  { PHASE_MAIL, "530 5.5.1 Authentication Required", OUTCOME_LATER, REASON_NONE, "login", 1 },
  /* our limit */
  { PHASE_DOT, "550 5.4.5 Daily user sending limit exceeded", OUTCOME_LATER, REASON_SLOW, "quota", 1 },
  { PHASE_MAIL, "452 4.5.3 domain sending limit", OUTCOME_LATER, REASON_SLOW, "quota", 1 },
  { PHASE_DOT, "550 5.1.90 reached your daily limit", OUTCOME_LATER, REASON_SLOW, "quota", 1 },
  /* login */
  { PHASE_LOGIN, "535 5.7.8 bad credentials", OUTCOME_LATER, REASON_NONE, "login", 1 },
  { PHASE_LOGIN, "535 authentication failed", OUTCOME_LATER, REASON_NONE, "login", 1 },
  { PHASE_LOGIN, "534 5.7.9 Application-specific password required", OUTCOME_LATER, REASON_NONE, "login", 1 },
  { PHASE_LOGIN, "550 5.7.30 Basic authentication is disabled", OUTCOME_LATER, REASON_NONE, "auth-disabled", 1 },
  { PHASE_LOGIN, "535 5.7.139 SmtpClientAuthentication is disabled", OUTCOME_LATER, REASON_NONE, "auth-disabled", 1 },
  { PHASE_LOGIN, "535 5.7.3 Authentication unsuccessful", OUTCOME_LATER, REASON_NONE, "login", 1 },
  { PHASE_LOGIN, "421 4.7.0 Access token has expired", OUTCOME_LATER, REASON_NONE, "login", 1 },
  { PHASE_LOGIN, "538 5.7.11 encryption required", OUTCOME_LATER, REASON_NONE, "tls", 1 },
  { PHASE_LOGIN, "454 4.7.0 temporary failure", OUTCOME_LATER, REASON_SLOW, "busy", 3 },
  /* a login that ended in mid-session is no word about the person (RFC 4954 §6) */
  { PHASE_MAIL, "535 5.7.8 Authentication credentials invalid", OUTCOME_LATER, REASON_NONE, "login", 1 },
  { PHASE_RCPT, "535 5.7.8 Authentication credentials invalid", OUTCOME_LATER, REASON_NONE, "login", 1 },
  { PHASE_DATA, "535 5.7.8 Authentication credentials invalid", OUTCOME_LATER, REASON_NONE, "login", 1 },
  { PHASE_DOT, "535 5.7.8 Authentication credentials invalid", OUTCOME_LATER, REASON_NONE, "login", 1 },
  { PHASE_RCPT, "530 5.7.0 Log in first", OUTCOME_LATER, REASON_NONE, "login", 1 },
  /* before */
  { PHASE_GREETING, "554 5.7.1 go away", OUTCOME_LATER, REASON_NONE, "policy", 1 },
  { PHASE_GREETING, "421 too many connections", OUTCOME_LATER, REASON_SLOW, "busy", 3 },
  { PHASE_TLS, "454 TLS not available", OUTCOME_LATER, REASON_NONE, "tls", 1 },
  /* nonsense never refuses anyone */
  { PHASE_RCPT, "354 go ahead", OUTCOME_LATER, REASON_NONE, "protocol", 1 },
  { PHASE_DOT, "354 go ahead", OUTCOME_LATER, REASON_NONE, "protocol", 1 },
};

static void
test_table (void)
{
  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    SmtpReply reply;
    Verdict verdict;

    g_assert_true (smtp_reply_parse (cases[i].line, strlen (cases[i].line), &reply, NULL));
    verdict = verdict_of (cases[i].phase, reply.code, reply.status, reply.text);
    g_test_message ("%s", cases[i].line);
    g_assert_cmpint (verdict.outcome, ==, cases[i].outcome);
    g_assert_cmpint (verdict.reason, ==, cases[i].reason);
    g_assert_cmpstr (verdict.pause, ==, cases[i].pause);
    g_assert_cmpuint (verdict.pause_after, ==, cases[i].pause_after);
  }
}

/* Whatever a server says: a verdict that core's intake takes, and what pauses at once says what to do. */
static void
test_all_codes (void)
{
  for (guint code = 400; code < 560; code++)
    for (guint phase = PHASE_GREETING; phase <= PHASE_DOT; phase <<= 1)
      for (guint subject = 0; subject < 8; subject++)
        for (guint detail = 0; detail < 40; detail++) {
          Verdict verdict = verdict_of ((Phase) phase, code, (SmtpStatus){ code / 100, subject, detail }, "text");

          g_assert_true (verdict.outcome == OUTCOME_REFUSED || verdict.outcome == OUTCOME_LATER);
          g_assert_true (verdict.pause == NULL || verdict.pause_after > 0);
          g_assert_true (verdict.pause_after != 1 || verdict.advice != NULL);
          g_assert_true (code >= 500 || verdict.outcome == OUTCOME_LATER || verdict.reason == REASON_SIZE); /* 4xx never refuses */
        }
}

/* An app password is a password: where none is taken it is no help. */
static void
test_advice (void)
{
  Verdict basic = verdict_of (PHASE_LOGIN, 550, (SmtpStatus){ 5, 7, 30 }, "Basic authentication is not supported");
  Verdict off = verdict_of (PHASE_LOGIN, 535, (SmtpStatus){ 5, 7, 139 }, "SmtpClientAuthentication is disabled for the Tenant");
  Verdict another = verdict_of (PHASE_LOGIN, 535, (SmtpStatus){ 5, 7, 3 }, "Authentication unsuccessful");
  Verdict helo = verdict_of (PHASE_RCPT, 504, (SmtpStatus){ 5, 5, 2 }, "<box>: Helo command rejected");

  g_assert_null (strstr (basic.advice, "app password"));
  g_assert_nonnull (strstr (basic.advice, "sign in"));
  g_assert_null (strstr (off.advice, "app password"));
  g_assert_nonnull (strstr (off.advice, "neither a password nor a sign-in helps"));
  g_assert_nonnull (strstr (off.advice, "An administrator can switch it on"));
  g_assert_null (strstr (another.advice, "app password"));
  g_assert_nonnull (strstr (another.advice, "another account's"));
  g_assert_nonnull (strstr (helo.advice, "EHLO"));
}

/* Who has signed in has no password that could be mended; what else is wrong is wrong all the same. */
static void
test_token_advice (void)
{
  static const struct {
    const char *line, *pause, *words;
  } rows[] = {
    { "535 5.7.8 Username and Password not accepted", "login", "Sign in again" },
    { "534 5.7.9 Application-specific password required", "login", "Sign in again" },
    { "432 4.7.12 A password transition is needed", "login", "Sign in again" },
    { "454 4.7.0 token expired", "login", "Sign in again" },
    { "535 5.7.3 Authentication unsuccessful", "login", "another account's" },
    { "535 5.7.139 SmtpClientAuthentication is disabled for the Mailbox.", "auth-disabled", "administrator" },
    { "454 4.7.0 Temporary authentication failure", "busy", "" },
    { "538 5.7.11 Encryption required", "tls", "TLS" },
    { "354 what", "protocol", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++) {
    SmtpReply reply;
    Verdict verdict;

    g_assert_true (smtp_reply_parse (rows[i].line, strlen (rows[i].line), &reply, NULL));
    verdict = verdict_of_token (reply.code, reply.status, reply.text);
    g_test_message ("%s", rows[i].line);
    g_assert_cmpstr (verdict.pause, ==, rows[i].pause);
    g_assert_nonnull (strstr (verdict.advice, rows[i].words));
    g_assert_null (strstr (verdict.advice, "app password"));
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/confined/smtp/reply-table/table", test_table);
  g_test_add_func ("/confined/smtp/reply-table/all-codes", test_all_codes);
  g_test_add_func ("/confined/smtp/reply-table/advice", test_advice);
  g_test_add_func ("/confined/smtp/reply-table/token-advice", test_token_advice);
  return g_test_run ();
}
