/* callback-fixture.h - the program as core starts it: inside its real lock, spoken to over D-Bus and TCP. Core's part is played here, a client's in a
 * thread of its own. Used in: tests of confined/callback. */
#pragma once
#include "contract-callback1.h"
#include "peer.h"

#define PORT_MARK "@PORT@"
#define HOST "Host: 127.0.0.1:" PORT_MARK "\r\n"
#define REDIRECT "[(uint32 7, 'GET', '/cb', uint32 0, uint32 0, true)]"
#define WEBHOOK "[(uint32 1, 'GET', '/hook', uint32 0, uint32 1, true), (uint32 2, 'POST', '/hook', uint32 3145728, uint32 1, true)]"
#define LEAVE \
  "[(uint32 1, 'GET', '/u/*', uint32 0, uint32 2, false), (uint32 2, 'HEAD', '/u/*', uint32 0, uint32 2, false), (uint32 3, 'POST', '/u/*', uint32 1024, uint32 2, true)]"
#define RIGHT "GET /cb?code=abc&state=RIGHT HTTP/1.1\r\n" HOST "\r\n"
#define GET "GET /cb?code=abc&state=RIGHT HTTP/1.1\r\n"

typedef struct {
  Peer        *peer;
  PrCallback1 *proxy;
  guint16      port;
  int          listener;
  gint64       usual_us;  /* what a request took that nobody disturbed */
  gboolean     is_ready;
  gboolean     is_silent; /* core does not answer */
  gboolean     is_clumsy; /* core answers with a page that there is not */
  guint        pending;   /* answers that callback has not replied to yet */
  guint        asked;     /* how often */
  guint32      serial;    /* of the last, as what follows */
  guint32      route;
  char        *path, *host, *query, *header;
  GBytes      *body;
} Fixture;

typedef struct { /* a client of its own thread, so that core may answer meanwhile */
  guint16     port;
  GBytes     *says;
  gboolean    half_closes;
  guint       pause_ms; /* between octets; 0: all at once */
  GByteArray *got;
  gint64      took_us;
  int         done;
} Client;

/* --- core --- */
void callback_fixture_init (int *argc, char ***argv); /* in main() */
void fixture_set_up (Fixture *self, gconstpointer routes); /* routes: as text of a(ussuub) */
void fixture_tear_down (Fixture *self, gconstpointer routes);
void fixture_answer (Fixture *self, guint32 serial); /* as asked_cb() would have */
GError *fixture_serve (Fixture *self, int socket, guint32 number, const char *routes); /* (transfer full) the error, or NULL */
GError *fixture_limit (Fixture *self, guint32 number, guint header, guint connections, guint idle_s, guint per_s); /* the same */

/* --- clients --- */
int connect_to (guint16 port); /* the caller closes it */
GBytes *with_port (const char *data, gsize len, guint16 port); /* (transfer full) PORT_MARK is the port */
/* Says it, hears the answer until the server closes. Returns: (transfer full) text, "" when there was none. */
char *run_client (Fixture *self, Client *client, const char *says, gsize len);
char *say (Fixture *self, const char *says);
guint get_status (const char *got); /* 0: no answer */
gint64 assert_right (Fixture *self); /* Returns: what it took, in microseconds */
void measure_usual (Fixture *self);
void assert_prompt (Fixture *self, const char *what); /* beyond what is usual; what: for the log */
