/* channel.h - the seam between what all channels share (this folder) and what one of them is: SMTP, a provider's API, a linked device.
 *
 * The send queue has the rows that core handed over, the journal, the count of failures and the way back to core. The channel has the
 * connections and the protocol: it compiles messages, takes a row when its connection has room, and says how each ended. The queue calls the
 * channel through the table Channel, the channel calls the queue through send_queue_…(). All of it in one thread; a call to the queue may come
 * back as pause(), release() or wake() before it returns.
 *
 * Life of a row:  take -> begin -> done              begun: the octets that complete its message may leave
 *                 take -> done                       refused, or unfit to be sent, before it was begun
 *                 take -> give_back                  never begun: somebody else takes it, or core calls it back
 * Each row that was taken ends in one of these, and what was begun ends by done(), with OUTCOME_UNKNOWN where nobody knows.
 *
 * Used in: every transport. Source: ARCHITECTURE §4, contract/org.postrider.Transport2.xml, docs/decisions/transport2.md. */
#pragma once
#include "frame.h"
#include "secret-bytes.h"
#include "verdict.h"

typedef struct SendQueue SendQueue;
typedef struct Row Row; /* row.h: recipient, attempt, values, the compiled message */
typedef gboolean (*RowFunc) (const Row *row, gpointer data);

/* --- what a channel gives --- */

typedef struct { /* of BeginCampaign, borrowed during the call */
  gboolean    is_inline; /* a picture that the message shows, named as the message names it; else an attachment */
  const char *name, *media_type;
  GBytes     *bytes;
} MessageFile;

typedef struct { /* one campaign's message; borrowed during the call */
  GVariant   *parts;                       /* a{ss}, of BeginCampaign: a channel reads the parts that its messages have */
  guint8      identity[16];                /* of the campaign; seeds ids of its messages */
  gboolean    any_field;                   /* columns are not known yet: every name will do and means nothing */
  const char *const *columns, *const *aliases; /* aliases: another name of a column, then the column, in pairs; or NULL */
  const MessageFile *files;
  gsize       n_files;
} MessageSpec;

typedef struct { /* what BeginCampaign answers; borrowed from the message, NULL-terminated lists */
  const char *const *fields, *const *required; /* as written, first spelling; required: without fallback and outside sections */
  const char *const *missing_files;            /* named in the message, not in MessageSpec.files */
  const char *const *notes;                    /* sentences for people */
  guint64     overhead;                        /* octets that each message has at least */
} MessageFacts;

typedef struct { /* of OpenAccount */
  const char  *kind;
  GVariant    *settings; /* a{sv} */
  SecretBytes *secret;
  GBytes      *state;    /* frame STATE, or empty */
} AccountOpening;

typedef struct {
  /* Messages. Without the channel's object: a campaign may be looked at before an account is open. */

  /* Once a campaign and version. Returns: (transfer full) the compiled message, or NULL with any error: what is wrong with it, for people. */
  gpointer (*compile) (const MessageSpec *spec, MessageFacts *out_facts, GError **error);
  void     (*forget)  (gpointer message);
  /* Appends to `out` the message as it would go out. row: as Transport2.Send has it. date_utc_s: when that is.
   * Returns: FALSE with an error for people; `out` is then of no use. */
  gboolean (*preview) (gpointer message, const FrameRow *row, gint64 date_utc_s, GByteArray *out, GError **error);
  const char *form; /* what `preview` writes, as a media type: message/rfc822, text/plain */

  /* The account. `self` is the channel's object, one account's for life. */

  /* Before all below but free(), until it succeeds once. opening->secret: taken, also on failure; the rest is borrowed during the call. queue: borrowed
   * for life. Returns: FALSE with FAULT_USAGE: which setting is wrong. */
  gboolean (*open)    (gpointer self, SendQueue *queue, const AccountOpening *opening, GError **error);
  /* fd: taken, also on failure; connected and non-blocking. endpoint, peer: as in AddConnection. Returns: FALSE with FAULT_USAGE: no further one is
   * wanted. */
  gboolean (*connect) (gpointer self, int fd, guint endpoint, const char *peer, GError **error);
  /* Takes the first connection, there or to come, through its login and ends it: then send_queue_tested(). Until then no row can be taken. */
  void     (*test)    (gpointer self);
  void     (*free)    (gpointer self); /* begun rows end as unknown, others are given back */

  /* Rows. None of these is called before open(). */

  void     (*wake)     (gpointer self); /* rows came, may leave after all, or are gone: soon try take(), ask for connections */
  void     (*resume)   (gpointer self); /* a pause, or a failed dial, is over: as wake(), and what was asked for is asked for anew */
  void     (*release)  (gpointer self, RowFunc is_wanted, gpointer data); /* give back what was taken, is not begun and is wanted */
  void     (*pause)    (gpointer self); /* nothing can be taken now: give back what is not begun, let no further connection log in */
  gboolean (*is_quiet) (gpointer self); /* nothing is begun without an answer */
  void     (*drain)    (gpointer self); /* for good: as pause(), finish, forget the secret, hang up; then send_queue_drained() */

  /* What only some have; NULL: core is told that it is not to ask. */

  gboolean (*renew)    (gpointer self, SecretBytes *secret, gint64 expires_utc_s); /* takes it; after send_queue_need_secret(), or before the old one ends. FALSE: this one never ends */
  void     (*kept)     (gpointer self, guint64 serial);                            /* what send_queue_keep() gave this serial, and all before it, is durable */
  void     (*given)    (gpointer self, guint64 serial, GVariant *records);         /* the answer to send_queue_want(): ay, frame STATE, unchecked */
} Channel;

/* --- what the queue gives --- */

/* (transfer full) the next row, or NULL: none now, and wake() comes when that changes. */
Row     *send_queue_take      (SendQueue *self);
void     send_queue_give_back (SendQueue *self, Row *row); /* takes the row */
/* Writes them down, before their octets leave. Returns: FALSE: it could not be written, so they must not leave; the queue has paused. */
gboolean send_queue_begin     (SendQueue *self, Row *const *rows, guint n);
void     send_queue_done      (SendQueue *self, Row *row, const RowResult *result); /* takes the row */
/* An answer about the account and no row: at a greeting, a handshake, a login. text: for people. */
void     send_queue_trouble   (SendQueue *self, const Verdict *verdict, const char *text);

/* After each turn of a connection: what ended is written down and told to core. is_idle: it has nothing under way. */
void     send_queue_turned (SendQueue *self, gboolean is_idle);
/* A connection has ended, after its rows have. lost_text: for people; NULL: we hung up, or it was idle. */
void     send_queue_ended  (SendQueue *self, guint endpoint, const char *lost_text);

guint    send_queue_get_length (const SendQueue *self); /* rows that wait */
gboolean send_queue_is_paused  (const SendQueue *self);
gboolean send_queue_is_draining (const SendQueue *self);
gboolean send_queue_is_testing (const SendQueue *self);
gboolean send_queue_needs_secret (const SendQueue *self); /* since send_queue_need_secret(), until renew() */

void     send_queue_need_connections (SendQueue *self, guint endpoint, guint count); /* so many more would be used now */
void     send_queue_tell_silence     (SendQueue *self, const char *text); /* a connection waits for its first word */
void     send_queue_tested           (SendQueue *self, GVariant *report); /* a{sv} of Test, floating or borrowed */
void     send_queue_drained          (SendQueue *self); /* the last connection has gone */

/* The secret does not hold any more: nothing new is begun until renew(). text: the server's words. */
void     send_queue_need_secret (SendQueue *self, const char *text);
/* Records that core keeps for the account, in one transaction. records: a frame STATE; floating is taken. Returns: the serial that kept() will name. */
guint64  send_queue_keep        (SendQueue *self, GVariant *records);
guint64  send_queue_want        (SendQueue *self, const char *const *keys); /* Returns: the serial that given() will name */
void     send_queue_tell_events (SendQueue *self, GVariant *events);        /* a frame EVENTS; floating is taken */
void     send_queue_tell_status (SendQueue *self, const char *word, const char *text); /* word: of Transport2.Status */
