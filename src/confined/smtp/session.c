#include "session-private.h"

#include "text.h"
#include <string.h>

#define REPLY_LINES_MAX 128   /* chosen: the longest EHLO seen has 20 lines; an endless one must end */
#define REPLY_TEXT_MAX 2048   /* chosen: what is kept of an answer */
#define KEEP_OCTETS (1 << 20) /* chosen: a buffer that one big message blew up is given back */

/* RFC 5321 §4.5.3.2; AUTH and RSET have none there and get the same five minutes. */
#define WAIT_COMMAND_S 300
#define WAIT_DATA_S 120
#define WAIT_BLOCK_S 180
#define WAIT_DOT_S 600
#define WAIT_IDLE_S 30 /* chosen: servers close after 60 to 300 s; who needs us next will not mind a new connection */
#define WAIT_LEAVE_S 60 /* chosen: RFC 5321 gives no time between the 421 and the end; who sits there a minute does not leave */
#define WAIT_QUIT_S 5  /* chosen: nothing depends on the answer */

SmtpSession *
session_new (const SmtpAccount *account, ServerTraits *traits, const char *helo, gboolean is_test, const SessionHooks *hooks, gpointer data)
{
  SmtpSession *self = g_new0 (SmtpSession, 1);

  self->account = account;
  self->traits = traits;
  self->hooks = hooks;
  self->data = data;
  self->helo = g_strdup (*account->helo != '\0' ? account->helo : helo);
  self->is_test = is_test;
  self->end_text = g_strdup ("");
  self->facts = (SessionFacts){ g_strdup (""), g_strdup (""), g_strdup (""), g_strdup (""), g_ptr_array_new_with_free_func (g_free),
                                g_ptr_array_new_with_free_func (g_free), 0, FALSE };
  self->input = g_byte_array_new ();
  self->output = g_byte_array_new ();
  self->body = g_byte_array_new ();
  self->answer.text = g_string_new (NULL);
  self->mail_line = g_string_new (NULL);
  self->rcpt_line = g_string_new (NULL);
  self->beginning = g_ptr_array_new ();
  self->window = account->window;
  self->flight_cap = MAX (account->window, account->window_max) + 2;
  self->flights = g_new0 (Flight, self->flight_cap);
  session_login_start (self);
  return self;
}

void
session_set_peer (SmtpSession *self, gboolean is_loopback, guint port)
{
  self->is_loopback = is_loopback;
  self->port = port;
}

void
session_free (SmtpSession *self)
{
  if (self == NULL)
    return;
  session_break (self, NULL, "the connection was closed");
  g_free (self->helo);
  g_free (self->end_text);
  g_free (self->facts.greeting);
  g_free (self->facts.reply);
  g_free (self->facts.problem);
  g_free (self->facts.reason);
  g_ptr_array_unref (self->facts.extensions);
  g_ptr_array_unref (self->facts.mechanisms);
  g_byte_array_unref (self->input);
  g_byte_array_unref (self->output);
  g_byte_array_unref (self->body);
  g_string_free (self->answer.text, TRUE);
  g_string_free (self->mail_line, TRUE);
  g_string_free (self->rcpt_line, TRUE);
  g_ptr_array_unref (self->beginning);
  sasl_free (self->sasl);
  sasl_wipe (self->initial);
  g_free (self->flights);
  g_free (self->leaving_text);
  g_free (self);
}

/* --- out --- */

void
session_say_octets (SmtpSession *self, const void *data, gsize len)
{
  if (self->state != STATE_CLOSED && len > 0)
    g_byte_array_append (self->output, data, (guint) len);
}

void
session_say (SmtpSession *self, const char *format, ...)
{
  va_list arguments;
  g_autofree char *line = NULL;

  va_start (arguments, format);
  line = g_strdup_vprintf (format, arguments);
  va_end (arguments);
  session_say_octets (self, line, strlen (line));
  session_say_octets (self, "\r\n", 2);
}

const guint8 *
session_peek_output (const SmtpSession *self, gsize *out_len)
{
  *out_len = self->output->len - self->output_at;
  return *out_len > 0 ? self->output->data + self->output_at : NULL;
}

static void
session_trim_buffer (GByteArray **buffer)
{
  if ((*buffer)->len > KEEP_OCTETS) {
    g_byte_array_unref (*buffer);
    *buffer = g_byte_array_new ();
  }
  g_byte_array_set_size (*buffer, 0);
}

void
session_sent (SmtpSession *self, gsize len)
{
  if (self->output_at < self->output_secret)
    explicit_bzero (self->output->data + self->output_at, MIN (len, self->output_secret - self->output_at));
  self->output_at += len;
  self->sent_total += len;
  if (self->output_at >= self->output->len) {
    session_trim_buffer (&self->output);
    self->output_at = self->output_safe = self->output_secret = 0;
  }
}

/* --- in --- */

/* Printable already: smtp_reply_parse(). Cut at a character. By hand: once a message. */
char *
session_quote (guint code, const char *text)
{
  gsize len = strnlen (text, VERDICT_TEXT_MAX - 8);
  char *quote = g_malloc (4 + len + 1);

  while (len > 0 && ((guchar) text[len] & 0xc0) == 0x80)
    len--;
  for (gsize i = 3; i-- > 0; code /= 10)
    quote[i] = (char) ('0' + code % 10);
  quote[3] = ' ';
  memcpy (quote + 4, text, len);
  quote[4 + len] = '\0';
  return quote;
}

static void
break_protocol (SmtpSession *self, const char *what)
{
  Verdict verdict = { OUTCOME_LATER, REASON_NONE, "protocol", 3, NULL }; /* chosen: three times in a row is not line noise */

  if (self->state == STATE_CLOSED)
    return;
  self->hooks->trouble (&verdict, what, self->data);
  session_break (self, "protocol", what);
}

static void
handle_answer (SmtpSession *self)
{
  if (self->state == STATE_QUIT) { /* the words before the goodbye are the ones to show */
    session_finish_with (self, FALSE, "done");
    return;
  }
  if (self->state == STATE_READY) { /* four a message: their words are put together only where someone will read them */
    session_answer (self);
    return;
  }
  g_free (self->facts.reply);
  self->facts.reply = session_quote (self->answer.code, self->answer.text->str);
  session_login_reply (self);
}

static void
handle_line (SmtpSession *self, const char *line, gsize len)
{
  static SmtpReply parsed; /* 2 KiB: one main loop, no recursion */
  const SmtpReply *reply = &parsed;
  Answer *answer = &self->answer;

  if (!smtp_reply_parse (line, len, &parsed, NULL) || (answer->line_count > 0 && reply->code != answer->code) || answer->line_count >= REPLY_LINES_MAX) {
    break_protocol (self, "the server's answer is not SMTP; check host, port and tls");
    return;
  }
  if (answer->line_count++ == 0) {
    g_string_truncate (answer->text, 0);
    answer->code = reply->code;
    answer->status = (SmtpStatus){ 0, 0, 0 };
  }
  if (answer->status.class == 0)
    answer->status = reply->status;
  if (answer->text->len > 0)
    g_string_append_c (answer->text, ' ');
  if (answer->text->len + reply->len < REPLY_TEXT_MAX)
    g_string_append_len (answer->text, reply->text, (gssize) reply->len);
  if (self->state == STATE_EHLO && answer->line_count > 1)
    session_login_line (self, reply->text);
  if (reply->is_last) {
    answer->line_count = 0;
    self->answer_count++;
    handle_answer (self);
  }
}

void
session_feed (SmtpSession *self, const char *data, gsize len)
{
  gsize at = 0;

  if (len == 0 || self->state == STATE_CLOSED || self->state == STATE_HANDSHAKE)
    return;
  g_byte_array_append (self->input, (const guint8 *) data, (guint) len);
  while (self->state != STATE_CLOSED && self->state != STATE_HANDSHAKE) {
    const char *line = (const char *) self->input->data + at;
    const char *end = self->input->len > at ? memchr (line, '\n', self->input->len - at) : NULL;

    if (end == NULL)
      break;
    handle_line (self, line, (gsize) (end - line) - (end > line && end[-1] == '\r' ? 1 : 0));
    at += (gsize) (end - line) + 1;
  }
  g_byte_array_remove_range (self->input, 0, (guint) at);
  if (self->state == STATE_HANDSHAKE && self->input->len > 0) {
    Verdict verdict = { OUTCOME_LATER, REASON_NONE, "tls", 1, NULL };

    self->hooks->trouble (&verdict, "words were slipped in before TLS began: someone may be on the line; nothing was sent",
                          self->data);
    session_break (self, "tls", "words were slipped in before TLS began: someone may be on the line; nothing was sent");
  } else if (self->input->len > SMTP_REPLY_LINE_MAX + 2) {
    break_protocol (self, "the server's answer has no end of line; check host, port and tls");
  }
}

/* --- life --- */

static void
say_quit (SmtpSession *self)
{
  session_say (self, "QUIT");
  self->state = STATE_QUIT;
}

void
session_pump (SmtpSession *self)
{
  if (self->state == STATE_READY && !self->is_quitting && !self->is_test)
    while (session_mail_has_room (self) && session_mail_start (self))
      ;
  if (self->state == STATE_READY && !session_mail_commit (self))
    self->is_quitting = TRUE;
  if (self->state == STATE_READY && (self->is_quitting || self->is_test) && self->flight_count == 0)
    say_quit (self);
  if (self->body->len > KEEP_OCTETS && self->mode == MODE_CHUNKING && self->is_chunking_proved)
    session_trim_buffer (&self->body);
}

/* The first one stands: what comes after it may only follow from it. */
void
session_note_problem (SmtpSession *self, const char *reason, const char *text)
{
  if (*self->facts.problem == '\0') {
    g_free (self->facts.problem);
    self->facts.problem = text_printable (text, -1, VERDICT_TEXT_MAX - 8);
  }
  if (reason != NULL && *self->facts.reason == '\0') {
    g_free (self->facts.reason);
    self->facts.reason = g_strdup (reason);
  }
}

void
session_finish_with (SmtpSession *self, gboolean is_lost, const char *text)
{
  if (self->state == STATE_CLOSED)
    return;
  self->is_lost = is_lost;
  g_free (self->end_text);
  self->end_text = text_printable (text, -1, VERDICT_TEXT_MAX - 8);
  if (is_lost)
    session_note_problem (self, NULL, self->end_text);
  session_mail_clear (self, self->end_text);
  if (self->output_secret > 0)
    explicit_bzero (self->output->data, self->output_secret);
  g_clear_pointer (&self->sasl, sasl_free);
  g_clear_pointer (&self->initial, sasl_wipe);
  self->state = STATE_CLOSED;
  g_byte_array_set_size (self->output, 0);
  self->output_at = self->output_safe = self->output_secret = 0;
}

void
session_break (SmtpSession *self, const char *reason, const char *text)
{
  if (self->state == STATE_CLOSED)
    return;
  session_note_problem (self, reason, text);
  session_finish_with (self, TRUE, text);
}

void
session_eof (SmtpSession *self)
{
  if (self->state == STATE_QUIT || session_is_idle (self) || (self->state == STATE_READY && self->is_quitting && self->flight_count == 0))
    session_finish_with (self, FALSE, "the server closed an idle connection");
  else if (session_answer_is_probing (self))
    session_answer_lack_chunking (self, "the server hung up on BDAT: it goes on with DATA");
  else if (self->state == STATE_READY && self->leaving_text != NULL && self->input->len == 0 && self->answer.line_count == 0)
    session_answer_left (self);
  else
    session_break (self, "network", self->is_greeted ? "the server hung up" : "the server hung up before it said a word");
}

void
session_quit (SmtpSession *self)
{
  self->is_quitting = TRUE;
  session_release (self, NULL, NULL);
  if (self->state < STATE_READY)
    session_finish_with (self, FALSE, "not needed any more");
}

void
session_release (SmtpSession *self, RowFunc is_wanted, gpointer data)
{
  Flight *flight = session_mail_newest (self);

  if (flight == NULL || flight->is_begun || flight->row == NULL || (is_wanted != NULL && !is_wanted (flight->row, data)))
    return;
  self->hooks->give_back (g_steal_pointer (&flight->row), self->data);
}

void
session_set_window (SmtpSession *self, guint window)
{
  self->window = CLAMP (window, 1, self->flight_cap - 2);
}

void
session_set_test (SmtpSession *self)
{
  self->is_test = TRUE;
}

gboolean
session_is_test (const SmtpSession *self)
{
  return self->is_test;
}

gboolean
session_is_greeted (const SmtpSession *self)
{
  return self->is_greeted;
}

gboolean
session_is_ready (const SmtpSession *self)
{
  return self->state == STATE_READY;
}

gboolean
session_is_idle (const SmtpSession *self)
{
  return self->state == STATE_READY && self->flight_count == 0;
}

gboolean
session_is_closed (const SmtpSession *self)
{
  return self->state == STATE_CLOSED;
}

gboolean
session_is_lost (const SmtpSession *self)
{
  return self->is_lost;
}

const char *
session_get_end_text (const SmtpSession *self)
{
  return self->end_text;
}

guint64
session_get_answer_count (const SmtpSession *self)
{
  return self->answer_count;
}

const SessionFacts *
session_get_facts (const SmtpSession *self)
{
  return &self->facts;
}

guint
session_get_begun_count (const SmtpSession *self)
{
  guint n = 0;

  for (guint i = 0; i < self->flight_count; i++)
    n += self->flights[(self->flight_first + i) % self->flight_cap].is_begun;
  return n;
}

guint64
session_get_begun_total (const SmtpSession *self)
{
  return self->begun_total;
}

guint64
session_get_ended_total (const SmtpSession *self)
{
  return self->ended_total;
}

guint
session_get_wait_s (const SmtpSession *self)
{
  const Flight *oldest = session_mail_oldest ((SmtpSession *) self);

  if (self->state == STATE_QUIT)
    return WAIT_QUIT_S;
  if (self->leaving_text != NULL)
    return WAIT_LEAVE_S;
  if (self->state == STATE_STARTTLS || self->state == STATE_HANDSHAKE)
    return WAIT_DATA_S;
  if (self->state != STATE_READY)
    return WAIT_COMMAND_S;
  if (self->output->len > self->output_at)
    return WAIT_BLOCK_S;
  if (oldest == NULL)
    return WAIT_IDLE_S;
  switch (oldest->stage) {
  case STAGE_DATA:
  case STAGE_PROBE:
    return WAIT_DATA_S;
  case STAGE_DOT:
  case STAGE_BDAT:
    return WAIT_DOT_S;
  default:
    return oldest->is_begun ? WAIT_DOT_S : WAIT_COMMAND_S;
  }
}
