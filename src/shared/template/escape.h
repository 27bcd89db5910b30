/* escape.h - one value made harmless for the place where it stands.
 * Trust:  values are hostile: any octets, any length. The places come from our own compiler.
 * Used in: template. Pure, no allocation.
 * Source: WHATWG HTML §13.2.5, RFC 3986 §2, RFC 5322 §2.2, RFC 6068, RFC 3966, RFC 5724.
 *
 * Everywhere: bad UTF-8 becomes U+FFFD; control characters (C0 but line break and tab, DEL, C1), U+FEFF and the marks that turn
 * the writing direction (U+202A..202E, U+2066..2069) are dropped; CRLF and CR are one line break. Never write into a script, a style
 * sheet or a comment: there is no place for these, and none must be added. */
#pragma once
#include "frame.h"

typedef enum {
  PLACE_PLAIN,     /* text/plain: as it is */
  PLACE_HEADER,    /* a header before RFC 2047: as PLAIN, but line breaks and tabs are spaces */
  PLACE_HTML,      /* between tags */
  PLACE_ATTRIBUTE, /* in a quoted attribute value */
  PLACE_BARE,      /* in an attribute value without quotes */
  PLACE_LINK_HTML, /* opens a URL in HTML: only harmless schemes, else "#" */
  PLACE_LINK,      /* the same in plain text */
  PLACE_URL_PATH,  /* inside a URL before "?" and "#": percent-encoded, "/" stays */
  PLACE_URL_QUERY, /* behind "?" or "#": everything but unreserved characters is percent-encoded */
  PLACE_URL_MAILTO, /* an address behind "mailto:" (RFC 6068 §2): "@" stays, "," would begin another one */
  PLACE_URL_TEL,    /* a number behind "tel:" or "sms:" (RFC 3966 §3, RFC 5724 §2.2): the plus in front and digits; what only parts them goes */
  PLACE_URL_DIGITS, /* a number in a wa.me link: digits alone, without "00" in front (WhatsApp's help, "How to use click to chat") */
} Place;

/* Takes `len` octets (borrowed) of the result; called many times. */
typedef void (*EscapeSink) (void *sink, const char *data, gsize len);

void escape_value (Place place, Slice value, EscapeSink put, void *sink);
