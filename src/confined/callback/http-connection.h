/* http-connection.h - one client, from its knock to its answer, and the listening socket that it came by.
 * Trust:  the client is hostile. Used in: confined/callback (http-server: until its head is whole; http-exchange: from then on). */
#pragma once
#include "answer-page.h"
#include "route-table.h"

struct MHD_Connection;

#define HTTP_HEADER_MIN 1024
#define HTTP_HEADER_MAX (32 * 1024)
#define HTTP_CONNECTIONS_MAX 128 /* of one listener. Chosen */
#define HTTP_LISTENERS_MAX 4     /* chosen: a redirect has two, 127.0.0.1 and ::1 */
#define HTTP_IDLE_MAX_S 600
#define HTTP_BODIES_MAX (256 * 1024 * 1024) /* octets of all bodies of a listener at their worst */

typedef struct { /* of one listener: core's data */
  guint32 header;      /* octets of a head */
  guint32 connections; /* at a time */
  guint32 idle_s;      /* without an octet, and for core's answer */
  guint32 per_s;       /* requests told a second; 0: any number */
} HttpLimits;

typedef struct {
  int         fd;          /* owned */
  guint32     number;      /* core's */
  guint16     port;        /* its own */
  HttpLimits  limits;
  RouteTable *routes;      /* owned */
  GPtrArray  *connections; /* of HttpConnection, owned by whoever serves them, in the order in which they came */
  gboolean    is_deaf;     /* nobody is accepted for a moment: all that are there have a claim to be heard first */
  gint64      second_us;   /* when the running second began */
  guint       in_second;   /* requests told in it */
} HttpListener;

typedef enum {
  HTTP_HEAD,     /* its head is not whole: http-server watches it */
  HTTP_BODY,     /* libmicrohttpd has it; its body is on the way */
  HTTP_ASKED,    /* core is asked */
  HTTP_ANSWERED, /* the answer is on its way */
} HttpState;

typedef struct {
  int                    fd; /* owned in HTTP_HEAD, libmicrohttpd's else */
  HttpListener          *listener;
  HttpState              state;
  gsize                  octets;    /* said so far */
  gint64                 opened_us; /* monotonic */
  gint64                 heard_us;  /* its last octet; in HTTP_ASKED: when core was asked */
  RequestHead           *head;      /* owned; from HTTP_BODY on, as is what follows */
  const Route           *route;
  GByteArray            *body;
  guint32                serial;
  AnswerPage            *page; /* owned; what is to be answered, or NULL */
  struct MHD_Connection *mhd;
} HttpConnection;

HttpConnection *http_connection_new  (HttpListener *listener, int fd); /* takes `fd`; is in the listener's array */
void            http_connection_free (HttpConnection *self);           /* closes what it owns, leaves the array; NULL is a no-op */

/* Does it stay below what one asks for? FALSE with FAULT_USAGE. */
gboolean http_limits_check (const HttpLimits *limits, guint32 body_max, GError **error);

/* Takes a place in the running second. Returns: FALSE: there is none. */
gboolean http_listener_count_request (HttpListener *self, gint64 now_us);

/* Whom to close when all places are taken: who has said least for longest, that is who said fewest octets a second since it came.
 * A beginner counts as if it had said something, and is spared at first. Returns: (borrowed), or NULL: nobody may be closed now. */
HttpConnection *http_listener_find_slowest (const HttpListener *self, gint64 now_us);
