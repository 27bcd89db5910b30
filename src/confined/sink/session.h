/* session.h - one SMTP conversation, the server's side: octets in, replies out, messages to a store. No I/O of its own.
 * Trust:  input is hostile; memory is bounded whatever comes. Used in: confined/sink (connection), its fuzzer.
 * Source: RFC 5321 §3, §4.1.4 (order), §4.5.3 (limits); RFC 2920 PIPELINING; RFC 3030 CHUNKING; RFC 3207 STARTTLS; RFC 4954 AUTH;
 *         RFC 2034 and 3463 (enhanced codes). */
#pragma once
#include "auth.h"
#include "rehearsal.h"

#define SINK_SESSION_MESSAGE_MAX (64 * 1024 * 1024) /* octets; told as SIZE. Chosen: what the largest relays take */
#define SINK_SESSION_RECIPIENTS_MAX 1000            /* RFC 5321 §4.5.3.1.8 wants 100 or more; Postfix's default */
#define SINK_SESSION_ERRORS_MAX 20                  /* then 421: smtpd_hard_error_limit of Postfix */
#define SINK_SESSION_STORE_OCTETS (64 * 1024)       /* held in memory before a message goes to the store piece by piece */

typedef struct {
  const char *sender;     /* "" is the null sender */
  GPtrArray  *recipients; /* of char*; at least one */
} SinkSessionEnvelope;

typedef struct { /* where messages go */
  gpointer data;
  /* Adds octets to the message at hand (a new one if none is). is_last: it must be complete and safe before this returns TRUE.
   * FALSE: it could not be kept, and nothing of it is left. */
  gboolean (*add) (gpointer data, const SinkSessionEnvelope *envelope, const void *octets, gsize len, gboolean is_last);
  void (*drop) (gpointer data); /* forgets what was added of the message at hand; there may be none */
} SinkSessionStore;

typedef struct { /* shared by all sessions of a server; borrowed by each */
  guint64     message_max;   /* octets */
  gboolean    offers_tls;
  Auth       *auth;          /* or NULL. With a user set, nobody mails without AUTH, and AUTH waits for TLS where that is offered */
  Rehearsal  *rehearsal;     /* or NULL: trouble for nobody */
} SinkSessionOptions;

typedef enum {
  SINK_SESSION_GO_ON,
  SINK_SESSION_START_TLS, /* send what is to be sent, then shake hands, then sink_session_start_tls() */
  SINK_SESSION_END,       /* send what is to be sent, then close */
} SinkSessionNext;

typedef struct SinkSession SinkSession;

SinkSession *sink_session_new  (const SinkSessionOptions *options, const SinkSessionStore *store); /* the store is copied */
void         sink_session_free (SinkSession *self); /* drops a half message; NULL is a no-op */

void            sink_session_greet (SinkSession *self, GByteArray *out);
SinkSessionNext sink_session_feed  (SinkSession *self, const char *data, gsize len, GByteArray *out); /* appends replies to `out` */
void            sink_session_start_tls (SinkSession *self); /* the handshake is done: everything said before is forgotten (RFC 3207 §4.2) */

G_DEFINE_AUTOPTR_CLEANUP_FUNC (SinkSession, sink_session_free)
