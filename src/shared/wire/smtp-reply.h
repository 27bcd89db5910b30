/* smtp-reply.h - one reply line of an SMTP server: bytes to value.
 * Trust:  input is hostile. Used in: confined/smtp. Does no I/O.
 * Source: RFC 5321 §4.2 (form), §4.5.3.1.5 (length); RFC 3463 §2, RFC 2034 §4 (enhanced status codes). */
#pragma once
#include <glib.h>

#define SMTP_REPLY_LINE_MAX 2048 /* octets, no CRLF; RFC: 512 with it, Postfix reads 2048 */

#define SMTP_REPLY_ERROR (smtp_reply_error_quark ())
GQuark smtp_reply_error_quark (void);
typedef enum {
  SMTP_REPLY_ERROR_MALFORMED, /* hang up: no way to resynchronise */
} SmtpReplyError;

typedef struct { /* "5.7.26"; all 0: the line has none */
  guint class, subject, detail;
} SmtpStatus;

typedef struct {
  guint      code;    /* 200..599: RFC 5321 §4.2 ends at x59, filters say 571 */
  gboolean   is_last; /* FALSE: a "250-..." continuation */
  SmtpStatus status;  /* only where its class is the code's first digit: else it is a stranger's text */
  gsize      len;     /* of text */
  char       text[SMTP_REPLY_LINE_MAX + 1]; /* printable UTF-8, the enhanced code still in it */
} SmtpReply;

/* Parses `len` octets at `line` (borrowed; without CRLF; no NUL needed).
 * Returns: TRUE with `out_reply` filled (on FALSE it is undefined); four a message: nothing is allocated.
 * Errors:  SMTP_REPLY_ERROR_MALFORMED. */
gboolean smtp_reply_parse (const char *line, gsize len, SmtpReply *out_reply, GError **error) G_GNUC_WARN_UNUSED_RESULT;
