/* content.h - the octets of one message on their way in: ends found, dots taken away, lines checked, CRLF made LF. Pure.
 * Trust:  input is hostile. Used in: confined/sink (session). Does no I/O.
 * Source: RFC 5321 §4.5.2 (transparency), §2.3.8 (lines), §4.5.3.1.6 (line length); RFC 3030 (chunks come as they are). */
#pragma once
#include <glib.h>

#define SINK_CONTENT_LINE_MAX 998 /* octets without CRLF: RFC 5321 §4.5.3.1.6 */

typedef struct {
  GByteArray *buffer;  /* owned; what has come and was not taken yet; lines end with LF, as a Maildir wants it */
  guint64     octets;  /* of the message as it came over the wire, dots taken away, CRLF counted as two */
  guint       line_len;
  guint8      state;
  gboolean    has_bare; /* a CR or LF that stands alone: a message smuggler's tool, refused at the end */
  gboolean    has_long_line;
} SinkContent;

void sink_content_init  (SinkContent *self);
void sink_content_clear (SinkContent *self); /* frees the buffer */
void sink_content_reset (SinkContent *self); /* before each message */

/* DATA: takes octets up to and with the final CRLF.CRLF. Returns: how many were taken; *out_is_end when the dot was among them.
 * What begins with the dot of the first line counts as a line's start. */
gsize sink_content_add_dotted (SinkContent *self, const char *data, gsize len, gboolean *out_is_end);

/* BDAT: takes all octets as they are. */
void sink_content_add_chunk (SinkContent *self, const char *data, gsize len);

/* Behind the last octet: gives out what was held back. */
void sink_content_finish (SinkContent *self);

/* FALSE: keep nothing more (too large, or nobody wants it), only look for the end. */
void sink_content_set_kept (SinkContent *self, gboolean is_kept);
