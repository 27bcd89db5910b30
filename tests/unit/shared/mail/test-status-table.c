#include "status-table.h"

#include <string.h>

#define PHASES 8

static const StatusRow *
find (Phase phase, const char *line)
{
  static SmtpReply reply;

  g_assert_true (smtp_reply_parse (line, strlen (line), &reply, NULL));
  return status_table_find (phase, reply.code, reply.status, reply.text);
}

/* Each row has an answer that it and no earlier one fits, wherever it counts. */
static void
test_examples (void)
{
  for (gsize i = 0; i < status_rows_count; i++) {
    const StatusRow *row = &status_rows[i];

    for (guint bit = 0; bit < PHASES; bit++) {
      const StatusRow *found;

      if ((row->phases & 1 << bit) == 0)
        continue;
      found = find ((Phase) (1 << bit), row->example);
      if (found != row)
        g_test_message ("line %u, phase %u: “%s” is taken by line %u", row->line, bit, row->example, found != NULL ? found->line : 0);
      if (found != row)
        g_test_fail ();
      break; /* in other phases an earlier row may be meant to come first */
    }
  }
}

/* Nothing but what the row itself asks for, and where it leaves a choice what no other row names: an earlier row that fits even that takes all of
 * its answers. */
static gboolean
is_reachable (const StatusRow *row, Phase phase)
{
  const guint codes[] = { row->code >= 100 ? row->code : 459, row->code >= 100 ? row->code : 559 }, details[] = { row->detail, 0, 1, 99 };
  g_autofree char *words = g_strjoin (" ", row->words[0], row->words[1], row->words[2], NULL);

  for (gsize i = 0; i < G_N_ELEMENTS (codes); i++)
    for (guint subject = 0; subject <= 7; subject++)
      for (gsize j = 0; j < G_N_ELEMENTS (details); j++) {
        SmtpStatus none = { 0 }, status = { codes[i] / 100, subject, details[j] };

        if (status_table_find (phase, codes[i], subject == 0 && details[j] == 99 ? none : status, words) == row)
          return TRUE;
      }
  return FALSE;
}

static void
test_no_row_is_shadowed (void)
{
  for (gsize i = 0; i < status_rows_count; i++)
    for (guint bit = 0; bit < PHASES; bit++)
      if ((status_rows[i].phases & 1 << bit) != 0 && (status_rows[i].phases & ((1u << bit) - 1)) == 0 && !is_reachable (&status_rows[i], (Phase) (1 << bit))) {
        g_test_message ("line %u can never be found", status_rows[i].line);
        g_test_fail ();
      }
}

/* Whom the ledger will never write to again: only by a status that speaks of the address itself. */
static void
test_only_a_status_makes_gone (void)
{
  static const guint details[] = { 1, 2, 3, 6, 10 };

  for (gsize i = 0; i < status_rows_count; i++) {
    const StatusRow *row = &status_rows[i];
    gboolean is_listed = strcmp (row->words[0], "(#5.1.1)") == 0; /* qmail's way to write a status */

    for (gsize j = 0; j < G_N_ELEMENTS (details); j++)
      is_listed |= row->subject == 1 && row->detail == details[j];
    g_assert_true (row->meaning != MEANING_GONE || is_listed);
    g_assert_true (row->meaning != MEANING_GONE || (row->phases & (PHASE_MAIL | PHASE_LOGIN | PHASE_EHLO | PHASE_GREETING)) == 0);
  }
}

/* Names that servers put into their answers are other people's words. */
static void
test_names_are_not_words (void)
{
  static const struct {
    const char *text, *words;
  } cases[] = {
    { "5.1.1 <relay@one.example>: User Unknown", "5.1.1 user unknown" },
    { "spam@one.example... No such user", "no such user" },
    { "see https://helo.example/sending-limit now", "see now" },
    { "host mx1.relay-denied.example said no", "host said no" },
    { "(mx.example.org) closed", "closed" },
    { "no. 4.7.1 later.", "no. 4.7.1 later." },
    { "STOREDRV.Submission.Exception:SendAsDenied; no", "storedrv.submission.exception:senddasdenied; no" },
    { "Спам", "спам" },
    { "", "" },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    g_autofree char *words = status_table_words (cases[i].text);

    if (i == 6)
      g_assert_nonnull (strstr (words, "sendasdenied"));
    else
      g_assert_cmpstr (words, ==, cases[i].words);
  }
}

/* Answers as providers give them, and whose fault they are. */
static void
test_answers (void)
{
  static const struct {
    Phase       phase;
    const char *line;
    Meaning     meaning;
  } cases[] = {
    { PHASE_RCPT, "550 5.1.1 <relay@one.example>: Recipient address rejected: User unknown in relay recipient table", MEANING_GONE },
    { PHASE_RCPT, "550 <helo@one.example>: User unknown", MEANING_ABSENT },
    { PHASE_RCPT, "550 5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup", MEANING_GONE },
    { PHASE_DOT, "550-5.1.1 The email account that you tried to reach does not exist.", MEANING_GONE },
    { PHASE_DOT, "552-5.2.2 The email account that you tried to reach is over quota.", MEANING_FULL },
    { PHASE_RCPT, "452-4.2.2 The recipient's inbox is out of storage space.", MEANING_FULL },
    { PHASE_RCPT, "550 5.5.0 Requested action not taken: mailbox unavailable (S2017062302).", MEANING_ABSENT },
    { PHASE_RCPT, "550 5.4.1 Recipient address rejected: Access denied. AS(201806281)", MEANING_ABSENT },
    { PHASE_DOT, "550 5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. IP on our block list (S3140).", MEANING_HOST },
    { PHASE_DOT, "554 5.7.9 Message not accepted for policy reasons.", MEANING_CONTENT },
    { PHASE_RCPT, "450 4.2.0 <p@one.example>: Recipient address rejected: Greylisted for 300 seconds", MEANING_LATER },
    { PHASE_RCPT, "451 4.7.1 Greylisting in action, please come back later", MEANING_LATER },
    { PHASE_RCPT, "451 4.7.1 Please try again later", MEANING_WARY },
    { PHASE_DOT, "550 Not enough sending quota", MEANING_LIMIT },
    { PHASE_DOT, "550 5.1.0 sender rejected", MEANING_SENDER },
    { PHASE_RCPT, "550 5.1.0 Address rejected.", MEANING_ABSENT },
    { PHASE_DOT, "550 spam detected", MEANING_CONTENT },
    { PHASE_DOT, "550 high probability of spam", MEANING_CONTENT },
    { PHASE_MAIL, "450 4.1.8 <ann@school.example>: Sender address rejected: Domain not found", MEANING_NOWHERE },
    { PHASE_RCPT, "504 5.5.2 <[127.0.0.1]>: Helo command rejected: need fully-qualified hostname", MEANING_HELO },
    { PHASE_RCPT, "450 4.7.1 <box>: Helo command rejected: Host not found", MEANING_HELO },
    { PHASE_RCPT, "550 Administrative prohibition", MEANING_UNCLEAR },
    { PHASE_RCPT, "554 5.7.1 <p@one.example>: Recipient address rejected: Access denied", MEANING_POLICY },
    { PHASE_RCPT, "454 4.7.1 <p@one.example>: Relay access denied", MEANING_RELAY },
    { PHASE_DOT, "421 4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected volume", MEANING_BUSY },
    { PHASE_RCPT, "552 1 Requested mail action aborted, mailbox not found", MEANING_ABSENT },
    { PHASE_RCPT, "550 5.1.2 Recipient address rejected: Domain not found", MEANING_GONE },
    { PHASE_RCPT, "550 5.1.2 out of service for a long time", MEANING_ABSENT }, /* "time ... out" in another order is no time-out */
    { PHASE_RCPT, "530 5.7.0 Log in first", MEANING_LOGIN },                   /* RFC 4954 §6, whatever the words */
    { PHASE_MAIL, "535 5.7.8 No", MEANING_LOGIN },
    { PHASE_RCPT, "550 5.1.2 temporary failure in name resolution", MEANING_LATER },
    { PHASE_DOT, "452 4.3.1 Insufficient system storage", MEANING_FAULT },
    { PHASE_LOGIN, "535-5.7.8 Username and Password not accepted.", MEANING_LOGIN },
    { PHASE_LOGIN, "535 5.7.9 Application-specific password required.", MEANING_APP_PASSWORD },
    /* 5.1.1 is used for a full mailbox too: nobody is gone by these */
    { PHASE_RCPT, "552 5.1.1 Boite du destinataire pleine. Recipient overquota. OFR_417 [417]", MEANING_FULL },
    { PHASE_RCPT, "552 5.1.1 <p@one.example> recipient rejected - extended quota violation", MEANING_FULL },
    { PHASE_RCPT, "552 5.1.1 <p@one.example> Mailbox delivery failure policy error", MEANING_ABSENT },
    { PHASE_RCPT, "552 user is over quota. (#5.1.1)", MEANING_FULL },
    { PHASE_RCPT, "554 Sorry, no mailbox here by that name. (#5.1.1)", MEANING_GONE },
    { PHASE_RCPT, "550 5.1.1 recipient rejected", MEANING_GONE },
    { PHASE_RCPT, "450 4.2.1 Peak SMTP relay limit exceeded for customer. This is a temporary error.", MEANING_SLOW },
    { PHASE_DOT, "550 5.7.27 Gmail requires all large senders to authenticate with SPF.", MEANING_DOMAIN },
    { PHASE_MAIL, "550 5.7.27 Sender address has null MX", MEANING_SENDER },
    { PHASE_LOGIN, "535 5.7.139 Authentication unsuccessful, SmtpClientAuthentication is disabled for the Mailbox.", MEANING_SWITCH },
  };

  for (gsize i = 0; i < G_N_ELEMENTS (cases); i++) {
    const StatusRow *row = find (cases[i].phase, cases[i].line);

    g_test_message ("%s: line %u", cases[i].line, row != NULL ? row->line : 0);
    g_assert_nonnull (row);
    g_assert_cmpint (row->meaning, ==, cases[i].meaning);
  }
}

int
main (int argc, char *argv[])
{
  g_test_init (&argc, &argv, NULL);
  g_test_add_func ("/shared/mail/status-table/examples", test_examples);
  g_test_add_func ("/shared/mail/status-table/no-row-is-shadowed", test_no_row_is_shadowed);
  g_test_add_func ("/shared/mail/status-table/only-a-status-makes-gone", test_only_a_status_makes_gone);
  g_test_add_func ("/shared/mail/status-table/names-are-not-words", test_names_are_not_words);
  g_test_add_func ("/shared/mail/status-table/answers", test_answers);
  return g_test_run ();
}
