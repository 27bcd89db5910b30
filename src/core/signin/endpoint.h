/* endpoint.h - where something is asked for: an address that a person gave for an own server, taken apart and checked. Pure.
 * Trust:  a person's or a file's text. What is in the clear goes to this machine alone: by a literal loopback address, which the socket's peer proves again.
 * Used in: core/signin. Source: RFC 3986 §3, RFC 9110 §4.2; RFC 8314 §3 (smtps). */
#pragma once
#include <glib.h>

typedef enum {
  ENDPOINT_WHOLE,  /* https://HOST[:PORT]/PATH[?QUERY], or http:// on loopback */
  ENDPOINT_ORIGIN, /* the same without path and query: the provider's own path is added */
  ENDPOINT_SMTP    /* smtp://HOST:PORT (STARTTLS; plain on loopback) or smtps://HOST:PORT */
} EndpointForm;

typedef struct {
  char    *host;   /* a name in A-labels or an address without brackets, in lower case */
  guint16  port;
  char    *target; /* path and query, at least "/"; of ENDPOINT_WHOLE */
  gboolean is_tls; /* from the first octet */
} Endpoint;

#define ENDPOINT_MAX_BYTES 2048 /* chosen */

/* key: what it is called, for the sentence. Returns: (transfer full), or NULL with FAULT_USAGE. */
Endpoint *endpoint_parse (const char *key, const char *text, EndpointForm form, GError **error);
void      endpoint_free  (Endpoint *self); /* NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Endpoint, endpoint_free)
