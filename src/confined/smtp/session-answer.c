/* session-answer.c - what the server says of the messages on the wire: whose turn it is, and what it means. */
#include "session-private.h"

#include "reply-table.h"
#include <string.h>

static void
note_failure (SmtpSession *self, Flight *flight, Phase phase)
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
finish_oldest (SmtpSession *self)
{
  Flight flight = session_mail_shift (self);
  Verdict accepted = { OUTCOME_ACCEPTED, REASON_NONE, NULL, 0, NULL };

  if (flight.has_failed) {
    g_autofree char *text = flight.verdict.advice != NULL ? g_strdup_printf ("%s - %s", flight.text, flight.verdict.advice) : NULL;

    session_mail_report (self, flight.row, &flight.verdict, flight.code, text != NULL ? text : flight.text);
  } else {
    g_autofree char *text = session_quote (self->answer.code, self->answer.text->str);

    session_mail_report (self, flight.row, &accepted, self->answer.code, text);
  }
  g_free (flight.text);
}

static void
break_contradiction (SmtpSession *self, const char *what)
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
handle_421 (SmtpSession *self)
{
  Flight flight = session_mail_shift (self);
  Phase phase = flight.stage == STAGE_DOT || flight.stage >= STAGE_PROBE ? PHASE_DOT : PHASE_MAIL;
  Verdict verdict = verdict_of (phase, self->answer.code, self->answer.status, self->answer.text->str);

  self->leaving = verdict;
  self->leaving_text = session_quote (self->answer.code, self->answer.text->str);
  g_byte_array_set_size (self->output, (guint) self->output_at); /* what has not left can no longer be taken */
  if (flight.row != NULL)
    session_mail_report (self, flight.row, flight.has_failed ? &flight.verdict : &verdict, self->answer.code, flight.has_failed ? flight.text : self->leaving_text);
  g_free (flight.text);
  while (self->flight_count > 0 && !session_mail_newest (self)->is_committed)
    session_mail_give_back_newest (self);
  if (self->flight_count == 0)
    session_break (self, NULL, self->leaving_text);
}

/* Behind its 421. More refusals change nothing; but what still takes something does not leave, and its silence means nothing either. */
static void
handle_last_words (SmtpSession *self)
{
  if (self->answer.code / 100 < 4)
    break_contradiction (self, "the server goes on though it said that it leaves");
}

/* code: 0 where leaving_text is in our words. */
static void
end_all_later (SmtpSession *self, guint code)
{
  Verdict verdict = self->leaving;

  verdict.pause = NULL; /* one 421, counted once */
  while (self->flight_count > 0 && self->state == STATE_READY) {
    Flight flight = session_mail_shift (self);

    if (flight.row != NULL)
      session_mail_report (self, flight.row, &verdict, code, self->leaving_text);
    g_free (flight.text);
  }
  session_break (self, NULL, self->leaving_text);
}

void
session_answer_left (SmtpSession *self)
{
  end_all_later (self, 421);
}

static void
handle_mail (SmtpSession *self, Flight *flight)
{
  if (self->answer.code / 100 != 2) {
    note_failure (self, flight, PHASE_MAIL);
    if (self->mode == MODE_LOCKSTEP) {
      finish_oldest (self);
      return;
    }
  } else if (self->mode == MODE_LOCKSTEP) {
    session_mail_say (self, self->rcpt_line);
  }
  flight->stage = STAGE_RCPT;
}

static void
handle_rcpt (SmtpSession *self, Flight *flight)
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
    session_mail_append (self, "DATA\r\n");
  flight->stage = self->mode != MODE_CHUNKING ? STAGE_DATA : self->is_chunking_proved ? STAGE_BDAT : STAGE_PROBE;
}

static void
handle_go_ahead (SmtpSession *self, Flight *flight)
{
  if (flight->mail_failed) {
    break_contradiction (self, "the server wants a message without a sender");
    return;
  }
  flight->stage = STAGE_DOT;
  if (flight->has_failed) { /* RFC 2920 §3.1: a lone dot, which the server refuses for want of recipients */
    session_mail_append (self, ".\r\n");
    self->needs_reset = TRUE;
  } else if (flight->row == NULL) { /* recalled: an empty message must not go out in its stead */
    session_finish_with (self, FALSE, "the message was called back");
  } else {
    session_say_octets (self, self->body->data, self->body->len);
    session_mail_append (self, ".\r\n");
    session_mail_begin (self, flight);
  }
}

static void
handle_data (SmtpSession *self, Flight *flight)
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
session_answer_is_probing (const SmtpSession *self)
{
  const Flight *oldest = session_mail_oldest ((SmtpSession *) self);

  return self->state == STATE_READY && oldest != NULL && oldest->stage == STAGE_PROBE && self->leaving_text == NULL;
}

/* What was never begun goes back and is sent by DATA on the next connection; to this one stray lines may still be said. */
void
session_answer_lack_chunking (SmtpSession *self, const char *text)
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
is_bdat_refused (const SmtpSession *self, const Flight *flight)
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
handle_probe (SmtpSession *self, Flight *flight)
{
  gboolean is_ok = self->answer.code / 100 == 2;

  if (self->answer.code / 100 == 3 || (is_ok && flight->has_failed)) {
    break_contradiction (self, "the server contradicts itself about a message");
  } else if (is_ok && flight->row != NULL) {
    flight->stage = STAGE_BDAT;
    session_mail_say_last_chunk (self, flight, session_mail_get_probe_len (self));
  } else if (is_bdat_refused (self, flight)) {
    if (flight->has_failed)
      finish_oldest (self);
    session_answer_lack_chunking (self, "the server announces CHUNKING and does not know BDAT: it goes on with DATA");
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
handle_chunk_unknown (SmtpSession *self)
{
  static const Verdict again = { OUTCOME_LATER, REASON_NONE, NULL, 0, NULL };
  Flight flight = session_mail_shift (self);
  g_autofree char *quote = session_quote (self->answer.code, self->answer.text->str);

  session_mail_report (self, flight.row, &again, self->answer.code, quote);
  g_free (flight.text);
  session_answer_lack_chunking (self, quote);
}

/* RFC 5321 §4.5.4.1 and RFC 3030 let a server refuse before it has read all. None of what stands behind this message has left as a whole
 * either, so it was not taken, and comes later. */
static void
handle_early_refusal (SmtpSession *self)
{
  g_autofree char *quote = session_quote (self->answer.code, self->answer.text->str);

  finish_oldest (self);
  self->leaving = (Verdict){ OUTCOME_LATER, REASON_NONE, NULL, 0, NULL };
  self->leaving_text = g_strdup_printf ("a message before this one was refused before it was whole, and the connection ended (%s)", quote);
  while (self->flight_count > 0 && !session_mail_newest (self)->is_committed)
    session_mail_give_back_newest (self);
  end_all_later (self, 0);
}

static void
handle_end (SmtpSession *self, Flight *flight)
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
session_answer (SmtpSession *self)
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
      session_mail_say (self, self->mail_line);
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
