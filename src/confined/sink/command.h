/* command.h - one command line of an SMTP client: octets to value. Pure.
 * Trust:  input is hostile. Used in: confined/sink (session). Does no I/O.
 * Source: RFC 5321 §4.1 (grammar), §4.5.3.1 (limits); RFC 1870 SIZE; RFC 6152 BODY; RFC 3030 BDAT; RFC 6531 SMTPUTF8; RFC 4954 AUTH. */
#pragma once
#include <glib.h>

#define SINK_COMMAND_LINE_MAX 510           /* octets, no CRLF: RFC 5321 §4.5.3.1.4 */
#define SINK_COMMAND_ENVELOPE_LINE_MAX 1063 /* MAIL and RCPT: the parameters of SIZE, BODY, SMTPUTF8, AUTH add 553 (their RFCs) */
#define SINK_COMMAND_AUTH_LINE_MAX 12286    /* RFC 4954 §4: 12288 with CRLF; also each later line of that exchange */
#define SINK_COMMAND_LOCAL_MAX 64           /* RFC 5321 §4.5.3.1.1 */
#define SINK_COMMAND_DOMAIN_MAX 255         /* §4.5.3.1.2 */
#define SINK_COMMAND_ADDRESS_MAX (SINK_COMMAND_LOCAL_MAX + 1 + SINK_COMMAND_DOMAIN_MAX)

typedef enum {
  VERB_EHLO, VERB_HELO, VERB_MAIL, VERB_RCPT, VERB_DATA, VERB_BDAT, VERB_RSET, VERB_NOOP, VERB_VRFY, VERB_EXPN, VERB_HELP,
  VERB_QUIT, VERB_STARTTLS, VERB_AUTH,
  VERB_COUNT
} Verb;

#define SINK_COMMAND_ERROR (sink_command_error_quark ())
GQuark sink_command_error_quark (void);
typedef enum {
  SINK_COMMAND_ERROR_VERB,      /* answer 500: no such command, or no command line at all */
  SINK_COMMAND_ERROR_ARGUMENT,  /* answer 501: the argument has not the form that the verb wants */
  SINK_COMMAND_ERROR_ADDRESS,   /* answer 553: the address is no address */
  SINK_COMMAND_ERROR_PARAMETER, /* answer 555: a parameter that EHLO did not offer */
  SINK_COMMAND_ERROR_LENGTH,    /* answer 500: longer than its limit */
} SinkCommandError;

typedef struct {
  Verb        verb;
  char        address[SINK_COMMAND_ADDRESS_MAX + 1]; /* MAIL, RCPT: without <> and source route; "" is the null sender. No controls */
  gsize       local_len;   /* octets of `address` before its last @ */
  gboolean    has_utf8;    /* the address is not ASCII: valid UTF-8, needs SMTPUTF8 */
  gboolean    is_smtputf8; /* MAIL … SMTPUTF8 */
  guint64     size;        /* MAIL … SIZE=; BDAT: octets of the chunk */
  gboolean    is_last;     /* BDAT … LAST */
  const char *word;        /* borrowed from the line: AUTH mechanism, EHLO/HELO name */
  gsize       word_len;
  const char *initial;     /* AUTH's initial response, borrowed, or NULL */
  gsize       initial_len;
} SinkCommand;

/* Parses `len` octets at `line` (borrowed; without CRLF; no NUL needed) into `out_command` (untouched on failure).
 * Returns: TRUE, or FALSE with a SINK_COMMAND_ERROR whose text is fit for a reply and repeats nothing of the line. */
gboolean sink_command_parse (const char *line, gsize len, SinkCommand *out_command, GError **error) G_GNUC_WARN_UNUSED_RESULT;
