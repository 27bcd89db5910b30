#include "session.h"

#include <string.h>

#include "command.h"
#include "content.h"

#define HOST "sink.invalid" /* the name in greetings: says that this is nobody's mail server */

typedef enum { /* how far the conversation is: what a command needs is a set of these */
  STATE_NEW = 1,       /* no EHLO yet */
  STATE_IDLE = 2,
  STATE_SENDER = 4,    /* MAIL was accepted */
  STATE_RECIPIENT = 8, /* and a RCPT */
  STATE_CHUNKS = 16,   /* and a BDAT that was not the last */
  STATE_BROKEN = 32,   /* a BDAT was refused: only RSET helps (RFC 3030 §2) */
  STATE_ANY = 63,
} SinkSessionState;

typedef enum { MODE_COMMAND, MODE_DATA, MODE_CHUNK, MODE_AUTH, MODE_START_TLS, MODE_END } SinkMode;

struct SinkSession {
  const SinkSessionOptions *options; /* borrowed */
  SinkSessionStore    store;
  SinkSessionState    state;
  SinkMode            mode;
  GByteArray     *line; /* collected so far, with the CR of its end; never longer than SINK_COMMAND_AUTH_LINE_MAX + 2 */
  gboolean        is_line_overlong;
  gsize           left;  /* octets that came behind the line at hand */
  guint           error_count;
  gboolean        is_tls;
  gboolean        is_authenticated;
  AuthExchange   *exchange;
  char           *sender;
  gboolean        is_smtputf8;
  GPtrArray      *recipients;
  guint           refused_count; /* recipients of this message */
  SinkContent         content;
  gboolean        is_discarded; /* of the message at hand: too large, or the store failed */
  gboolean        has_store_failed;
  guint64         chunk_left;
  gboolean        is_chunk_last;
  const char     *chunk_refusal; /* the chunk is swallowed, then this is said */
};

static void
sink_session_say (GByteArray *out, const char *reply)
{
  g_byte_array_append (out, (const guint8 *) reply, (guint) strlen (reply));
  g_byte_array_append (out, (const guint8 *) "\r\n", 2);
}

static void
say_error (SinkSession *self, GByteArray *out, const char *reply)
{
  sink_session_say (out, reply);
  if (++self->error_count <= SINK_SESSION_ERRORS_MAX)
    return;
  sink_session_say (out, "421 4.7.0 " HOST " Too many errors, closing");
  self->mode = MODE_END;
}

/* Behind a refused recipient a pipelining client cannot help to send more that is refused: not its error. */
static void
say_refusal (SinkSession *self, GByteArray *out, const char *refusal)
{
  if (self->refused_count > 0)
    sink_session_say (out, refusal);
  else
    say_error (self, out, refusal);
}

/* Forgets the message at hand. */
static void
sink_session_reset (SinkSession *self)
{
  self->store.drop (self->store.data);
  g_clear_pointer (&self->sender, g_free);
  g_ptr_array_set_size (self->recipients, 0);
  sink_content_reset (&self->content);
  sink_content_set_kept (&self->content, TRUE);
  self->refused_count = 0;
  self->is_smtputf8 = self->is_discarded = self->has_store_failed = FALSE;
  self->chunk_refusal = NULL;
  if (self->state != STATE_NEW)
    self->state = STATE_IDLE;
}

/* Passes collected octets on. Over a limit or without room the rest is read to its end and thrown away. */
static void
pass_on (SinkSession *self, gboolean is_last)
{
  SinkSessionEnvelope envelope = { self->sender, self->recipients };
  GByteArray *buffer = self->content.buffer;

  if (!self->is_discarded && self->content.octets > self->options->message_max) {
    self->is_discarded = TRUE;
    self->store.drop (self->store.data);
  }
  if (!self->is_discarded && (is_last || buffer->len >= SINK_SESSION_STORE_OCTETS)) {
    self->has_store_failed = !self->store.add (self->store.data, &envelope, buffer->data, buffer->len, is_last);
    self->is_discarded = self->has_store_failed;
    g_byte_array_set_size (buffer, 0);
  }
  if (self->is_discarded)
    sink_content_set_kept (&self->content, FALSE);
}

static gboolean
is_drop_rehearsed (SinkSession *self)
{
  Rehearsal *rehearsal = self->options->rehearsal;

  for (guint i = 0; i < self->recipients->len; i++) {
    const char *address = g_ptr_array_index (self->recipients, i);

    if (rehearsal_get_part (rehearsal, address) == REHEARSAL_DROP && rehearsal_is_first (rehearsal, REHEARSAL_DROP, address))
      return TRUE;
  }
  return FALSE;
}

/* The last octet of a message is here: one answer for all recipients. */
static void
finish_message (SinkSession *self, GByteArray *out)
{
  const char *refusal = NULL;
  gboolean is_dropped;

  sink_content_finish (&self->content);
  if (self->content.has_bare)
    refusal = "554 5.6.0 A CR or LF stands alone in the message (RFC 5321 section 2.3.8)";
  else if (self->content.has_long_line)
    refusal = "554 5.6.0 A line of the message has more than 998 octets (RFC 5321 section 4.5.3.1.6)";
  else
    pass_on (self, TRUE);
  if (refusal == NULL && self->has_store_failed)
    refusal = "452 4.3.1 The message could not be written to the folder: is the disk full?";
  else if (refusal == NULL && self->is_discarded)
    refusal = "552 5.3.4 The message is larger than SIZE says";
  is_dropped = refusal == NULL && is_drop_rehearsed (self);
  sink_session_reset (self);
  if (refusal == NULL)
    self->error_count = 0;
  if (is_dropped)
    self->mode = MODE_END;
  else
    sink_session_say (out, refusal != NULL ? refusal : "250 2.0.0 Captured");
}

/* --- one handler a verb; the table below has checked the order --- */

static void
handle_ehlo (SinkSession *self, const SinkCommand *command, GByteArray *out)
{
  g_autofree char *size = g_strdup_printf ("250-SIZE %" G_GUINT64_FORMAT, self->options->message_max);

  self->state = STATE_IDLE;
  sink_session_reset (self);
  sink_session_say (out, "250-" HOST);
  sink_session_say (out, "250-PIPELINING");
  sink_session_say (out, size);
  if (self->options->offers_tls && !self->is_tls)
    sink_session_say (out, "250-STARTTLS");
  else if (self->options->auth != NULL && auth_has_user (self->options->auth))
    sink_session_say (out, "250-AUTH " AUTH_MECHANISMS);
  sink_session_say (out, "250-ENHANCEDSTATUSCODES");
  sink_session_say (out, "250-8BITMIME");
  sink_session_say (out, "250-SMTPUTF8");
  sink_session_say (out, "250 CHUNKING");
}

static void
handle_helo (SinkSession *self, const SinkCommand *command, GByteArray *out)
{
  self->state = STATE_IDLE;
  sink_session_reset (self);
  sink_session_say (out, "250 " HOST);
}

static void
handle_mail (SinkSession *self, const SinkCommand *command, GByteArray *out)
{
  if (self->options->auth != NULL && auth_has_user (self->options->auth) && !self->is_authenticated) {
    sink_session_say (out, "530 5.7.0 Authentication required");
  } else if (command->has_utf8 && !command->is_smtputf8) {
    sink_session_say (out, "553 5.6.7 An address that is not ASCII needs SMTPUTF8");
  } else if (command->size > self->options->message_max) {
    sink_session_say (out, "552 5.3.4 The message is larger than SIZE says");
  } else {
    self->sender = g_strdup (command->address);
    self->is_smtputf8 = command->is_smtputf8;
    self->state = STATE_SENDER;
    sink_session_say (out, "250 2.1.0 Sender ok");
  }
}

/* Returns: the refusal (static) that this recipient is to get by request, or NULL. */
static const char *
find_rehearsed (SinkSession *self, const char *address)
{
  Rehearsal *rehearsal = self->options->rehearsal;
  RehearsalPart part = rehearsal_get_part (rehearsal, address);

  if (part == REHEARSAL_REFUSE)
    return "550 5.1.1 No such user here";
  if (part == REHEARSAL_DELAY && rehearsal_is_first (rehearsal, part, address))
    return "450 4.2.0 Greylisted, come back later";
  return NULL;
}

static void
handle_rcpt (SinkSession *self, const SinkCommand *command, GByteArray *out)
{
  const char *refusal = find_rehearsed (self, command->address);

  if (command->has_utf8 && !self->is_smtputf8)
    refusal = "553 5.6.7 An address that is not ASCII needs SMTPUTF8";
  else if (self->recipients->len >= SINK_SESSION_RECIPIENTS_MAX)
    refusal = "452 4.5.3 Too many recipients";
  if (refusal != NULL) {
    self->refused_count++;
    sink_session_say (out, refusal);
    return;
  }
  g_ptr_array_add (self->recipients, g_strdup (command->address));
  self->state = STATE_RECIPIENT;
  sink_session_say (out, "250 2.1.5 Recipient ok");
}

static void
handle_data (SinkSession *self, const SinkCommand *command, GByteArray *out)
{
  if (self->left > 0) { /* RFC 2920 §3.1: who does not wait for 354 has not read it, and may be smuggling */
    sink_session_say (out, "554 5.5.1 Octets came behind DATA before the 354, closing");
    self->mode = MODE_END;
    return;
  }
  self->mode = MODE_DATA;
  sink_session_say (out, "354 End with a dot on a line of its own");
}

static void
start_chunk (SinkSession *self, const SinkCommand *command, const char *refusal)
{
  self->chunk_left = command->size;
  self->is_chunk_last = command->is_last;
  self->chunk_refusal = refusal;
  self->mode = MODE_CHUNK;
}

static void
handle_rset (SinkSession *self, const SinkCommand *command, GByteArray *out)
{
  sink_session_reset (self);
  sink_session_say (out, "250 2.0.0 Forgotten");
}

static void
handle_noop (SinkSession *self, const SinkCommand *command, GByteArray *out)
{
  sink_session_say (out, "250 2.0.0 Ok");
}

static void
handle_vrfy (SinkSession *self, const SinkCommand *command, GByteArray *out)
{
  sink_session_say (out, "252 2.5.2 Cannot verify, send and see");
}

static void
handle_expn (SinkSession *self, const SinkCommand *command, GByteArray *out)
{
  sink_session_say (out, "502 5.5.1 There are no lists here");
}

static void
handle_help (SinkSession *self, const SinkCommand *command, GByteArray *out)
{
  sink_session_say (out, "214 2.0.0 This server captures mail and sends it to nobody");
}

static void
handle_quit (SinkSession *self, const SinkCommand *command, GByteArray *out)
{
  sink_session_say (out, "221 2.0.0 " HOST " closing");
  self->mode = MODE_END;
}

static void
handle_starttls (SinkSession *self, const SinkCommand *command, GByteArray *out)
{
  if (!self->options->offers_tls || self->is_tls) {
    sink_session_say (out, "503 5.5.1 TLS was not offered, or is on already");
  } else if (self->left > 0) { /* plain text that somebody may have slipped in: never read as if it had come by TLS */
    sink_session_say (out, "554 5.5.1 Octets came behind STARTTLS, closing");
    self->mode = MODE_END;
  } else {
    sink_session_say (out, "220 2.0.0 Go ahead");
    self->mode = MODE_START_TLS;
  }
}

/* `response`: base64 or NULL. */
static void
step_auth (SinkSession *self, const char *response, GByteArray *out)
{
  g_autofree char *challenge = NULL;
  AuthStep step = auth_exchange_step (self->exchange, response, &challenge);

  if (step == AUTH_MORE) {
    g_autofree char *reply = g_strconcat ("334 ", challenge, NULL);

    sink_session_say (out, reply);
    self->mode = MODE_AUTH;
    return;
  }
  g_clear_pointer (&self->exchange, auth_exchange_free);
  self->mode = MODE_COMMAND;
  self->is_authenticated = step == AUTH_DONE;
  if (self->is_authenticated)
    sink_session_say (out, "235 2.7.0 Welcome");
  else
    say_error (self, out, "535 5.7.8 Wrong user or password");
}

static void
handle_auth (SinkSession *self, const SinkCommand *command, GByteArray *out)
{
  g_autofree char *initial = NULL;

  if (self->options->auth == NULL || !auth_has_user (self->options->auth)) {
    say_error (self, out, "503 5.5.1 AUTH was not offered");
  } else if (self->options->offers_tls && !self->is_tls) {
    say_error (self, out, "538 5.7.11 Encryption required: STARTTLS first");
  } else if (self->is_authenticated) {
    say_error (self, out, "503 5.5.1 Authenticated already");
  } else if ((self->exchange = auth_exchange_new (self->options->auth, command->word, command->word_len)) == NULL) {
    say_error (self, out, "504 5.5.4 That mechanism was not offered");
  } else {
    if (command->initial != NULL)
      initial = g_strndup (command->initial, command->initial_len);
    if (initial != NULL && g_str_equal (initial, "="))
      *initial = '\0'; /* an empty response, as RFC 4954 §4 writes it */
    step_auth (self, initial, out);
  }
}

static const struct { /* commands, and the states in which they may come. DATA and BDAT have a word of their own for a message without recipients */
  guint states;
  void (*handle) (SinkSession *self, const SinkCommand *command, GByteArray *out);
  const char *refusal;
} rules[VERB_COUNT] = {
  [VERB_EHLO] = { STATE_ANY, handle_ehlo, NULL },
  [VERB_HELO] = { STATE_ANY, handle_helo, NULL },
  [VERB_MAIL] = { STATE_IDLE, handle_mail, "503 5.5.1 MAIL comes once a message, behind EHLO" },
  [VERB_RCPT] = { STATE_SENDER | STATE_RECIPIENT, handle_rcpt, "503 5.5.1 RCPT comes behind MAIL" },
  [VERB_DATA] = { STATE_RECIPIENT, handle_data, "503 5.5.1 DATA comes behind RCPT" },
  [VERB_BDAT] = { STATE_RECIPIENT | STATE_CHUNKS, NULL, "503 5.5.1 BDAT comes behind RCPT" },
  [VERB_RSET] = { STATE_ANY, handle_rset, NULL },
  [VERB_NOOP] = { STATE_ANY, handle_noop, NULL },
  [VERB_VRFY] = { STATE_ANY, handle_vrfy, NULL },
  [VERB_EXPN] = { STATE_ANY, handle_expn, NULL },
  [VERB_HELP] = { STATE_ANY, handle_help, NULL },
  [VERB_QUIT] = { STATE_ANY, handle_quit, NULL },
  [VERB_STARTTLS] = { STATE_IDLE, handle_starttls, "503 5.5.1 STARTTLS comes behind EHLO, between messages" },
  [VERB_AUTH] = { STATE_IDLE, handle_auth, "503 5.5.1 AUTH comes behind EHLO, between messages" },
};

static const char *const error_replies[] = {
  [SINK_COMMAND_ERROR_VERB] = "500 5.5.2 ",      [SINK_COMMAND_ERROR_ARGUMENT] = "501 5.5.4 ",
  [SINK_COMMAND_ERROR_ADDRESS] = "553 5.1.3 ",   [SINK_COMMAND_ERROR_PARAMETER] = "555 5.5.4 ",
  [SINK_COMMAND_ERROR_LENGTH] = "500 5.5.6 ",
};

static void
handle_command (SinkSession *self, GByteArray *out)
{
  g_autoptr (GError) error = NULL;
  SinkCommand command;
  const char *refusal;

  if (!sink_command_parse ((const char *) self->line->data, self->line->len, &command, &error)) {
    g_autofree char *reply = g_strconcat (error_replies[error->code], error->message, NULL);

    say_error (self, out, reply);
    return;
  }
  refusal = (rules[command.verb].states & self->state) != 0 ? NULL : rules[command.verb].refusal;
  if (refusal != NULL && self->state == STATE_SENDER && self->refused_count > 0 &&
      (command.verb == VERB_DATA || command.verb == VERB_BDAT))
    refusal = "554 5.5.1 No valid recipients";
  if (command.verb == VERB_BDAT)
    start_chunk (self, &command, refusal); /* its octets come whatever we think of it */
  else if (refusal == NULL)
    rules[command.verb].handle (self, &command, out);
  else
    say_refusal (self, out, refusal);
}

static void
handle_line (SinkSession *self, GByteArray *out)
{
  if (self->is_line_overlong) {
    g_clear_pointer (&self->exchange, auth_exchange_free);
    self->mode = MODE_COMMAND;
    say_error (self, out, "500 5.5.6 The line is too long");
  } else if (self->mode == MODE_AUTH) {
    g_autofree char *response = g_strndup ((const char *) self->line->data, self->line->len);

    if (!g_str_equal (response, "*")) {
      step_auth (self, response, out);
    } else {
      g_clear_pointer (&self->exchange, auth_exchange_free);
      self->mode = MODE_COMMAND;
      sink_session_say (out, "501 5.7.0 Authentication given up");
    }
  } else {
    handle_command (self, out);
  }
}

/* Collects a line up to CRLF; a LF alone ends none. Returns: how many octets were taken. */
static gsize
feed_line (SinkSession *self, const char *data, gsize len, GByteArray *out)
{
  const char *lf = memchr (data, '\n', len);
  gsize taken = lf != NULL ? (gsize) (lf - data) : len;
  gboolean is_complete;

  if (self->is_line_overlong || self->line->len + taken > SINK_COMMAND_AUTH_LINE_MAX + 1) {
    self->is_line_overlong = TRUE; /* only its end is still of interest */
    if (taken > 0)
      g_byte_array_set_size (self->line, 0);
    g_byte_array_append (self->line, (const guint8 *) data + taken - MIN (taken, 1), (guint) MIN (taken, 1));
  } else {
    g_byte_array_append (self->line, (const guint8 *) data, (guint) taken);
  }
  if (lf == NULL)
    return taken;
  is_complete = self->line->len > 0 && self->line->data[self->line->len - 1] == '\r';
  if (!is_complete && self->is_line_overlong) {
    g_byte_array_set_size (self->line, 0);
    return taken + 1;
  }
  if (!is_complete) {
    g_byte_array_append (self->line, (const guint8 *) "\n", 1); /* stays in the line; the parser refuses it */
    return taken + 1;
  }
  g_byte_array_set_size (self->line, self->line->len - 1);
  self->left = len - taken - 1;
  handle_line (self, out);
  g_byte_array_set_size (self->line, 0);
  self->is_line_overlong = FALSE;
  return taken + 1;
}

static gsize
feed_data (SinkSession *self, const char *data, gsize len, GByteArray *out)
{
  gboolean is_end;
  gsize taken = sink_content_add_dotted (&self->content, data, len, &is_end);

  if (is_end) {
    self->mode = MODE_COMMAND;
    finish_message (self, out);
  } else {
    pass_on (self, FALSE);
  }
  return taken;
}

static void
finish_chunk (SinkSession *self, GByteArray *out)
{
  self->mode = MODE_COMMAND;
  if (self->chunk_refusal != NULL) {
    if (self->state != STATE_NEW && self->state != STATE_IDLE)
      self->state = STATE_BROKEN;
    say_refusal (self, out, self->chunk_refusal);
  } else if (self->is_chunk_last) {
    finish_message (self, out);
  } else {
    self->state = STATE_CHUNKS;
    sink_session_say (out, "250 2.0.0 Chunk ok");
  }
}

static gsize
feed_chunk (SinkSession *self, const char *data, gsize len)
{
  gsize taken = (gsize) MIN (self->chunk_left, len);

  if (self->chunk_refusal == NULL) {
    sink_content_add_chunk (&self->content, data, taken);
    pass_on (self, FALSE);
  }
  self->chunk_left -= taken;
  return taken;
}

SinkSession *
sink_session_new (const SinkSessionOptions *options, const SinkSessionStore *store)
{
  SinkSession *self = g_new0 (SinkSession, 1);

  self->options = options;
  self->store = *store;
  self->state = STATE_NEW;
  self->line = g_byte_array_new ();
  self->recipients = g_ptr_array_new_with_free_func (g_free);
  sink_content_init (&self->content);
  return self;
}

void
sink_session_free (SinkSession *self)
{
  if (self == NULL)
    return;
  self->store.drop (self->store.data);
  g_byte_array_unref (self->line);
  g_ptr_array_unref (self->recipients);
  g_clear_pointer (&self->exchange, auth_exchange_free);
  sink_content_clear (&self->content);
  g_free (self->sender);
  g_free (self);
}

void
sink_session_greet (SinkSession *self, GByteArray *out)
{
  sink_session_say (out, "220 " HOST " ESMTP Postrider captures mail");
}

SinkSessionNext
sink_session_feed (SinkSession *self, const char *data, gsize len, GByteArray *out)
{
  while (len > 0 && self->mode != MODE_END && self->mode != MODE_START_TLS) {
    gsize taken = self->mode == MODE_DATA    ? feed_data (self, data, len, out)
                  : self->mode == MODE_CHUNK ? feed_chunk (self, data, len)
                                             : feed_line (self, data, len, out);

    data += taken;
    len -= taken;
    if (self->mode == MODE_CHUNK && self->chunk_left == 0)
      finish_chunk (self, out); /* here, so that BDAT 0 LAST needs no octet to be answered */
  }
  return self->mode == MODE_END ? SINK_SESSION_END : self->mode == MODE_START_TLS ? SINK_SESSION_START_TLS : SINK_SESSION_GO_ON;
}

void
sink_session_start_tls (SinkSession *self)
{
  self->state = STATE_NEW;
  sink_session_reset (self);
  self->mode = MODE_COMMAND;
  self->is_tls = TRUE;
}
