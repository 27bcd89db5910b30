/* connect-head.h - what a browser says to its proxy: octets to a host and a port. Stricter than the standard lets a proxy be: what WebKit does not say is none.
 * Trust:  input is hostile. Does no I/O. Used in: confined/gate (tunnel), its fuzzer.
 * Source: RFC 9110 §9.3.6 (CONNECT), RFC 9112 §3.2.3 (authority-form) and §5, RFC 3986 §3.2.2. */
#pragma once
#include <glib.h>

#define CONNECT_HEAD_MAX 8192  /* octets. Chosen: WebKit says about 200 */
#define CONNECT_HOST_MAX 253   /* RFC 1035 §2.3.4 */
#define CONNECT_FIELDS_MAX 64  /* chosen */

typedef struct {
  char    host[CONNECT_HOST_MAX + 1]; /* in small letters; an IPv6 address without its brackets */
  guint16 port;                       /* not 0 */
} ConnectTarget;

typedef enum {
  CONNECT_HEAD_MORE,      /* it has no end yet */
  CONNECT_HEAD_WHOLE,     /* *out is set */
  CONNECT_HEAD_MALFORMED, /* it never becomes one: another method; or something stands behind it: who waits for an answer has not said it yet */
} ConnectHeadState;

ConnectHeadState connect_head_read (const char *data, gsize len, ConnectTarget *out);
