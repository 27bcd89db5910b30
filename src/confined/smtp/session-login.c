/* session-login.c - from the greeting to READY: EHLO, STARTTLS, AUTH. */
#include "session-private.h"

#include "fault.h"
#include "text.h"
#include <string.h>

#define EXTENSIONS_MAX 64      /* as in contract/: what a report may hold */
#define EXTENSION_TEXT_MAX 128 /* chosen */
#define COMMAND_LINE_MAX 512   /* octets, with its CRLF: RFC 5321 §4.5.3.1.4 */
#define AUTH_OCTETS 8192       /* user and SECRET_BYTES_MAX in base64 and more: the buffer never moves while a password lies in it */

void
session_login_start (SmtpSession *self)
{
  self->state = self->account->tls == ACCOUNT_TLS_IMPLICIT ? STATE_HANDSHAKE : STATE_GREETING;
}

/* Ends the session and tells the queue why, in one sentence. */
static void
give_up (SmtpSession *self, const Verdict *verdict, const char *text)
{
  g_autofree char *whole = verdict->advice != NULL ? g_strdup_printf ("%s: %s", text, verdict->advice) : g_strdup (text);

  if (self->state == STATE_CLOSED)
    return;
  self->hooks->trouble (verdict, whole, self->data);
  session_break (self, verdict->pause, whole);
}

static void
give_up_ours (SmtpSession *self, const char *reason, const char *text)
{
  Verdict verdict = { OUTCOME_LATER, REASON_NONE, reason, 1, NULL };

  give_up (self, &verdict, text);
}

static void
give_up_answer (SmtpSession *self, Phase phase)
{
  Verdict verdict = verdict_of (phase, self->answer.code, self->answer.status, self->answer.text->str);
  g_autofree char *quote = session_quote (self->answer.code, self->answer.text->str);

  give_up (self, &verdict, quote);
}

/* The answer that ends a login; with the words of the 334 before it, where an access token was refused. */
static char *
quote_refusal (const SmtpSession *self)
{
  g_autofree char *quote = session_quote (self->answer.code, self->answer.text->str), *whole = NULL;
  const char *refusal = sasl_get_refusal (self->sasl);

  if (refusal == NULL || *refusal == '\0')
    return g_steal_pointer (&quote);
  whole = g_strdup_printf ("%s (%s)", quote, refusal);
  return text_printable (whole, -1, VERDICT_TEXT_MAX - 8);
}

/* A token that is refused may only have ended: then another one is asked for, and this connection was none too many. */
static void
give_up_token (SmtpSession *self, const char *quote)
{
  Verdict verdict = verdict_of_token (self->answer.code, self->answer.status, self->answer.text->str);
  g_autofree char *whole = g_strdup_printf ("%s: %s", quote, verdict.advice != NULL ? verdict.advice : "the login failed");

  if (g_strcmp0 (verdict.pause, "login") == 0 && self->hooks->renew != NULL && self->hooks->renew (whole, self->data)) {
    session_note_problem (self, verdict.pause, whole); /* for a test that began meanwhile */
    session_finish_with (self, FALSE, whole);
  } else {
    give_up (self, &verdict, quote);
  }
}

static void
give_up_login (SmtpSession *self)
{
  g_autofree char *quote = quote_refusal (self);
  Verdict verdict = verdict_of (PHASE_LOGIN, self->answer.code, self->answer.status, self->answer.text->str);

  g_free (self->facts.reply);
  self->facts.reply = g_strdup (quote);
  if (self->account->is_token)
    give_up_token (self, quote);
  else
    give_up (self, &verdict, quote);
}

/* --- EHLO --- */

static void
say_ehlo (SmtpSession *self)
{
  g_ptr_array_set_size (self->facts.extensions, 0);
  g_ptr_array_set_size (self->facts.mechanisms, 0);
  self->facts.size = 0;
  self->has_starttls = self->has_8bitmime = self->has_smtputf8 = self->has_size = self->has_pipelining = self->has_chunking = FALSE;
  self->state = STATE_EHLO;
  session_say (self, "EHLO %s", self->helo);
}

static void
add_mechanisms (SmtpSession *self, const char *words)
{
  g_auto (GStrv) names = g_strsplit_set (words, " =", -1);

  for (gsize i = 0; names[i] != NULL && self->facts.mechanisms->len < EXTENSIONS_MAX; i++)
    if (*names[i] != '\0' && strlen (names[i]) <= 20) /* RFC 4422 §3.1: 1 to 20 */
      g_ptr_array_add (self->facts.mechanisms, g_ascii_strup (names[i], -1));
}

void
session_login_line (SmtpSession *self, const char *text)
{
  static const struct {
    const char *word;
    gsize       flag;
  } flags[] = {
    { "STARTTLS", G_STRUCT_OFFSET (SmtpSession, has_starttls) },   { "8BITMIME", G_STRUCT_OFFSET (SmtpSession, has_8bitmime) },
    { "SMTPUTF8", G_STRUCT_OFFSET (SmtpSession, has_smtputf8) },   { "PIPELINING", G_STRUCT_OFFSET (SmtpSession, has_pipelining) },
    { "CHUNKING", G_STRUCT_OFFSET (SmtpSession, has_chunking) },   { "SIZE", G_STRUCT_OFFSET (SmtpSession, has_size) },
  };
  gsize word_len = strcspn (text, " =");

  if (self->facts.extensions->len < EXTENSIONS_MAX)
    g_ptr_array_add (self->facts.extensions, text_printable (text, -1, EXTENSION_TEXT_MAX));
  for (gsize i = 0; i < G_N_ELEMENTS (flags); i++)
    if (strlen (flags[i].word) == word_len && g_ascii_strncasecmp (text, flags[i].word, word_len) == 0)
      G_STRUCT_MEMBER (gboolean, self, flags[i].flag) = TRUE;
  if (word_len == 4 && g_ascii_strncasecmp (text, "SIZE", 4) == 0 && text[4] != '\0')
    self->facts.size = MIN (g_ascii_strtoull (text + 5, NULL, 10), G_MAXINT64); /* contract/: of every t */
  if (word_len == 4 && g_ascii_strncasecmp (text, "AUTH", 4) == 0 && text[4] != '\0') /* "AUTH=LOGIN": an old form that still lives */
    add_mechanisms (self, text + 5);
}

/* --- AUTH --- */

static void
become_ready (SmtpSession *self)
{
  g_clear_pointer (&self->sasl, sasl_free);
  g_clear_pointer (&self->initial, sasl_wipe);
  self->mode = self->has_pipelining ? (self->has_chunking && !self->traits->lacks_chunking ? MODE_CHUNKING : MODE_PIPELINING) : MODE_LOCKSTEP;
  self->state = STATE_READY;
}

/* No printf: what that leaves behind on the heap nobody can wipe. */
static void
say_secret (SmtpSession *self, const char *word)
{
  gsize len = self->output->len;

  g_byte_array_set_size (self->output, (guint) len + AUTH_OCTETS);
  g_byte_array_set_size (self->output, (guint) len);
  session_say_octets (self, word, strlen (word));
  session_say_octets (self, "\r\n", 2);
  self->output_secret = self->output->len;
}

/* What the server offers and did not refuse as a mechanism yet. */
static Sasl *
choose_mechanism (SmtpSession *self, GError **error)
{
  SaslLogin login = { self->account->user, self->account->secret, self->account->is_token, self->account->host, self->port };
  g_autoptr (GPtrArray) names = g_ptr_array_new ();

  for (guint i = 0; i < self->facts.mechanisms->len; i++)
    if (!server_traits_is_refused (self->traits, self->facts.mechanisms->pdata[i]))
      g_ptr_array_add (names, self->facts.mechanisms->pdata[i]);
  g_ptr_array_add (names, NULL);
  return sasl_new ((const char *const *) names->pdata, &login, error);
}

/* RFC 4954 §4: AUTH with what is said first is a command line like others, and tokens are longer. */
static gboolean
may_say_initial (const SmtpSession *self, const char *mechanism)
{
  return self->initial != NULL && !self->traits->lacks_initial && strlen ("AUTH  \r\n") + strlen (mechanism) + strlen (self->initial) <= COMMAND_LINE_MAX;
}

static void
say_auth (SmtpSession *self)
{
  g_autoptr (GError) error = NULL;
  const char *mechanism = sasl_get_mechanism (self->sasl);

  g_clear_pointer (&self->initial, sasl_wipe);
  self->initial = sasl_is_client_first (self->sasl) ? sasl_step (self->sasl, "", &error) : NULL;
  if (error != NULL) {
    give_up_ours (self, "login", error->message);
    return;
  }
  self->state = STATE_AUTH;
  self->challenge_count = 0;
  self->is_initial_said = may_say_initial (self, mechanism);
  session_say_octets (self, "AUTH ", 5);
  session_say_octets (self, mechanism, strlen (mechanism));
  if (self->is_initial_said)
    session_say_octets (self, " ", 1);
  say_secret (self, !self->is_initial_said ? "" : *self->initial != '\0' ? self->initial : "=");
  if (self->is_initial_said)
    g_clear_pointer (&self->initial, sasl_wipe);
}

/* RFC 6750 §5.3: a token never, whatever the account allows for its password. */
static gboolean
may_say_secret (const SmtpSession *self)
{
  return self->is_encrypted || self->is_loopback || (self->account->is_insecure && !self->account->is_token);
}

static void
start_auth (SmtpSession *self)
{
  g_autoptr (GError) error = NULL;

  if (*self->account->user == '\0') {
    become_ready (self);
    return;
  }
  if (!may_say_secret (self)) {
    give_up_ours (self, "tls", self->account->is_token ? "the access token of a sign-in is never sent without TLS: set --tls starttls or implicit"
                                                       : "the password is not sent without TLS: set --tls starttls or implicit");
    return;
  }
  if (self->facts.mechanisms->len == 0 && !self->account->is_token) {
    give_up_ours (self, "login", "the server offers no login: leave the user name away, or check host and port");
    return;
  }
  self->sasl = choose_mechanism (self, &error);
  if (self->sasl == NULL)
    give_up_ours (self, "login", error->message);
  else
    say_auth (self);
}

/* What stands in the first challenge to a mechanism that speaks first, and has not, is nothing to it (RFC 4954 §4). */
static void
handle_challenge (SmtpSession *self)
{
  g_autoptr (GError) error = NULL;
  char *said = self->initial != NULL ? g_steal_pointer (&self->initial) : sasl_step (self->sasl, self->answer.text->str, &error);

  self->challenge_count++;

  if (said == NULL) {
    give_up_ours (self, "login", error->message);
    return;
  }
  say_secret (self, said);
  sasl_wipe (said);
}

/* Is it the mechanism that is refused? Only then is there a second try: a password that is wrong, tried again, locks accounts. RFC 4954 §4
 * and §6: 504 an unknown mechanism, 534 one that is too weak; RFC 5321 §4.2.2: 500 to 502 to the command. 534 and 535 mean the password
 * with many providers, so there the words decide. 538 wants TLS for this mechanism. */
static gboolean
is_mechanism_refused (const SmtpSession *self)
{
  g_autofree char *lower = NULL;
  guint code = self->answer.code;

  if (self->challenge_count > 0 && code != 504)
    return FALSE;
  if ((code >= 500 && code <= 502) || code == 504)
    return TRUE;
  lower = g_ascii_strdown (self->answer.text->str, -1);
  return (code == 534 || code == 535) && (strstr (lower, "mechanism") != NULL || strstr (lower, "authentication type") != NULL);
}

/* Returns: FALSE when there is nothing else to try. */
static gboolean
try_again (SmtpSession *self)
{
  g_autofree char *mechanism = g_strdup (sasl_get_mechanism (self->sasl));
  gboolean is_syntax = self->answer.code == 501 && self->is_initial_said; /* older than initial responses: the same, asked for */
  Sasl *next;

  if (is_syntax)
    self->traits->lacks_initial = TRUE;
  else
    server_traits_refuse (self->traits, mechanism);
  next = choose_mechanism (self, NULL);
  if (next == NULL)
    return FALSE;
  sasl_free (self->sasl);
  self->sasl = next;
  say_auth (self);
  return TRUE;
}

static void
handle_auth (SmtpSession *self)
{
  if (self->answer.code == 334) {
    handle_challenge (self);
  } else if (self->answer.code / 100 != 2) {
    if (!is_mechanism_refused (self) || !try_again (self))
      give_up_login (self);
  } else if (!sasl_is_complete (self->sasl)) {
    give_up_ours (self, "login", "the server let us in without proving that it knows the password (SCRAM): it may not be yours");
  } else {
    self->facts.is_logged_in = TRUE;
    become_ready (self);
  }
}

/* --- greeting, STARTTLS --- */

static void
handle_ehlo (SmtpSession *self)
{
  gboolean wants_tls = self->account->tls == ACCOUNT_TLS_STARTTLS && !self->is_encrypted;

  if (self->answer.code / 100 == 2 && wants_tls && !self->has_starttls) {
    give_up_ours (self, "tls", "the server does not offer STARTTLS, so nothing is sent: someone may have taken the offer away, or the account "
                               "wants --tls implicit (port 465)");
  } else if (self->answer.code / 100 == 2 && wants_tls) {
    self->state = STATE_STARTTLS;
    session_say (self, "STARTTLS");
  } else if (self->answer.code / 100 == 2) {
    start_auth (self);
  } else if (self->state == STATE_EHLO && (self->answer.code == 500 || self->answer.code == 502) && !wants_tls &&
             *self->account->user == '\0') { /* RFC 5321 §3.2: a server of old; without login and TLS nothing is lost */
    self->state = STATE_HELO;
    session_say (self, "HELO %s", self->helo);
  } else {
    give_up_answer (self, PHASE_EHLO);
  }
}

static void
handle_greeting (SmtpSession *self)
{
  self->is_greeted = TRUE;
  g_free (self->facts.greeting);
  self->facts.greeting = session_quote (self->answer.code, self->answer.text->str);
  if (self->answer.code / 100 == 2)
    say_ehlo (self);
  else
    give_up_answer (self, PHASE_GREETING);
}

void
session_login_reply (SmtpSession *self)
{
  switch (self->state) {
  case STATE_GREETING:
    handle_greeting (self);
    break;
  case STATE_EHLO:
  case STATE_HELO:
    handle_ehlo (self);
    break;
  case STATE_STARTTLS:
    if (self->answer.code == 220)
      self->state = STATE_HANDSHAKE;
    else
      give_up_answer (self, PHASE_TLS);
    break;
  case STATE_AUTH:
    handle_auth (self);
    break;
  default: /* closed meanwhile */
    break;
  }
}

gboolean
session_wants_tls (const SmtpSession *self)
{
  gsize len;

  (void) session_peek_output (self, &len);
  return self->state == STATE_HANDSHAKE && len == 0;
}

void
session_tls_done (SmtpSession *self)
{
  self->is_encrypted = TRUE;
  if (self->is_greeted)
    say_ehlo (self); /* RFC 3207 §4.2: what was said before TLS is forgotten */
  else
    self->state = STATE_GREETING;
}
