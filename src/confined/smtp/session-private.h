/* session-private.h - the inside of a session, shared by its files: session (life, lines), session-login, session-mail (what is
 * said), session-answer (what the server says of it). */
#pragma once
#include "sasl.h"
#include "session.h"

typedef enum {
  STATE_GREETING, STATE_EHLO, STATE_HELO, STATE_STARTTLS, STATE_HANDSHAKE, STATE_AUTH, STATE_READY, STATE_QUIT, STATE_CLOSED,
} SessionState;

typedef enum { STAGE_RSET, STAGE_MAIL, STAGE_RCPT, STAGE_DATA, STAGE_DOT, STAGE_PROBE, STAGE_BDAT } Stage; /* the answer that is awaited */

typedef struct { /* one message between MAIL and its last answer */
  Row     *row; /* owned; NULL: released, only the answers are still to come */
  Stage    stage;
  gboolean is_begun, is_committed; /* begun is written down at the end of the pump */
  gboolean has_failed, mail_failed;
  guint64  end;     /* where its last octet stands in all that this session ever said; 0: not said yet */
  Verdict  verdict; /* of the first refusal */
  guint    code;
  char    *text;    /* owned */
} Flight;

typedef enum { MODE_LOCKSTEP, MODE_PIPELINING, MODE_CHUNKING } Mode;

typedef struct { /* a reply, its lines put together */
  guint      code;
  SmtpStatus status;
  GString   *text;
  guint      line_count; /* 0: between replies */
} Answer;

struct SmtpSession {
  const SmtpAccount      *account;
  const SessionHooks *hooks;
  gpointer            data;
  ServerTraits       *traits;
  char               *helo;
  guint               port; /* of the peer; 0: not known */
  SessionState        state;
  gboolean            is_test, is_encrypted, is_loopback, is_quitting, is_lost, is_greeted;
  char               *end_text;
  SessionFacts        facts;

  GByteArray *input, *output, *body;
  gsize       output_at;   /* octets of output that have left */
  guint64     sent_total;  /* octets that have left since the session began */
  gsize       output_safe; /* octets of output whose messages are journaled */
  gsize       output_secret; /* octets of output that may hold the password: wiped as they leave */
  Answer      answer;
  guint64     answer_count; /* whole ones */
  guint64     begun_total, ended_total;

  Mode     mode;
  gboolean is_chunking_proved; /* this server took a BDAT: before that no line of a letter may reach it as a chunk */
  gboolean is_initial_said;    /* AUTH went with an initial response */
  guint    challenge_count;    /* of the login that goes on */
  gboolean has_starttls, has_8bitmime, has_smtputf8, has_size, has_pipelining, has_chunking;
  Sasl    *sasl;
  char    *initial;            /* what its mechanism says first, until that is said: wiped, as a secret; or NULL */

  Flight    *flights; /* ring */
  guint      flight_cap, flight_first, flight_count;
  Verdict    leaving;      /* of the 421 that it was said with; only while leaving_text is set */
  char      *leaving_text; /* owned; not NULL: the server said that it hangs up, and messages stand behind that word */
  gboolean   needs_reset; /* the server may hold half a transaction */
  guint      window;
  GString   *mail_line, *rcpt_line; /* lock-step: said one by one */
  GPtrArray *beginning;   /* rows that this pump begins; borrowed */
};

void session_say (SmtpSession *self, const char *format, ...) G_GNUC_PRINTF (2, 3); /* adds CRLF */
void session_say_octets (SmtpSession *self, const void *data, gsize len);
char *session_quote (guint code, const char *text); /* "550 no such user", capped, printable */
void session_note_problem (SmtpSession *self, const char *reason, const char *text); /* for the report of a test; reason may be NULL */
void session_finish_with (SmtpSession *self, gboolean is_lost, const char *text); /* ends it; rows as session_break() */

void session_login_start (SmtpSession *self);                /* first state */
void session_login_line  (SmtpSession *self, const char *text); /* one line of an EHLO answer */
void session_login_reply (SmtpSession *self);                /* a whole answer, before READY */

gboolean session_mail_has_room (const SmtpSession *self);
gboolean session_mail_start  (SmtpSession *self); /* FALSE: no row */
gboolean session_mail_commit (SmtpSession *self); /* FALSE: they were taken back */
void     session_mail_clear  (SmtpSession *self, const char *text); /* begun: UNKNOWN; else given back */
Flight  *session_mail_oldest (SmtpSession *self); /* NULL: none */
Flight  *session_mail_newest (SmtpSession *self);
Flight   session_mail_shift  (SmtpSession *self); /* the oldest; row and text become the caller's */
void     session_mail_report (SmtpSession *self, Row *row, const Verdict *verdict, guint code, const char *text); /* takes the row; NULL: released */
void     session_mail_append (SmtpSession *self, const char *text); /* behind what is said already */
void     session_mail_say    (SmtpSession *self, const GString *text);
guint    session_mail_get_probe_len (const SmtpSession *self);      /* octets of the first BDAT, which goes alone */
void     session_mail_say_last_chunk (SmtpSession *self, Flight *flight, guint from);
void     session_mail_begin  (SmtpSession *self, Flight *flight);   /* its row is written down at the end of the pump */
void     session_mail_give_back_newest (SmtpSession *self);

void     session_answer (SmtpSession *self);     /* a whole one, in READY */
void     session_answer_left (SmtpSession *self); /* it said 421 and has hung up: those behind it come later */
gboolean session_answer_is_probing (const SmtpSession *self); /* BDAT itself is what waits for an answer */
void     session_answer_lack_chunking (SmtpSession *self, const char *text); /* it is remembered, and the connection ends */
