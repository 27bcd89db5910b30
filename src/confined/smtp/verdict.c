#include "verdict.h"

#include <string.h>

#define ANY 1000           /* not a subject or detail: RFC 3463 has three digits */
#define ROW_COUNT_BUSY 3   /* chosen: three 421 in a row are not a coincidence of one server behind a name */
#define ROW_COUNT_POLICY 5 /* chosen: five policy refusals in a row are about us, not about five people */
#define BEFORE_MAIL (PHASE_GREETING | PHASE_EHLO | PHASE_TLS | PHASE_LOGIN)
#define ENVELOPE (PHASE_MAIL | PHASE_RCPT)
#define CONTENT (PHASE_DATA | PHASE_DOT)
#define MESSAGE (ENVELOPE | CONTENT)

#define A_APP_PASSWORD "The provider no longer takes the account's own password: make an app password in its security settings, or use OAuth."
#define A_PASSWORD "Check user name and password; providers with two-step login want an app password."
#define A_SENDER "The server does not let this account send as this From address: use the account's own address."
#define A_DOMAIN "The sender's domain lacks SPF, DKIM or DMARC as the receiver wants it: `account test` says what is missing."
#define A_SLOW "The server asks for a slower pace."
#define A_RELAY "The server relays only for those who log in, or for its own domains: set a user name and password."

typedef struct {
  guint       phases;
  guint       code;            /* 535 exactly; 4 or 5: the class; 0: any */
  guint       subject, detail; /* ANY; else the answer must have this status */
  const char *word;            /* must stand in the text (no case), or NULL */
  Verdict     verdict;
} Row;

#define LATER_SLOW OUTCOME_LATER, REASON_SLOW
#define LATER OUTCOME_LATER, REASON_NONE
#define REFUSED OUTCOME_REFUSED, REASON_NONE

static const Row rows[] = {
  /* the server goes, or wants less */
  { MESSAGE | BEFORE_MAIL, 421, ANY, ANY, NULL, { LATER_SLOW, "busy", ROW_COUNT_BUSY, A_SLOW } },

  /* login: never about a recipient */
  { PHASE_LOGIN | MESSAGE, 0, 7, 30, NULL, { LATER, "auth-disabled", 1, A_APP_PASSWORD } },  /* Exchange: basic authentication is disabled */
  { PHASE_LOGIN | MESSAGE, 0, 7, 139, NULL, { LATER, "auth-disabled", 1, A_APP_PASSWORD } }, /* Outlook.com: the same */
  { PHASE_LOGIN, 534, ANY, ANY, NULL, { LATER, "login", 1, A_APP_PASSWORD } },               /* Gmail: application-specific password required */
  { PHASE_LOGIN, 432, ANY, ANY, NULL, { LATER, "login", 1, "The server wants the password to be changed first (RFC 4954)." } },
  { PHASE_LOGIN, 538, ANY, ANY, NULL, { LATER, "tls", 1, "The server wants TLS before the login: set --tls starttls." } },
  { PHASE_LOGIN, 5, ANY, ANY, NULL, { LATER, "login", 1, A_PASSWORD } },
  { PHASE_LOGIN, 4, ANY, ANY, NULL, { LATER_SLOW, "busy", ROW_COUNT_BUSY, "The login is out of order for a while; it is tried again." } },
  { MESSAGE, 535, ANY, ANY, NULL, { LATER, "login", 1, A_PASSWORD } },
  { MESSAGE | PHASE_EHLO, 530, ANY, ANY, "starttls", { LATER, "tls", 1, "The server wants TLS first: set --tls starttls." } },
  { MESSAGE, 530, ANY, ANY, NULL, { LATER, "login", 1, "The server wants a login: set a user name and password." } },

  /* before any mail */
  { PHASE_GREETING | PHASE_EHLO, 5, ANY, ANY, NULL, { LATER, "policy", 1, "The server does not talk to this computer's address." } },
  { PHASE_GREETING | PHASE_EHLO, 4, ANY, ANY, NULL, { LATER_SLOW, "busy", ROW_COUNT_BUSY, A_SLOW } },
  { PHASE_TLS, 0, ANY, ANY, NULL, { LATER, "tls", 1, "The server offered TLS and then refused it; nothing is sent in the clear." } },

  /* quotas of the account */
  { MESSAGE, 0, 4, 5, NULL, { LATER_SLOW, "quota", 1, "The provider's daily limit is reached; it goes on later." } }, /* Gmail: 550 5.4.5 */
  { MESSAGE, 0, 4, 6, "limit", { LATER_SLOW, "quota", 1, "The provider's limit is reached; it goes on later." } },
  { MESSAGE, 0, ANY, ANY, "quota exceeded", { LATER_SLOW, "quota", 1, "The provider's limit is reached; it goes on later." } },
  { MESSAGE, 0, ANY, ANY, "sending limit", { LATER_SLOW, "quota", 1, "The provider's limit is reached; it goes on later." } },

  /* who we are: one answer is enough, the next recipient would get the same */
  { MESSAGE, 5, 7, 26, NULL, { LATER, "policy", 1, A_DOMAIN } },  /* unauthenticated mail */
  { MESSAGE, 5, 7, 515, NULL, { LATER, "policy", 1, A_DOMAIN } }, /* Microsoft's bulk rule */
  { MESSAGE, 5, 7, 60, NULL, { LATER, "policy", 1, A_SENDER } },  /* Exchange: SendAsDenied */
  { MESSAGE, 5, 1, 7, NULL, { LATER, "policy", 1, A_SENDER } },
  { MESSAGE, 5, 1, 8, NULL, { LATER, "policy", 1, A_SENDER } },

  /* size */
  { MESSAGE, 5, 3, 4, NULL, { OUTCOME_REFUSED, REASON_SIZE, NULL, 0, "The message is too big for the server." } },
  { MESSAGE, 5, 2, 3, NULL, { OUTCOME_REFUSED, REASON_SIZE, NULL, 0, "The message is too big for this mailbox." } },
  { PHASE_MAIL | CONTENT, 552, ANY, ANY, NULL, { OUTCOME_REFUSED, REASON_SIZE, NULL, 0, "The message is too big for the server." } },

  /* MAIL names the campaign's sender, nobody's address: the recipient is not to blame */
  { PHASE_MAIL, 5, ANY, ANY, NULL, { LATER, "policy", 1, A_SENDER } },

  /* slower */
  { MESSAGE, 4, 7, ANY, NULL, { LATER_SLOW, "busy", 4 * ROW_COUNT_POLICY, A_SLOW } }, /* also greylisting: so many in a row are not that */
  { MESSAGE, 450, 2, 0, "greylist", { LATER, NULL, 0, NULL } },
  { MESSAGE, 4, ANY, ANY, NULL, { LATER, NULL, 0, NULL } },

  /* the recipient */
  { PHASE_RCPT, 5, ANY, ANY, "relay", { LATER, "relay-denied", 1, A_RELAY } }, /* the lane takes it as a refusal once a recipient passed */
  { PHASE_RCPT | CONTENT, 5, 1, ANY, NULL, { OUTCOME_REFUSED, REASON_SUPPRESS, NULL, 0, NULL } },
  { MESSAGE, 5, 7, ANY, NULL, { REFUSED, "policy", ROW_COUNT_POLICY, "The server refuses this mail by its policy; its words say why." } },
  { MESSAGE, 554, ANY, ANY, NULL, { REFUSED, "policy", 4 * ROW_COUNT_POLICY, NULL } }, /* without a status: spam filters like this code */
  { MESSAGE, 5, ANY, ANY, NULL, { REFUSED, NULL, 0, NULL } },
};

static gboolean
has_word (const char *text, const char *word)
{
  gsize len = strlen (word);

  for (; *text != '\0'; text++)
    if (g_ascii_strncasecmp (text, word, len) == 0)
      return TRUE;
  return FALSE;
}

static gboolean
is_match (const Row *row, Phase phase, guint code, SmtpStatus status, const char *text)
{
  gboolean has_status = status.class != 0;

  if ((row->phases & (guint) phase) == 0)
    return FALSE;
  if (row->code != 0 && row->code != code && row->code != code / 100)
    return FALSE;
  if (row->subject != ANY && (!has_status || row->subject != status.subject))
    return FALSE;
  if (row->detail != ANY && row->detail != status.detail)
    return FALSE;
  return row->word == NULL || has_word (text, row->word);
}

Verdict
verdict_of (Phase phase, guint code, SmtpStatus status, const char *text)
{
  for (gsize i = 0; i < G_N_ELEMENTS (rows); i++)
    if (is_match (&rows[i], phase, code, status, text))
      return rows[i].verdict;
  /* 2xx or 3xx where neither belongs: the session ends over it; until then nobody is refused for it */
  return (Verdict){ LATER, "protocol", 1, "The server's answers make no sense; look at it with `account test`." };
}
