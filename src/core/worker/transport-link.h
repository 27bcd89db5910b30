/* transport-link.h - one sending process as the rest of core sees it: told what to do by calls, heard by events.
 * Behind it lie the process, its contract, its connections, its journal and the journal's lock, and the rows that it holds. Nothing here says
 * where it runs: what speaks to a sender on another machine keeps the same promises (docs/decisions/transport-link.md).
 * Trust:  what a transport says is hostile. It is checked behind this header; what comes up are values, and words for people that may still
 *         have to be made printable. One that breaks the rules is ended here.
 * Used in: core/dispatch (lanes), core/campaign (the composer), core/app (the account test). Source: Transport2, docs/decisions/transport-link.md. */
#pragma once
#include "account.h"
#include "ledger.h"

typedef struct TransportLink TransportLink;

typedef enum {
  TRANSPORT_SENDS,    /* for an account; what it begins and hears is in a journal */
  TRANSPORT_TRIES,    /* for an account; nothing is sent, so nothing has to be proved */
  TRANSPORT_COMPOSES, /* without an account: compiles and previews */
} TransportPurpose;

typedef enum {
  TRANSPORT_ASKED,    /* transport_link_close(): it finished what was begun */
  TRANSPORT_WENT,     /* by itself: a crash, a kill */
  TRANSPORT_VIOLATED, /* it lied: its journal proves nothing, and that is in the store (or transport_link_settle() fails until it is) */
} TransportEnd;

typedef enum {
  TRANSPORT_LOST_CONNECTION, /* one ended, and not by us */
  TRANSPORT_LOST_DIAL,       /* one could not be made; no other is made until transport_link_resume() */
  TRANSPORT_LOST_SILENT,     /* the server has not greeted for longer than people wait; it goes on waiting */
} TransportLoss;

typedef struct { /* what is compiled; all borrowed, floating variants are taken */
  guint64            campaign;
  guint              version;
  guint8             identity[16];
  GVariant          *parts;         /* a{ss} */
  gboolean           is_inspection; /* columns are not known yet */
  const char *const *columns, *const *aliases;
  GVariant          *files;         /* a(sssh) */
  GUnixFDList       *fds;
} TransportMessage;

typedef struct { /* what became of it, as BeginCampaign answers; whoever hears it may take members away */
  GStrv     fields, required, missing_files, notes;
  GVariant *bound; /* a(is), of each field; its numbers are unchecked */
  guint64   overhead;
} TransportBegun;

typedef struct {
  guint64 campaign, recipient;
  guint32 attempt;
} TransportRow;

/* What comes up, each from the main loop and never from inside transport_link_open(). Strings are borrowed. The link may be freed in each.
 * opened and closed are always wanted; begun by those who begin; the others are for TRANSPORT_SENDS, and `lost` for TRANSPORT_TRIES, too. */
typedef struct {
  /* Once for each transport_link_open() that returned TRUE, unless `closed` comes first. error: it is closed again, and `closed` is not told;
   * FAULT_UNAVAILABLE: the transport refused the account; FAULT_NO_PERM: there is no password. */
  void (*opened)   (const GError *error, gpointer data);
  void (*begun)    (guint64 campaign, gpointer tag, TransportBegun *begun, const GError *error, gpointer data); /* begun NULL: refused */
  void (*outcomes) (gpointer data);                                                    /* transport_link_get_outcomes() has more */
  void (*recalled) (guint64 campaign, gpointer data);                                  /* transport_link_get_recalled() may have more */
  void (*paused)   (const char *reason, const char *text, gpointer data);              /* nothing new is begun until transport_link_resume() */
  void (*lost)     (TransportLoss loss, const char *text, gpointer data);              /* of a connection; what is outstanding stays so */
  void (*status)   (const char *word, const char *text, gpointer data);                /* of Transport2.Status; NULL: nobody asks */
  void (*closed)   (TransportEnd end, const char *why, gpointer data);                 /* what was outstanding is in an unsettled journal now */
} TransportEvents;

/* account: whose journals these are; 0 but for TRANSPORT_SENDS. events, data: borrowed while it lives. */
TransportLink *transport_link_new  (Core *core, TransportPurpose purpose, gint64 account, const TransportEvents *events, gpointer data);
/* No event comes any more. A transport finishes what is begun and leaves; its journal says the rest. NULL is a no-op. */
void           transport_link_free (TransportLink *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (TransportLink, transport_link_free)

/* --- down --- */

/* Only when it is closed and settled. account: borrowed until it is closed again; for TRANSPORT_COMPOSES its kind alone is read.
 * Returns: FALSE with FAULT_CANT_CREATE, FAULT_IO, FAULT_OS: no journal could be made; nothing runs and no event follows. */
gboolean transport_link_open   (TransportLink *self, const Account *account, GError **error);
/* These do nothing unless it is open. */
void transport_link_begin      (TransportLink *self, const TransportMessage *message, gpointer tag); /* `begun` follows, or `closed` */
/* rows: of LedgerHanded, what `frame` (RECIPIENTS; floating is taken) has: outstanding from now on. They are handed over in the store already, under
 * transport_link_get_serial(). */
void transport_link_send       (TransportLink *self, guint64 campaign, GVariant *frame, const GArray *rows);
void transport_link_recall     (TransportLink *self, guint64 campaign); /* `recalled` follows, or `closed` */
void transport_link_close      (TransportLink *self);                   /* drains first; `closed` follows */
/* Nobody is to be reached now, until resume: no connection is made that it asks for. Both at any time. */
void transport_link_hold       (TransportLink *self);
void transport_link_resume     (TransportLink *self);
/* It broke a rule that only the caller could see. `closed` follows. */
void transport_link_drop       (TransportLink *self, const char *why);
/* How many connections at most: told to the transport when it is opened; a lower number later holds for new ones. At first 1. */
void transport_link_set_connections (TransportLink *self, guint max);

#define TRANSPORT_TEST_TIMEOUT_S 150 /* chosen: some servers make a stranger wait half a minute for the greeting */

/* One question, one answer: the callback always comes. Errors: FAULT_UNAVAILABLE (refused), G_IO_ERROR_TIMED_OUT, others of G_IO_ERROR (it has gone).
 * test: a connection is made, and taken through greeting and login. Its errors also: those of dialer_connect (`lost` has been told then).
 * Finish: (transfer full) the report as it came, unchecked; *out_address: the peer's, numeric. */
void      transport_link_test_async     (TransportLink *self, GCancellable *cancellable, GAsyncReadyCallback callback, gpointer data);
GVariant *transport_link_test_finish    (GAsyncResult *result, char **out_address, GError **error);
/* rows: a frame RECIPIENTS (floating is taken) of a campaign that is begun. Finish: (transfer full) a frame MESSAGES, as it came.
 * Errors: what the transport answered (fault_of_peer). */
void      transport_link_preview_async  (TransportLink *self, guint64 campaign, GVariant *rows, GAsyncReadyCallback callback, gpointer data);
GVariant *transport_link_preview_finish (GAsyncResult *result, GError **error);

/* --- what is known of it --- */

gboolean transport_link_is_open     (const TransportLink *self);
gboolean transport_link_is_closed   (const TransportLink *self);
gboolean transport_link_is_reaching (const TransportLink *self); /* it is being opened, or a connection being made */
gboolean transport_link_is_full     (const TransportLink *self); /* its journal has as many rows as it should: close it, open another */
guint64  transport_link_get_serial  (const TransportLink *self); /* of the journal: what rows are handed over under. While it is open */

guint    transport_link_count_outstanding    (const TransportLink *self);
guint    transport_link_count_outstanding_of (const TransportLink *self, guint64 campaign); /* walks all */
guint64  transport_link_get_first_outstanding (const TransportLink *self, guint64 campaign); /* walks all; G_MAXUINT64: none */

/* What it said and the store does not know yet; borrowed. A liar's words vanish from both the moment that it is seen to lie; outcomes outlive the
 * transport, since its journal keeps less of the server's words. */
const GArray *transport_link_get_outcomes (const TransportLink *self); /* of LedgerOutcome */
const GArray *transport_link_get_recalled (const TransportLink *self); /* of TransportRow: never begun */
void          transport_link_note_recorded (TransportLink *self);      /* all of both is in the store */

/* --- what earlier ones left: until that is settled, nobody knows whether one is still sending --- */

typedef enum { TRANSPORT_SETTLED, TRANSPORT_BUSY, TRANSPORT_FAILED } TransportSettled;

gboolean         transport_link_is_settled (const TransportLink *self);
/* One step: SETTLED: one journal is in the store, look at is_settled; BUSY: its transport has not left: try again soon; FAILED: error is set, try
 * again. In a transaction of its own. transport_link_get_outcomes() must have been recorded. */
TransportSettled transport_link_settle     (TransportLink *self, GError **error);
/* Words for people about one that has been BUSY for long; borrowed until the next step. NULL: none. */
const char      *transport_link_get_journal_owner (const TransportLink *self);
/* At start: what is left of journals that were settled is cleared away. */
void             transport_link_sweep      (Core *core);
