/* http-message.h - a request as it is asked for, and what comes of it.
 * Trust:  answers are hostile octets within the caps. Used in: shared/http, confined/oauth, confined/gmail. Source: RFC 9110, 9112. */
#pragma once
#include <glib.h>

#define HTTP_HEAD_MAX (64 * 1024)
#define HTTP_BODY_MAX (1024 * 1024)

/* Puts the body's next octets, at most `room`, into `buffer`. It is asked once for each octet: no request is ever repeated. What must be durable
 * before the server can have the whole is written in here, before the last octets are returned.
 * Returns: octets; 0: that was all; -1: give the request up, no octet of this turn leaves. */
typedef gssize (*HttpBodyFunc) (char *buffer, gsize room, gpointer data);

typedef struct { /* all borrowed for the call, but fd */
  const char        *url;         /* https://HOST…; http:// for a literal 127.0.0.0/8 or ::1 */
  int                fd;          /* connected and non-blocking; taken, also on failure. -1: the connection that the request before it kept */
  gboolean           keeps;       /* the connection stays for another request to the same server, if the server lets it */
  const char        *authorities; /* PEM, NUL-terminated; NULL: the system's */
  const char *const *headers;     /* "Name: value" each; NULL: none */
  HttpBodyFunc       body;        /* of a POST; NULL: GET */
  guint64            body_bytes;  /* exactly what `body` will give */
  guint              timeout_ms;  /* for the whole request, at least 1 */
} HttpRequest;

typedef enum {
  HTTP_ANSWERED,    /* a whole answer, of whatever status */
  HTTP_LOST,        /* no answer: hung up, not in time, given up by `body` */
  HTTP_UNTRUSTED,   /* the certificate does not pass, or the given authorities are none */
  HTTP_NONSENSE,    /* no HTTP, cut short, too big, compressed */
} HttpEnd;

typedef struct { /* all borrowed until the callback returns */
  HttpEnd     end;
  const char *text;       /* one line for people, "" when answered */
  gboolean    is_begun;   /* octets of the body were handed out: the server may have acted. FALSE: it cannot have */
  guint       status;     /* 0 unless answered */
  const char *media_type; /* lower case, without parameters; "": not said */
  const char *body;       /* NUL behind the last octet */
  gsize       body_bytes;
  const char *retry_after; /* as it came (RFC 9110 §10.2.3), visible ASCII and spaces; "": not said */
} HttpAnswer;

/* Called once from the main loop, never before http_client_send() returns. */
typedef void (*HttpDoneFunc) (const HttpAnswer *answer, gpointer data);
