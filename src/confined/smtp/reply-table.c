#include "reply-table.h"

#define ROW_COUNT_BUSY 3   /* chosen: three 421 in a row are not a coincidence of one server behind a name */
#define ROW_COUNT_POLICY ROW_COUNT_FEW /* chosen: five policy refusals in a row are about us, not about five people */
#define ROW_COUNT_MANY 20  /* chosen: so many in a row are neither greylisting nor one old list */

#define LATER OUTCOME_LATER, REASON_NONE
#define LATER_SLOW OUTCOME_LATER, REASON_SLOW
#define REFUSED OUTCOME_REFUSED, REASON_NONE

#define A_APP_PASSWORD \
  "The provider does not take the account's own password here: make an app password (authorization code) in its security settings, and give that."
#define A_NO_PASSWORDS \
  "The provider takes no password of any sort for sending: sign in at the provider (OAuth) in place of a password, or ask whoever runs the mail domain for a " \
  "relay that takes one."
#define A_SWITCH \
  "Sending by SMTP is switched off for this mailbox or its whole organisation: neither a password nor a sign-in helps. An administrator can switch it on " \
  "(Microsoft 365 admin center: the user, Mail, Manage email apps, Authenticated SMTP)."
#define A_TOKEN \
  "The sign-in is another account's than this user name, or does not allow to send by SMTP: sign in as this very account. (Where there is no sign-in: the " \
  "user name or the password is wrong.)"
#define A_SIGN_IN "The provider refuses the sign-in: it has ended, was withdrawn, or does not allow to send by SMTP. Sign in again."
#define A_SENDER "The server does not let this account send as this From address: use the account's own address, or have this one verified at the provider."
#define A_DOMAIN "The sender's domain lacks SPF, DKIM or DMARC as the receiver wants it: `account test` says what is missing."
#define A_NOWHERE "The server does not find the domain of the From address in the DNS: look for a typing error, or use the account's own address."
#define A_BLOCKED "The provider has blocked this account or not opened it yet: log in at its web page, or ask its support, then resume."
#define A_HOST "The server refuses this computer's internet address, not the letter: send through your provider's own server, or ask whoever runs this one."
#define A_HELO \
  "The server refuses the name that this computer gives after EHLO (HELO): it wants a full name that the DNS knows, as `box.example.org`. Send through " \
  "your provider's server with a user name, or set that name."
#define A_COMMAND \
  "The server refuses a command, not the person: most often it wants another name after EHLO (HELO), or a login first. `account test` shows what it says."
#define A_RELAY "The server relays only for those who log in, or for its own domains: set a user name and password."
#define A_LIMIT "The account's sending limit is reached; it goes on later."
#define A_SLOW "The server asks for a slower pace."
#define A_CONTENT \
  "The server refuses the letter itself, so others will get the same answer: its words say why. Send yourself a test, change the letter, then resume."
#define A_SIZE "The letter is too big for the server: make attachments and pictures smaller, or give a link instead."

/* By whose fault it is. A 4xx never refuses anybody, whatever stands here: see below. */
static const Verdict verdicts[MEANING_COUNT] = {
  /* 2xx or 3xx where neither belongs: the session ends over it; until then nobody is refused for it */
  [MEANING_NONE] = { LATER, "protocol", 1, "The server's answers make no sense; look at it with `account test`." },

  /* the person */
  [MEANING_GONE] = { OUTCOME_REFUSED, REASON_SUPPRESS, NULL, 0, NULL }, /* many of them at once: core's brake */
  [MEANING_ABSENT] = { REFUSED, "policy", ROW_COUNT_MANY, "So many unknown people in a row may be the server's fault: is it the right one for this account?" },
  [MEANING_CLOSED] = { REFUSED, "policy", ROW_COUNT_MANY, NULL },
  [MEANING_FULL] = { REFUSED, NULL, 0, "This person's mailbox is full." },
  [MEANING_LATER] = { LATER, NULL, 0, NULL },

  /* this letter */
  [MEANING_CONTENT] = { REFUSED, PAUSE_CONTENT, ROW_COUNT_SAME, A_CONTENT },
  [MEANING_SIZE] = { OUTCOME_REFUSED, REASON_SIZE, PAUSE_CONTENT, ROW_COUNT_SAME, A_SIZE },

  /* us: one answer is enough, the next recipient would get the same */
  [MEANING_SENDER] = { LATER, "policy", 1, A_SENDER },
  [MEANING_DOMAIN] = { LATER, "policy", 1, A_DOMAIN },
  [MEANING_NOWHERE] = { LATER, "policy", 1, A_NOWHERE },
  [MEANING_BLOCKED] = { LATER, "policy", 1, A_BLOCKED },
  [MEANING_HOST] = { LATER, "policy", 1, A_HOST },
  [MEANING_HELO] = { LATER, "policy", 1, A_HELO },
  [MEANING_COMMAND] = { LATER, "policy", 1, A_COMMAND },
  [MEANING_RELAY] = { LATER, "relay-denied", 1, A_RELAY }, /* the brake takes it as a refusal once a recipient passed */
  [MEANING_LOGIN] = { LATER, "login", 1, "Check user name and password; providers with two-step login want an app password." },
  [MEANING_APP_PASSWORD] = { LATER, "login", 1, A_APP_PASSWORD },
  [MEANING_NEW_PASSWORD] = { LATER, "login", 1, "The server wants the password to be changed first (RFC 4954): do that at the provider, then give the new one." },
  [MEANING_NO_PASSWORDS] = { LATER, "auth-disabled", 1, A_NO_PASSWORDS },
  [MEANING_SWITCH] = { LATER, "auth-disabled", 1, A_SWITCH },
  [MEANING_TOKEN] = { LATER, "login", 1, A_TOKEN },
  [MEANING_EXPIRED] = { LATER, "login", 1, A_SIGN_IN },
  [MEANING_TLS] = { LATER, "tls", 1, "The server wants TLS before the login: set --tls starttls." },
  [MEANING_TLS_FIRST] = { LATER, "tls", 1, "The server wants TLS first: set --tls starttls." },
  [MEANING_OFFERED_TLS] = { LATER, "tls", 1, "The server offered TLS and then refused it; nothing is sent in the clear." },

  /* our limit */
  [MEANING_LIMIT] = { LATER_SLOW, "quota", 1, A_LIMIT },

  /* the server */
  [MEANING_BUSY] = { LATER_SLOW, "busy", ROW_COUNT_BUSY, A_SLOW },
  [MEANING_SLOW] = { LATER_SLOW, "busy", ROW_COUNT_MANY, A_SLOW },
  [MEANING_WARY] = { LATER, "busy", ROW_COUNT_MANY, NULL }, /* docs/decisions/one-451-slows-nothing.md */
  [MEANING_FAULT] = { LATER, "busy", ROW_COUNT_BUSY, "The server has a fault of its own; it is tried again." },
  [MEANING_STRANGER] = { LATER, "policy", 1, "The server does not talk to this computer's address: is it your provider's own server for sending?" },
  [MEANING_LOGIN_FAULT] = { LATER_SLOW, "busy", ROW_COUNT_BUSY, "The login is out of order for a while; it is tried again." },

  /* not known: five alike in a row are not about five people */
  [MEANING_POLICY] = { REFUSED, "policy", ROW_COUNT_POLICY, "The server refuses this mail by its policy; its words say why." },
  [MEANING_UNCLEAR] = { REFUSED, "policy", ROW_COUNT_POLICY, NULL },
};

Verdict
verdict_of (Phase phase, guint code, SmtpStatus status, const char *text)
{
  const StatusRow *row = status_table_find (phase, code, status, text);
  Verdict verdict = verdicts[row != NULL ? row->meaning : MEANING_NONE];

  if (code / 100 == 4 && verdict.outcome == OUTCOME_REFUSED) /* RFC 5321 §4.2.1: to be tried again */
    verdict = (Verdict){ LATER, NULL, 0, NULL };
  if (code == 421 && verdict.pause_after > ROW_COUNT_BUSY) /* whatever it says: the server goes */
    verdict = verdicts[MEANING_BUSY];
  return verdict;
}

Verdict
verdict_of_token (guint code, SmtpStatus status, const char *text)
{
  const StatusRow *row = status_table_find (PHASE_LOGIN, code, status, text);
  Meaning meaning = row != NULL ? row->meaning : MEANING_NONE;

  if (meaning == MEANING_LOGIN || meaning == MEANING_APP_PASSWORD || meaning == MEANING_NEW_PASSWORD)
    return verdicts[MEANING_EXPIRED];
  return verdict_of (PHASE_LOGIN, code, status, text);
}
