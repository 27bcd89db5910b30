#include "command.h"

#include <string.h>

#define DIGITS_MAX 18 /* a 64-bit number without overflow; RFC 1870 allows 20, no message is that large */

G_DEFINE_QUARK (sink-command-error-quark, sink_command_error)

typedef enum { ARGUMENT_NONE, ARGUMENT_OPTIONAL, ARGUMENT_NAME, ARGUMENT_FROM, ARGUMENT_TO, ARGUMENT_CHUNK, ARGUMENT_AUTH } Argument;

static const struct {
  const char *name;
  Argument    argument;
  gsize       line_max;
} verbs[VERB_COUNT] = {
  [VERB_EHLO] = { "EHLO", ARGUMENT_NAME, SINK_COMMAND_LINE_MAX },
  [VERB_HELO] = { "HELO", ARGUMENT_NAME, SINK_COMMAND_LINE_MAX },
  [VERB_MAIL] = { "MAIL", ARGUMENT_FROM, SINK_COMMAND_ENVELOPE_LINE_MAX },
  [VERB_RCPT] = { "RCPT", ARGUMENT_TO, SINK_COMMAND_ENVELOPE_LINE_MAX },
  [VERB_DATA] = { "DATA", ARGUMENT_NONE, SINK_COMMAND_LINE_MAX },
  [VERB_BDAT] = { "BDAT", ARGUMENT_CHUNK, SINK_COMMAND_LINE_MAX },
  [VERB_RSET] = { "RSET", ARGUMENT_NONE, SINK_COMMAND_LINE_MAX },
  [VERB_NOOP] = { "NOOP", ARGUMENT_OPTIONAL, SINK_COMMAND_LINE_MAX },
  [VERB_VRFY] = { "VRFY", ARGUMENT_OPTIONAL, SINK_COMMAND_LINE_MAX },
  [VERB_EXPN] = { "EXPN", ARGUMENT_OPTIONAL, SINK_COMMAND_LINE_MAX },
  [VERB_HELP] = { "HELP", ARGUMENT_OPTIONAL, SINK_COMMAND_LINE_MAX },
  [VERB_QUIT] = { "QUIT", ARGUMENT_NONE, SINK_COMMAND_LINE_MAX },
  [VERB_STARTTLS] = { "STARTTLS", ARGUMENT_NONE, SINK_COMMAND_LINE_MAX },
  [VERB_AUTH] = { "AUTH", ARGUMENT_AUTH, SINK_COMMAND_AUTH_LINE_MAX },
};

typedef struct { /* the line's rest */
  const char *at;
  const char *end;
} Rest;

static gsize
rest_len (const Rest *rest)
{
  return (gsize) (rest->end - rest->at);
}

static gboolean
command_fail (GError **error, SinkCommandError code, const char *text)
{
  g_set_error_literal (error, SINK_COMMAND_ERROR, (int) code, text);
  return FALSE;
}

static gboolean
rest_take (Rest *rest, char c)
{
  if (rest->at == rest->end || *rest->at != c)
    return FALSE;
  rest->at++;
  return TRUE;
}

/* Takes `word` without regard to case. */
static gboolean
take_word (Rest *rest, const char *word)
{
  gsize len = strlen (word);

  if (rest_len (rest) < len || g_ascii_strncasecmp (rest->at, word, len) != 0)
    return FALSE;
  rest->at += len;
  return TRUE;
}

static gboolean
take_number (Rest *rest, guint64 *out_value)
{
  const char *start = rest->at;
  guint64 value = 0;

  while (rest->at < rest->end && g_ascii_isdigit (*rest->at) && rest->at - start < DIGITS_MAX)
    value = 10 * value + (guint64) (*rest->at++ - '0');
  if (rest->at == start)
    return FALSE;
  *out_value = value;
  return TRUE;
}

static gsize
span_to (const Rest *rest, char stop)
{
  const char *found = memchr (rest->at, stop, rest_len (rest));

  return found != NULL ? (gsize) (found - rest->at) : rest_len (rest);
}

static gboolean
is_atext (char c)
{
  return (guchar) c >= 0x80 || g_ascii_isalnum (c) || (c != '\0' && strchr ("!#$%&'*+-/=?^_`{|}~", c) != NULL);
}

/* Dot-string or quoted-string; leaves `rest` behind it. */
static gboolean
take_local (Rest *rest)
{
  if (rest_take (rest, '"')) {
    while (rest->at < rest->end && *rest->at != '"')
      if (*rest->at++ == '\\' && rest->at++ >= rest->end) /* a backslash must quote something */
        return FALSE;
    return rest->at <= rest->end && rest_take (rest, '"');
  }
  do {
    const char *start = rest->at;

    while (rest->at < rest->end && is_atext (*rest->at))
      rest->at++;
    if (rest->at == start)
      return FALSE;
  } while (rest_take (rest, '.'));
  return TRUE;
}

/* Domain or address literal. Labels: letters, digits, hyphens inside, or UTF-8 (U-labels; not checked further: a sink). */
static gboolean
take_domain (Rest *rest)
{
  if (rest_take (rest, '[')) {
    const char *start = rest->at;

    while (rest->at < rest->end && (g_ascii_isalnum (*rest->at) || *rest->at == '.' || *rest->at == ':' || *rest->at == '-'))
      rest->at++;
    return rest->at > start && rest_take (rest, ']');
  }
  do {
    const char *start = rest->at;

    while (rest->at < rest->end && (g_ascii_isalnum (*rest->at) || *rest->at == '-' || (guchar) *rest->at >= 0x80))
      rest->at++;
    if (rest->at == start || rest->at - start > 63 || *start == '-' || rest->at[-1] == '-')
      return FALSE;
  } while (rest_take (rest, '.'));
  return TRUE;
}

/* "@a,@b:" in front of a mailbox: must be accepted, should be ignored (RFC 5321 §4.1.1.3). */
static gboolean
take_source_route (Rest *rest)
{
  do {
    if (!rest_take (rest, '@') || !take_domain (rest))
      return FALSE;
  } while (rest_take (rest, ','));
  return rest_take (rest, ':');
}

static gboolean
take_mailbox (Rest *rest, SinkCommand *command, gboolean is_recipient)
{
  const char *start = rest->at;
  gsize len;

  if (!take_local (rest))
    return FALSE;
  command->local_len = (gsize) (rest->at - start);
  if (rest_take (rest, '@')) {
    const char *domain = rest->at;

    if (!take_domain (rest) || rest->at - domain > SINK_COMMAND_DOMAIN_MAX)
      return FALSE;
  } else if (!is_recipient || command->local_len != 10 || g_ascii_strncasecmp (start, "postmaster", 10) != 0) {
    return FALSE; /* only <Postmaster> may stand without a domain */
  }
  len = (gsize) (rest->at - start);
  if (command->local_len > SINK_COMMAND_LOCAL_MAX)
    return FALSE;
  memcpy (command->address, start, len);
  command->address[len] = '\0';
  for (gsize i = 0; i < len; i++)
    command->has_utf8 |= (guchar) start[i] >= 0x80;
  return !command->has_utf8 || g_utf8_validate (start, (gssize) len, NULL);
}

static gboolean
take_path (Rest *rest, SinkCommand *command, gboolean is_recipient, GError **error)
{
  if (!rest_take (rest, '<'))
    return command_fail (error, SINK_COMMAND_ERROR_ARGUMENT, "The address must stand in <>");
  if (!is_recipient && rest_take (rest, '>'))
    return TRUE;
  if (rest->at < rest->end && *rest->at == '@' && !take_source_route (rest))
    return command_fail (error, SINK_COMMAND_ERROR_ADDRESS, "The source route is malformed");
  if (!take_mailbox (rest, command, is_recipient) || !rest_take (rest, '>'))
    return command_fail (error, SINK_COMMAND_ERROR_ADDRESS, "The address is malformed or too long");
  return TRUE;
}

static gboolean
take_mail_parameter (Rest *rest, SinkCommand *command)
{
  if (take_word (rest, "SIZE="))
    return take_number (rest, &command->size);
  if (take_word (rest, "BODY=8BITMIME") || take_word (rest, "BODY=7BIT"))
    return TRUE;
  if (take_word (rest, "SMTPUTF8"))
    return command->is_smtputf8 = TRUE;
  if (take_word (rest, "AUTH=")) { /* RFC 4954 §5: who sent it first; nothing to do with it here */
    rest->at += span_to (rest, ' ');
    return TRUE;
  }
  return FALSE;
}

static gboolean
parse_envelope (Rest *rest, SinkCommand *command, gboolean is_recipient, GError **error)
{
  if (!take_word (rest, is_recipient ? " TO:" : " FROM:"))
    return command_fail (error, SINK_COMMAND_ERROR_ARGUMENT, is_recipient ? "Say RCPT TO:<address>" : "Say MAIL FROM:<address>");
  while (rest_take (rest, ' ')) /* forbidden by RFC 5321 §3.3 and common */
    ;
  if (!take_path (rest, command, is_recipient, error))
    return FALSE;
  while (rest->at < rest->end) {
    if (!rest_take (rest, ' '))
      return command_fail (error, SINK_COMMAND_ERROR_ARGUMENT, "Parameters must be set apart by a space");
    if (rest->at == rest->end || *rest->at == ' ')
      continue; /* a space at the end is common too */
    if (is_recipient || !take_mail_parameter (rest, command) || (rest->at < rest->end && *rest->at != ' '))
      return command_fail (error, SINK_COMMAND_ERROR_PARAMETER, "That parameter was not offered");
  }
  return TRUE;
}

static gboolean
parse_chunk (Rest *rest, SinkCommand *command, GError **error)
{
  if (!rest_take (rest, ' ') || !take_number (rest, &command->size))
    return command_fail (error, SINK_COMMAND_ERROR_ARGUMENT, "Say BDAT octets [LAST]");
  command->is_last = take_word (rest, " LAST");
  return rest->at == rest->end || command_fail (error, SINK_COMMAND_ERROR_ARGUMENT, "Say BDAT octets [LAST]");
}

static gboolean
parse_word (Rest *rest, SinkCommand *command, gboolean has_initial, GError **error)
{
  if (!rest_take (rest, ' ') || (command->word_len = span_to (rest, ' ')) == 0)
    return command_fail (error, SINK_COMMAND_ERROR_ARGUMENT, "A word is missing behind the command");
  command->word = rest->at;
  rest->at += command->word_len;
  if (has_initial && rest_take (rest, ' ')) {
    command->initial = rest->at;
    command->initial_len = rest_len (rest);
    rest->at = rest->end;
  }
  while (rest_take (rest, ' '))
    ;
  return rest->at == rest->end || command_fail (error, SINK_COMMAND_ERROR_ARGUMENT, "Too many words behind the command");
}

static gboolean
parse_argument (Rest *rest, SinkCommand *command, GError **error)
{
  switch (verbs[command->verb].argument) {
  case ARGUMENT_NAME:
    return parse_word (rest, command, FALSE, error);
  case ARGUMENT_AUTH:
    return parse_word (rest, command, TRUE, error);
  case ARGUMENT_FROM:
    return parse_envelope (rest, command, FALSE, error);
  case ARGUMENT_TO:
    return parse_envelope (rest, command, TRUE, error);
  case ARGUMENT_CHUNK:
    return parse_chunk (rest, command, error);
  case ARGUMENT_OPTIONAL:
    return TRUE;
  case ARGUMENT_NONE:
  default:
    while (rest_take (rest, ' ')) /* white space before the CRLF must be borne (RFC 5321 §4.1.1) */
      ;
    return rest->at == rest->end || command_fail (error, SINK_COMMAND_ERROR_ARGUMENT, "This command takes no argument");
  }
}

static gboolean
has_control (const char *line, gsize len)
{
  for (gsize i = 0; i < len; i++)
    if (g_ascii_iscntrl (line[i]))
      return TRUE;
  return FALSE;
}

gboolean
sink_command_parse (const char *line, gsize len, SinkCommand *out_command, GError **error)
{
  Rest rest = { line, line + len };
  SinkCommand command = { .verb = VERB_COUNT };

  if (len > SINK_COMMAND_AUTH_LINE_MAX)
    return command_fail (error, SINK_COMMAND_ERROR_LENGTH, "The line is too long");
  if (has_control (line, len)) /* a bare CR or LF, a NUL: nobody may read two commands where we read one */
    return command_fail (error, SINK_COMMAND_ERROR_VERB, "The line holds a control character");
  for (Verb verb = 0; verb < VERB_COUNT && command.verb == VERB_COUNT; verb++)
    if (take_word (&rest, verbs[verb].name)) {
      if (rest.at == rest.end || *rest.at == ' ')
        command.verb = verb;
      else
        rest.at = line;
    }
  if (command.verb == VERB_COUNT)
    return command_fail (error, SINK_COMMAND_ERROR_VERB, "There is no such command here");
  if (len > verbs[command.verb].line_max)
    return command_fail (error, SINK_COMMAND_ERROR_LENGTH, "The line is too long");
  if (!parse_argument (&rest, &command, error))
    return FALSE;
  *out_command = command;
  return TRUE;
}
