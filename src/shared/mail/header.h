/* header.h - values of header fields: encoded words, mailboxes, dates; folded.
 * Trust:  values are hostile; what comes in must have passed header_clean(). Lines have at most 78 characters (an address alone may
 *         be longer), encoded words at most 75, their lines 76.
 * Used in: skeleton. Pure, no allocation but in `out`. Source: RFC 5322 §2.1.1, §3.3, §3.4; RFC 2047 §2, §5; RFC 6532. */
#pragma once
#include "frame.h"

#define HEADER_TEXT_MAX 2000   /* octets of a subject; chosen: servers cap the whole header, people read the first line */
#define HEADER_NAME_MAX 200    /* octets of a display name that are kept; chosen */
#define HEADER_ADDRESS_MAX 254 /* octets; RFC 5321 §4.5.3.1.3 with errata 1690 */

typedef struct {
  gsize    len;
  gboolean is_full; /* more came than fits */
  char     data[HEADER_TEXT_MAX + 1];
} HeaderText;

/* An EscapeSink on a HeaderText: white space is collapsed, none opens the text. Cut at a character when full. */
void header_text_put (void *self, const char *data, gsize len);
void header_text_end (HeaderText *self, gsize max); /* trims, cuts to `max` octets at a character */

/* TRUE for one address and nothing else: nothing that could end it, begin another, or break a line. */
gboolean header_is_address (Slice address);
gboolean header_is_ascii   (Slice text);

/* Each appends to `out` behind "Name:" (`column` characters), with the space and without the CRLF at the end. */
void header_put_text    (GByteArray *out, guint column, const HeaderText *text);
void header_put_mailbox (GByteArray *out, guint column, const HeaderText *name, Slice address);
void header_put_date    (GByteArray *out, gint64 date_utc_s);
