/* session-mail.c - messages on the wire: what is said, in whose turn, and written down before it leaves. */
#include "session-private.h"

#include "text.h"
#include <string.h>

#define BACKLOG_OCTETS (256 * 1024) /* chosen: what may wait for the socket before the next message is begun */

/* --- ring of flights --- */

static Flight *
flight_at (SmtpSession *self, guint index)
{
  return &self->flights[(self->flight_first + index) % self->flight_cap];
}

Flight *
session_mail_oldest (SmtpSession *self)
{
  return self->flight_count > 0 ? flight_at (self, 0) : NULL;
}

Flight *
session_mail_newest (SmtpSession *self)
{
  return self->flight_count > 0 ? flight_at (self, self->flight_count - 1) : NULL;
}

static Flight *
push_flight (SmtpSession *self, Row *row, Stage stage)
{
  Flight *flight = flight_at (self, self->flight_count++);

  *flight = (Flight){ .row = row, .stage = stage };
  return flight;
}

/* Takes the oldest one out. Returns: it, by value; its row and text are the caller's. */
Flight
session_mail_shift (SmtpSession *self)
{
  Flight flight = *flight_at (self, 0);

  self->flight_first = (self->flight_first + 1) % self->flight_cap;
  self->flight_count--;
  self->ended_total += flight.is_committed;
  return flight;
}

void
session_mail_report (SmtpSession *self, Row *row, const Verdict *verdict, guint code, const char *text)
{
  RowResult result = { *verdict, code, text };

  if (row != NULL)
    self->hooks->done (row, &result, self->data);
}

/* Octets said since the session began, those included that wait for the socket. */
static guint64
said_total (const SmtpSession *self)
{
  return self->sent_total + (self->output->len - self->output_at);
}

/* --- starting a message --- */

gboolean
session_mail_has_room (const SmtpSession *self)
{
  const Flight *newest = session_mail_newest ((SmtpSession *) self);

  if (self->leaving_text != NULL)
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
find_obstacle (const SmtpSession *self, const Envelope *envelope, Verdict *out_verdict)
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

void
session_mail_append (SmtpSession *self, const char *text)
{
  session_say_octets (self, text, strlen (text));
}

static void
build_mail (SmtpSession *self, const Envelope *envelope)
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
build_rcpt (SmtpSession *self, const Envelope *envelope)
{
  g_string_assign (self->rcpt_line, "RCPT TO:<");
  g_string_append_len (self->rcpt_line, envelope->address.data, (gssize) envelope->address.len);
  g_string_append (self->rcpt_line, ">\r\n");
}

/* Its last octet has just been said. */
void
session_mail_begin (SmtpSession *self, Flight *flight)
{
  flight->is_begun = TRUE;
  flight->end = said_total (self);
  g_ptr_array_add (self->beginning, flight->row);
}

void
session_mail_say (SmtpSession *self, const GString *text)
{
  session_say_octets (self, text->str, text->len);
}

static void
start_lockstep (SmtpSession *self, Row *row)
{
  push_flight (self, row, self->needs_reset ? STAGE_RSET : STAGE_MAIL);
  if (self->needs_reset)
    session_mail_append (self, "RSET\r\n");
  else
    session_mail_say (self, self->mail_line);
}

/* from: octets of the body that went before. */
void
session_mail_say_last_chunk (SmtpSession *self, Flight *flight, guint from)
{
  char bdat[32];

  g_snprintf (bdat, sizeof bdat, "BDAT %u LAST\r\n", self->body->len - from);
  session_mail_append (self, bdat);
  session_say_octets (self, self->body->data + from, self->body->len - from);
  session_mail_begin (self, flight);
}

/* The first header line: ours, and no command of any server. Nothing is begun by it, for without its last chunk no message is whole. */
guint
session_mail_get_probe_len (const SmtpSession *self)
{
  const guint8 *end = self->body->len > 0 ? memchr (self->body->data, '\n', self->body->len) : NULL;

  return end != NULL ? (guint) (end - self->body->data) + 1 : 0;
}

static void
say_probe (SmtpSession *self)
{
  guint len = session_mail_get_probe_len (self);
  char bdat[32];

  g_snprintf (bdat, sizeof bdat, "BDAT %u\r\n", len);
  session_mail_append (self, bdat);
  session_say_octets (self, self->body->data, len);
}

static void
start_pipelined (SmtpSession *self, Row *row)
{
  gboolean is_chunk = self->mode == MODE_CHUNKING;
  gboolean is_reset = self->needs_reset || (is_chunk && self->flight_count > 0);
  Flight *flight = push_flight (self, row, is_reset ? STAGE_RSET : STAGE_MAIL);

  if (is_reset)
    session_mail_append (self, "RSET\r\n");
  session_mail_say (self, self->mail_line);
  session_mail_say (self, self->rcpt_line);
  if (!is_chunk) {
    session_mail_append (self, "DATA\r\n");
    return;
  }
  if (self->is_chunking_proved)
    session_mail_say_last_chunk (self, flight, 0);
  else
    say_probe (self);
}

gboolean
session_mail_start (SmtpSession *self)
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
    session_mail_report (self, row, &verdict, 0, error->message);
    return TRUE;
  }
  obstacle = find_obstacle (self, &envelope, &verdict);
  if (obstacle != NULL) {
    session_mail_report (self, row, &verdict, 0, obstacle);
    return TRUE;
  }
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

void
session_mail_give_back_newest (SmtpSession *self)
{
  Flight *flight = session_mail_newest (self);
  Row *row = g_steal_pointer (&flight->row);

  g_free (flight->text);
  self->flight_count--;
  if (row != NULL)
    self->hooks->give_back (row, self->data);
}

/* What this pump added is taken out again; the rows go back. Older messages may still be answered. */
static void
take_back (SmtpSession *self)
{
  while (self->flight_count > 0 && session_mail_newest (self)->is_begun && !session_mail_newest (self)->is_committed)
    session_mail_give_back_newest (self);
}

gboolean
session_mail_commit (SmtpSession *self)
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

/* --- the end --- */

void
session_mail_clear (SmtpSession *self, const char *text)
{
  Verdict unknown = { OUTCOME_UNKNOWN, REASON_NONE, NULL, 0, NULL };
  g_autofree char *whole = g_strdup_printf ("the connection ended before the server answered: %s", text);

  while (self->flight_count > 0) {
    Flight flight = session_mail_shift (self);

    if (flight.row != NULL && flight.is_committed) /* not committed: none of it has left */
      session_mail_report (self, flight.row, &unknown, 0, whole);
    else if (flight.row != NULL)
      self->hooks->give_back (flight.row, self->data);
    g_free (flight.text);
  }
  g_ptr_array_set_size (self->beginning, 0);
}
