/* session.h - one SMTP conversation as a pure state machine: octets in, octets out, what became of each row. No socket, no clock.
 * Trust:  what is fed is hostile. Used in: connection; tests drive it by transcripts.
 * Source: RFC 5321; RFC 2920 (PIPELINING), 3030 (CHUNKING), 1870 (SIZE), 6152 (8BITMIME), 6531 (SMTPUTF8), 3207 (STARTTLS),
 *         4954 (AUTH), 2034 (enhanced codes); docs/design.md §5 (begun before the octets that complete a message), §9 (speed).
 *
 * Three ways to send, by what EHLO says:
 *   lock-step   one command, one answer.
 *   PIPELINING  MAIL RCPT DATA in one go; on 354 the body, the dot and the next MAIL RCPT DATA in the same write.
 *   + CHUNKING  RSET MAIL RCPT BDAT n LAST back to back, up to `window` messages without an answer. The RSET keeps a recipient whose
 *               own message was refused from ever receiving its successor's (two messages in one server-side transaction).
 *               The first message of a connection goes in two chunks: its first header line, which no server takes for a command, and,
 *               once that was taken, the rest; its answer opens the window. A server that announces BDAT and does not know it would read
 *               letters as commands.
 *
 * An answer to a message is believed once the message's last octet has left (session_sent). A yes before that is a contradiction; a no is
 * a no, and ends the connection, since nobody knows what such a server makes of what is still to come. */
#pragma once
#include "account.h"
#include "reply-table.h"
#include "row.h"
#include "server-traits.h"
#include "skeleton.h"

typedef struct { /* of one message, borrowed until the next one is rendered */
  const char    *sender;
  Slice          address;
  SkeletonTraits traits;
} Envelope;

typedef struct { /* all called from within session_feed, _pump, _break… */
  Row     *(*take)      (gpointer data); /* (transfer full) the next row, or NULL: none now */
  gboolean (*render)    (const Row *row, SkeletonForm form, GByteArray *out, Envelope *out_envelope, GError **error, gpointer data);
  gboolean (*begin)     (Row *const *rows, guint n, gpointer data); /* journal them; FALSE: their octets must not leave */
  void     (*done)      (Row *row, const RowResult *result, gpointer data); /* (transfer full) it has its outcome */
  void     (*give_back) (Row *row, gpointer data); /* (transfer full) it was never begun */
  void     (*trouble)   (const Verdict *verdict, const char *text, gpointer data); /* about the account, not about a row */
  /* The access token is refused. Returns: another one was asked for, so that this is no trouble. NULL: it never is. */
  gboolean (*renew)     (const char *text, gpointer data);
} SessionHooks;

typedef struct { /* for Transport2.Test; strings are owned and never NULL */
  char      *greeting, *reply, *problem, *reason;
  GPtrArray *extensions, *mechanisms; /* of char* */
  guint64    size;
  gboolean   is_logged_in;
} SessionFacts;

typedef struct SmtpSession SmtpSession;

/* account, traits, hooks: borrowed for life; traits is added to. helo: used when the account names none. */
SmtpSession *session_new (const SmtpAccount *account, ServerTraits *traits, const char *helo, gboolean is_test, const SessionHooks *hooks, gpointer data);
/* At its beginning, as core read it from the socket: is the peer this machine (FALSE before), and its port (0: not known). */
void     session_set_peer (SmtpSession *self, gboolean is_loopback, guint port);
void     session_free (SmtpSession *self); /* as session_break(); NULL is a no-op */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (SmtpSession, session_free)

/* After both, ask for output again. Neither calls back in. */
void session_feed (SmtpSession *self, const char *data, gsize len);
void session_pump (SmtpSession *self); /* takes rows while there is room, begins them, says QUIT when it is time */

const guint8 *session_peek_output (const SmtpSession *self, gsize *out_len); /* borrowed until the next call; NULL: none */
void          session_sent        (SmtpSession *self, gsize len);            /* that many octets of it left */

gboolean session_wants_tls (const SmtpSession *self); /* do the handshake now, feed nothing */
void     session_tls_done  (SmtpSession *self);       /* verified: go on */
void     session_set_window (SmtpSession *self, guint window); /* with CHUNKING: messages without an answer; at most the account's window_max */
void     session_set_test  (SmtpSession *self);       /* once logged in: QUIT, send nothing */

gboolean session_is_test   (const SmtpSession *self);
gboolean session_is_greeted (const SmtpSession *self); /* the server said a whole word */
gboolean session_is_ready  (const SmtpSession *self); /* logged in */
gboolean session_is_idle   (const SmtpSession *self); /* ready and nothing under way */
gboolean session_is_closed (const SmtpSession *self);
gboolean session_is_lost   (const SmtpSession *self); /* closed otherwise than by our own QUIT or while idle */
const char *session_get_end_text (const SmtpSession *self); /* for people; "" while open */
guint    session_get_begun_count (const SmtpSession *self); /* without an answer */
guint64  session_get_begun_total (const SmtpSession *self); /* journaled so far */
guint64  session_get_ended_total (const SmtpSession *self); /* of them, answered or given up */
guint    session_get_wait_s (const SmtpSession *self); /* RFC 5321 §4.5.3.2: how long the present wait may last */
guint64  session_get_answer_count (const SmtpSession *self); /* whole answers so far: octets that only drip are no progress */
const SessionFacts *session_get_facts (const SmtpSession *self);

/* Gives back what is not begun and for which `is_wanted` (NULL: all) says yes. */
void session_release (SmtpSession *self, RowFunc is_wanted, gpointer data);
void session_quit    (SmtpSession *self); /* begin nothing new, finish, QUIT */

/* The connection is gone or must go: begun rows become UNKNOWN, others are given back. reason: a word of Paused, or NULL when only this
 * connection is concerned. */
void session_break (SmtpSession *self, const char *reason, const char *text);
void session_eof   (SmtpSession *self); /* the server hung up: harmless while idle */
