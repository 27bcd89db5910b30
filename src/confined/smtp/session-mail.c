/* session-mail.c - messages on the wire: what to say, whose turn an answer is, what it means. */
#include "session-private.h"

#include "text.h"
#include <string.h>

#define BACKLOG_OCTETS (256 * 1024) /* chosen: what may wait for the socket before the next message is begun */

/* --- ring of flights --- */

static Flight *
flight_at (Session *self, guint index)
{
  return &self->flights[(self->flight_first + index) % self->flight_cap];
}

Flight *
session_mail_oldest (Session *self)
{
  return self->flight_count > 0 ? flight_at (self, 0) : NULL;
}

Flight *
session_mail_newest (Session *self)
{
  return self->flight_count > 0 ? flight_at (self, self->flight_count - 1) : NULL;
}

static Flight *
push_flight (Session *self, Row *row, Stage stage)
{
  Flight *flight = flight_at (self, self->flight_count++);

  *flight = (Flight){ .row = row, .stage = stage };
  return flight;
}

/* Takes the oldest one out. Returns: it, by value; its row and text are the caller's. */
static Flight
shift_flight (Session *self)
{
  Flight flight = *flight_at (self, 0);

  self->flight_first = (self->flight_first + 1) % self->flight_cap;
  self->flight_count--;
  self->ended_total += flight.is_committed;
  return flight;
}

static void
report (Session *self, Row *row, const Verdict *verdict, guint code, const char *text)
{
  SessionResult result = { *verdict, code, text };

  if (row != NULL)
    self->hooks->done (row, &result, self->data);
}

/* Octets said since the session began, those included that wait for the socket. */
static guint64
said_total (const Session *self)
{
  return self->sent_total + (self->output->len - self->output_at);
}

/* --- starting a message --- */

gboolean
session_mail_has_room (const Session *self)
{
  const Flight *newest = session_mail_newest ((Session *) self);

  if (self->leaving_text != NULL || (self->account->per_connection > 0 && self->taken_count >= self->account->per_connection))
    return FALSE;
  switch (self->mode) {
  case MODE_CHUNKING:
    return self->flight_count < (self->is_chunking_proved ? self->window : 1) && self->output->len - self->output_at < BACKLOG_OCTETS;
  case MODE_PIPELINING: /* the next envelope rides behind the dot */
    return newest == NULL || (self->flight_count == 1 && newest->stage == STAGE_DOT);
  default:
    return newest == NULL;
  }
}

/* A path must not become a command: "<", ">", controls and bare blanks end it here, whatever core let through. */
static gboolean
is_path (const char *data, gsize len)
{
  gboolean is_quoted = len > 0 && data[0] == '"';

  for (gsize i = 0; i < len; i++)
    if (data[i] == '<' || data[i] == '>' || g_ascii_iscntrl (data[i]) || (data[i] == ' ' && !is_quoted))
      return FALSE;
  return len > 2 && len <= 320 && memchr (data, '@', len) != NULL; /* RFC 5321 §4.5.3.1: 64 + @ + 255 */
}

static gboolean
is_ascii (const char *data, gsize len)
{
  for (gsize i = 0; i < len; i++)
    if ((guchar) data[i] >= 0x80)
      return FALSE;
  return TRUE;
}

/* Whose address needs SMTPUTF8 (RFC 6531), where the server has none. Returns: static. */
static const char *
blame_utf8 (const Envelope *envelope)
{
  if (!is_ascii (envelope->address.data, envelope->address.len))
    return "the recipient's address has letters beyond ASCII before its @, and the server does not take such addresses (no SMTPUTF8)";
  if (!is_ascii (envelope->sender, strlen (envelope->sender)))
    return "the From address has letters beyond ASCII before its @, and the server does not take such addresses (no SMTPUTF8): nobody can get this message by it";
  return "the Reply-To address has letters beyond ASCII before its @, and the server does not take such addresses (no SMTPUTF8): nobody can get this message by it";
}

/* Returns: why this message cannot be sent here; or NULL. *out_verdict: what that means; where it is the letter, the next one has it too. */
static const char *
find_obstacle (const Session *self, const Envelope *envelope, Verdict *out_verdict)
{
  gboolean wants_utf8 = envelope->traits.is_smtputf8 || !is_ascii (envelope->address.data, envelope->address.len);

  *out_verdict = (Verdict){ OUTCOME_REFUSED, REASON_DATA, NULL, 0, NULL };
  if (!is_path (envelope->address.data, envelope->address.len))
    return "the address cannot be written in SMTP";
  if (!is_path (envelope->sender, strlen (envelope->sender)))
    return "the From address cannot be written in SMTP";
  if (wants_utf8 && !self->has_smtputf8)
    return blame_utf8 (envelope);
  out_verdict->pause = PAUSE_CONTENT;
  out_verdict->pause_after = ROW_COUNT_SAME;
  if (envelope->traits.is_8bit && !self->has_8bitmime)
    return "the message needs eight-bit lines and the server does not take them (no 8BITMIME)";
  out_verdict->reason = REASON_SIZE;
  if (self->facts.size > 0 && self->body->len > self->facts.size)
    return "the message is bigger than the server takes (SIZE)";
  return NULL;
}

static void
append_text (Session *self, const char *text)
{
  session_say_octets (self, text, strlen (text));
}

static void
build_mail (Session *self, const Envelope *envelope)
{
  char size[32];

  g_string_assign (self->mail_line, "MAIL FROM:<");
  g_string_append (self->mail_line, envelope->sender);
  g_string_append_c (self->mail_line, '>');
  if (self->has_size) {
    g_snprintf (size, sizeof size, " SIZE=%u", self->body->len);
    g_string_append (self->mail_line, size);
  }
  if (envelope->traits.is_8bit)
    g_string_append (self->mail_line, " BODY=8BITMIME");
  if (self->has_smtputf8 && (envelope->traits.is_smtputf8 || !is_ascii (envelope->address.data, envelope->address.len)))
    g_string_append (self->mail_line, " SMTPUTF8");
  g_string_append (self->mail_line, "\r\n");
}

static void
build_rcpt (Session *self, const Envelope *envelope)
{
  g_string_assign (self->rcpt_line, "RCPT TO:<");
  g_string_append_len (self->rcpt_line, envelope->address.data, (gssize) envelope->address.len);
  g_string_append (self->rcpt_line, ">\r\n");
}

/* Its last octet has just been said. */
static void
begin_flight (Session *self, Flight *flight)
{
  flight->is_begun = TRUE;
  flight->end = said_total (self);
  g_ptr_array_add (self->beginning, flight->row);
}

static void
say_string (Session *self, const GString *text)
{
  session_say_octets (self, text->str, text->len);
}

static void
start_lockstep (Session *self, Row *row)
{
  push_flight (self, row, self->needs_reset ? STAGE_RSET : STAGE_MAIL);
  if (self->needs_reset)
    append_text (self, "RSET\r\n");
  else
    say_string (self, self->mail_line);
}

/* from: octets of the body that went before. */
static void
say_last_chunk (Session *self, Flight *flight, guint from)
{
  char bdat[32];

  g_snprintf (bdat, sizeof bdat, "BDAT %u LAST\r\n", self->body->len - from);
  append_text (self, bdat);
  session_say_octets (self, self->body->data + from, self->body->len - from);
  begin_flight (self, flight);
}

/* The first header line: ours, and no command of any server. Nothing is begun by it, for without its last chunk no message is whole. */
static guint
get_probe_len (const Session *self)
{
  const guint8 *end = self->body->len > 0 ? memchr (self->body->data, '\n', self->body->len) : NULL;

  return end != NULL ? (guint) (end - self->body->data) + 1 : 0;
}

static void
say_probe (Session *self)
{
  guint len = get_probe_len (self);
  char bdat[32];

  g_snprintf (bdat, sizeof bdat, "BDAT %u\r\n", len);
  append_text (self, bdat);
  session_say_octets (self, self->body->data, len);
}

static void
start_pipelined (Session *self, Row *row)
{
  gboolean is_chunk = self->mode == MODE_CHUNKING;
  gboolean is_reset = self->needs_reset || (is_chunk && self->flight_count > 0);
  Flight *flight = push_flight (self, row, is_reset ? STAGE_RSET : STAGE_MAIL);

  if (is_reset)
    append_text (self, "RSET\r\n");
  say_string (self, self->mail_line);
  say_string (self, self->rcpt_line);
  if (!is_chunk) {
    append_text (self, "DATA\r\n");
    return;
  }
  if (self->is_chunking_proved)
    say_last_chunk (self, flight, 0);
  else
    say_probe (self);
}

gboolean
session_mail_start (Session *self)
{
  Row *row = self->hooks->take (self->data);
  Envelope envelope = { 0 };
  g_autoptr (GError) error = NULL;
  Verdict verdict = { OUTCOME_REFUSED, REASON_DATA, NULL, 0, NULL };
  const char *obstacle;

  if (row == NULL)
    return FALSE;
  g_byte_array_set_size (self->body, 0);
  if (!self->hooks->render (row, self->mode == MODE_CHUNKING ? SKELETON_RAW : SKELETON_DOTTED, self->body, &envelope, &error, self->data)) {
    report (self, row, &verdict, 0, error->message);
    return TRUE;
  }
  obstacle = find_obstacle (self, &envelope, &verdict);
  if (obstacle != NULL) {
    report (self, row, &verdict, 0, obstacle);
    return TRUE;
  }
  self->taken_count++;
  build_mail (self, &envelope);
  build_rcpt (self, &envelope);
  if (self->mode == MODE_LOCKSTEP)
    start_lockstep (self, row);
  else
    start_pipelined (self, row);
  self->needs_reset = FALSE;
  return TRUE;
}

/* --- written down before it leaves --- */

static void
give_back_newest (Session *self)
{
  Flight *flight = session_mail_newest (self);
  Row *row = g_steal_pointer (&flight->row);

  g_free (flight->text);
  self->flight_count--;
  if (row == NULL)
    return;
  self->taken_count--;
  self->hooks->give_back (row, self->data);
}

/* What this pump added is taken out again; the rows go back. Older messages may still be answered. */
static void
take_back (Session *self)
{
  while (self->flight_count > 0 && session_mail_newest (self)->is_begun && !session_mail_newest (self)->is_committed)
    give_back_newest (self);
}

gboolean
session_mail_commit (Session *self)
{
  gboolean is_written = self->beginning->len == 0 ||
                        self->hooks->begin ((Row *const *) self->beginning->pdata, self->beginning->len, self->data);

  self->begun_total += is_written ? self->beginning->len : 0;
  g_ptr_array_set_size (self->beginning, 0);
  if (is_written) {
    for (guint i = self->flight_count; i > 0 && !flight_at (self, i - 1)->is_committed; i--)
      flight_at (self, i - 1)->is_committed = flight_at (self, i - 1)->is_begun;
    self->output_safe = self->output->len;
    return TRUE;
  }
  g_byte_array_set_size (self->output, (guint) MAX (self->output_safe, self->output_at));
  if (self->mode == MODE_CHUNKING) {
    take_back (self);
    return FALSE;
  }
  for (guint i = 0; i < self->flight_count; i++) /* nothing of them has left: they are not in doubt */
    flight_at (self, i)->is_begun = flight_at (self, i)->is_committed;
  session_finish_with (self, TRUE, "the journal cannot be written");
  return FALSE;
}

/* --- answers --- */

static void
note_failure (Session *self, Flight *flight, Phase phase)
{
  if (flight->has_failed)
    return;
  flight->has_failed = TRUE;
  flight->mail_failed = phase == PHASE_MAIL;
  flight->verdict = verdict_of (phase, self->answer.code, self->answer.status, self->answer.text->str);
  flight->code = self->answer.code;
  flight->text = session_quote (self->answer.code, self->answer.text->str);
}

/* The oldest message has all its answers. */
static void
finish_oldest (Session *self)
{
  Flight flight = shift_flight (self);
  Verdict accepted = { OUTCOME_ACCEPTED, REASON_NONE, NULL, 0, NULL };

  if (flight.has_failed) {
    g_autofree char *text = flight.verdict.advice != NULL ? g_strdup_printf ("%s - %s", flight.text, flight.verdict.advice) : NULL;

    report (self, flight.row, &flight.verdict, flight.code, text != NULL ? text : flight.text);
  } else {
    g_autofree char *text = session_quote (self->answer.code, self->answer.text->str);

    report (self, flight.row, &accepted, self->answer.code, text);
  }
  g_free (flight.text);
}

static void
break_contradiction (Session *self, const char *what)
{
  Verdict verdict = { OUTCOME_LATER, REASON_NONE, "protocol", 3, NULL };
  g_autofree char *quote = session_quote (self->answer.code, self->answer.text->str);
  g_autofree char *text = g_strdup_printf ("%s (%s)", what, quote);

  self->hooks->trouble (&verdict, text, self->data);
  session_break (self, "protocol", text);
}

/* The server hangs up by its own word. The message that it was said to ends with that. Of those behind it the word only says that none was
 * taken so far: they end when it has done what it said (docs/decisions/begun-behind-a-421.md). */
static void
handle_421 (Session *self)
{
  Flight flight = shift_flight (self);
  Phase phase = flight.stage == STAGE_DOT || flight.stage >= STAGE_PROBE ? PHASE_DOT : PHASE_MAIL;
  Verdict verdict = verdict_of (phase, self->answer.code, self->answer.status, self->answer.text->str);

  self->leaving = verdict;
  self->leaving_text = session_quote (self->answer.code, self->answer.text->str);
  g_byte_array_set_size (self->output, (guint) self->output_at); /* what has not left can no longer be taken */
  if (flight.row != NULL)
    report (self, flight.row, flight.has_failed ? &flight.verdict : &verdict, self->answer.code, flight.has_failed ? flight.text : self->leaving_text);
  g_free (flight.text);
  while (self->flight_count > 0 && !session_mail_newest (self)->is_committed)
    give_back_newest (self);
  if (self->flight_count == 0)
    session_break (self, NULL, self->leaving_text);
}

/* Behind its 421. More refusals change nothing; but what still takes something does not leave, and its silence means nothing either. */
static void
handle_last_words (Session *self)
{
  if (self->answer.code / 100 < 4)
    break_contradiction (self, "the server goes on though it said that it leaves");
}

/* code: 0 where leaving_text is in our words. */
static void
end_all_later (Session *self, guint code)
{
  Verdict verdict = self->leaving;

  verdict.pause = NULL; /* one 421, counted once */
  while (self->flight_count > 0 && self->state == STATE_READY) {
    Flight flight = shift_flight (self);

    if (flight.row != NULL)
      report (self, flight.row, &verdict, code, self->leaving_text);
    g_free (flight.text);
  }
  session_break (self, NULL, self->leaving_text);
}

void
session_mail_left (Session *self)
{
  end_all_later (self, 421);
}

static void
handle_mail (Session *self, Flight *flight)
{
  if (self->answer.code / 100 != 2) {
    note_failure (self, flight, PHASE_MAIL);
    if (self->mode == MODE_LOCKSTEP) {
      finish_oldest (self);
      return;
    }
  } else if (self->mode == MODE_LOCKSTEP) {
    say_string (self, self->rcpt_line);
  }
  flight->stage = STAGE_RCPT;
}

static void
handle_rcpt (Session *self, Flight *flight)
{
  gboolean is_ok = self->answer.code / 100 == 2;

  if (is_ok && flight->mail_failed) {
    break_contradiction (self, "the server takes recipients without a sender");
    return;
  }
  if (!is_ok)
    note_failure (self, flight, PHASE_RCPT);
  if (self->mode == MODE_LOCKSTEP && (!is_ok || flight->row == NULL)) {
    self->needs_reset = TRUE;
    finish_oldest (self);
    return;
  }
  if (self->mode == MODE_LOCKSTEP)
    append_text (self, "DATA\r\n");
  flight->stage = self->mode != MODE_CHUNKING ? STAGE_DATA : self->is_chunking_proved ? STAGE_BDAT : STAGE_PROBE;
}

static void
handle_go_ahead (Session *self, Flight *flight)
{
  if (flight->mail_failed) {
    break_contradiction (self, "the server wants a message without a sender");
    return;
  }
  flight->stage = STAGE_DOT;
  if (flight->has_failed) { /* RFC 2920 §3.1: a lone dot, which the server refuses for want of recipients */
    append_text (self, ".\r\n");
    self->needs_reset = TRUE;
  } else if (flight->row == NULL) { /* recalled: an empty message must not go out in its stead */
    session_finish_with (self, FALSE, "the message was called back");
  } else {
    session_say_octets (self, self->body->data, self->body->len);
    append_text (self, ".\r\n");
    begin_flight (self, flight);
  }
}

static void
handle_data (Session *self, Flight *flight)
{
  if (self->answer.code == 354) {
    handle_go_ahead (self, flight);
  } else if (self->answer.code / 100 < 4) {
    break_contradiction (self, "the server's answer to DATA makes no sense");
  } else {
    note_failure (self, flight, PHASE_DATA);
    self->needs_reset = TRUE; /* MAIL still stands (RFC 5321 §4.1.4) */
    finish_oldest (self);
  }
}

gboolean
session_mail_is_probing (const Session *self)
{
  const Flight *oldest = session_mail_oldest ((Session *) self);

  return self->state == STATE_READY && oldest != NULL && oldest->stage == STAGE_PROBE && self->leaving_text == NULL;
}

/* What was never begun goes back and is sent by DATA on the next connection; to this one stray lines may still be said. */
void
session_mail_lack_chunking (Session *self, const char *text)
{
  self->traits->lacks_chunking = TRUE;
  session_finish_with (self, FALSE, text);
}

static gboolean
has_command_words (const char *text)
{
  static const char *const words[] = { "unrecogni", "unknown command", "not implemented", "unimplemented", "command not", "not supported" };
  g_autofree char *lower = g_ascii_strdown (text, -1);

  for (gsize i = 0; i < G_N_ELEMENTS (words); i++)
    if (strstr (lower, words[i]) != NULL)
      return TRUE;
  return FALSE;
}

/* Is it BDAT that is refused, and not the message? RFC 5321 §4.2.2: 500 to 504; RFC 3463 §3.6: X.5.1, X.5.2, X.5.4; else the words. Where a
 * recipient was refused, 503 and 554 5.5.1 are what a server that knows BDAT says (RFC 3030 §2). */
static gboolean
is_bdat_refused (const Session *self, const Flight *flight)
{
  const Answer *answer = &self->answer;
  const SmtpStatus *status = &answer->status;

  if (flight->has_failed || flight->stage == STAGE_BDAT)
    return answer->code == 500 || answer->code == 502;
  if (answer->code / 100 != 5)
    return FALSE;
  return answer->code <= 504 || (status->subject == 5 && (status->detail == 1 || status->detail == 2 || status->detail == 4)) ||
         has_command_words (answer->text->str);
}

static void
handle_probe (Session *self, Flight *flight)
{
  gboolean is_ok = self->answer.code / 100 == 2;

  if (self->answer.code / 100 == 3 || (is_ok && flight->has_failed)) {
    break_contradiction (self, "the server contradicts itself about a message");
  } else if (is_ok && flight->row != NULL) {
    flight->stage = STAGE_BDAT;
    say_last_chunk (self, flight, get_probe_len (self));
  } else if (is_bdat_refused (self, flight)) {
    if (flight->has_failed)
      finish_oldest (self);
    session_mail_lack_chunking (self, "the server announces CHUNKING and does not know BDAT: it goes on with DATA");
  } else { /* refused, or called back: the server may hold half a message */
    self->is_chunking_proved = is_ok;
    if (!is_ok)
      note_failure (self, flight, PHASE_DATA);
    self->needs_reset = TRUE;
    finish_oldest (self);
  }
}

/* A proved server that knows BDAT no more (another machine behind the same name): this message was not taken, and comes again. */
static void
handle_chunk_unknown (Session *self)
{
  static const Verdict again = { OUTCOME_LATER, REASON_NONE, NULL, 0, NULL };
  Flight flight = shift_flight (self);
  g_autofree char *quote = session_quote (self->answer.code, self->answer.text->str);

  report (self, flight.row, &again, self->answer.code, quote);
  g_free (flight.text);
  session_mail_lack_chunking (self, quote);
}

/* RFC 5321 §4.5.4.1 and RFC 3030 let a server refuse before it has read all. None of what stands behind this message has left as a whole
 * either, so it was not taken, and comes later. */
static void
handle_early_refusal (Session *self)
{
  g_autofree char *quote = session_quote (self->answer.code, self->answer.text->str);

  finish_oldest (self);
  self->leaving = (Verdict){ OUTCOME_LATER, REASON_NONE, NULL, 0, NULL };
  self->leaving_text = g_strdup_printf ("a message before this one was refused before it was whole, and the connection ended (%s)", quote);
  while (self->flight_count > 0 && !session_mail_newest (self)->is_committed)
    give_back_newest (self);
  end_all_later (self, 0);
}

static void
handle_end (Session *self, Flight *flight)
{
  gboolean is_chunk = flight->stage == STAGE_BDAT;
  gboolean was_failed = flight->has_failed;
  gboolean is_early = self->sent_total < flight->end;

  if (is_early && self->answer.code / 100 == 2) {
    break_contradiction (self, "the server took a message before its last octet had left");
    return;
  }
  if (is_chunk && !was_failed && is_bdat_refused (self, flight)) {
    handle_chunk_unknown (self);
    return;
  }
  if (self->answer.code / 100 == 3 || flight->is_begun != flight->is_committed || (is_chunk && flight->has_failed && self->answer.code / 100 == 2)) {
    break_contradiction (self, "the server contradicts itself about a message");
    return;
  }
  if (self->answer.code / 100 != 2)
    note_failure (self, flight, PHASE_DOT);
  self->is_chunking_proved = self->is_chunking_proved || (is_chunk && !is_early);
  if (is_early && !was_failed) {
    handle_early_refusal (self);
    return;
  }
  self->needs_reset = self->needs_reset || (is_chunk && flight->has_failed && self->flight_count == 1);
  finish_oldest (self);
}

void
session_mail_reply (Session *self)
{
  Flight *flight = session_mail_oldest (self);

  if (self->leaving_text != NULL) {
    handle_last_words (self);
  } else if (flight == NULL && self->answer.code == 421) {
    session_finish_with (self, FALSE, self->answer.text->str);
  } else if (flight == NULL) {
    break_contradiction (self, "the server answers what nobody asked");
  } else if (self->answer.code == 421) {
    handle_421 (self);
  } else if (flight->stage == STAGE_RSET) {
    flight->stage = STAGE_MAIL;
    if (self->answer.code / 100 != 2)
      break_contradiction (self, "the server does not forget a broken transaction");
    else if (self->mode == MODE_LOCKSTEP)
      say_string (self, self->mail_line);
  } else if (flight->stage == STAGE_MAIL) {
    handle_mail (self, flight);
  } else if (flight->stage == STAGE_RCPT) {
    handle_rcpt (self, flight);
  } else if (flight->stage == STAGE_DATA) {
    handle_data (self, flight);
  } else if (flight->stage == STAGE_PROBE) {
    handle_probe (self, flight);
  } else {
    handle_end (self, flight);
  }
}

void
session_mail_clear (Session *self, const char *text)
{
  Verdict unknown = { OUTCOME_UNKNOWN, REASON_NONE, NULL, 0, NULL };
  g_autofree char *whole = g_strdup_printf ("the connection ended before the server answered: %s", text);

  while (self->flight_count > 0) {
    Flight flight = shift_flight (self);

    if (flight.row != NULL && flight.is_committed) /* not committed: none of it has left */
      report (self, flight.row, &unknown, 0, whole);
    else if (flight.row != NULL)
      self->hooks->give_back (flight.row, self->data);
    g_free (flight.text);
  }
  g_ptr_array_set_size (self->beginning, 0);
}
