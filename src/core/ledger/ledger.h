/* ledger.h - one durable state for each recipient of each campaign, and the only moves between them.
 * Trust:  outcomes were checked by core/intake against what was handed over.
 * Used in: core/dispatch, core/campaign, core/control. Source: docs/design.md §5.
 * Each function here runs inside the caller's transaction (database_begin … database_commit), so that a group of moves is one flush;
 * `tally` collects the changed counts and is written once, by ledger_write_tally(), before the commit. */
#pragma once
#include "database.h"
#include "frame.h"
#include "hidden-values.h"
#include "journal.h"
#include "outcome.h"

typedef struct {
  guint64       campaign, recipient;
  guint32       attempt;
  Outcome       outcome;
  OutcomeReason reason;
  gint64        time_utc;
  char          reply[516]; /* printable */
  gint64        not_before_utc_s; /* what the server asked for; 0: nothing. Only OUTCOME_LATER */
  char          remote_id[JOURNAL_ID_MAX + 1]; /* what the server calls this message; "": it did not say */
} LedgerOutcome;

typedef struct LedgerTally LedgerTally;
LedgerTally *ledger_tally_new  (void);
void         ledger_tally_free (LedgerTally *self);
void         ledger_tally_move (LedgerTally *self, guint64 campaign, State from, State to, gint64 count);
gboolean     ledger_write_tally (Database *database, LedgerTally *tally, GError **error); /* empties it */
G_DEFINE_AUTOPTR_CLEANUP_FUNC (LedgerTally, ledger_tally_free)

typedef struct {
  guint64 recipient;
  guint32 attempt;
} LedgerHanded;

typedef struct { /* what to hand over */
  guint64     campaign;
  gint64      account; /* whose parts of it (part.h): nobody else's row is taken */
  const char *sender;  /* bare From address: suppressions may name it */
  guint64     journal; /* serial */
  gint64      version; /* of the template, kept with each row */
  guint       max_rows;
  gint64      now_utc;
  HiddenValues hidden; /* of its messages */
} LedgerHandOver;

/* Takes rows that are due (later ones first, then queued ones), re-checks suppression, marks them handed and writes them into `frame`
 * (RECIPIENTS). Suppressed ones become skipped and are not counted.
 * Returns: TRUE with `out_handed` (array of LedgerHanded) appended; nothing may leave before the commit. */
gboolean ledger_hand_over (Database *database, const LedgerHandOver *what, FrameWriter *frame, GArray *out_handed, LedgerTally *tally, GError **error);

/* The rows of a hand-over need not be known as a range any more once each has a row of its own: all below `first_open` have, of those that were
 * handed to this account (G_MAXUINT64: all). The caller has recorded what came back, and knows what is still out. */
gboolean ledger_forget_settled (Database *database, guint64 campaign, gint64 account, guint64 first_open, GError **error);

/* handed (of this attempt) -> the outcome, with its remote id; later with its next time (the later one of ours and the server's, which counts for a
 * week at most), or refused(expired). Who is gone is also suppressed, or held: gone.h.
 * A row that is not handed under that attempt is left alone: its outcome is known already. */
gboolean ledger_record (Database *database, const LedgerOutcome *outcome, LedgerTally *tally, GError **error);

/* handed (of this attempt), never begun -> queued, or later (due) where it came from, as if it had not been handed. */
gboolean ledger_take_back (Database *database, guint64 campaign, guint64 recipient, guint32 attempt, LedgerTally *tally, GError **error);

/* queued and later -> skipped(reason); all of the campaign. */
gboolean ledger_skip_rest (Database *database, guint64 campaign, OutcomeReason reason, LedgerTally *tally, GError **error);

/* queued and later rows of open campaigns whose address is suppressed by now -> skipped(suppressed). */
gboolean ledger_skip_suppressed (Database *database, LedgerTally *tally, GError **error);

/* unknown -> queued ("resend"; its lifetime begins anew) or skipped(treated as sent). address_key NULL: all. *out_count: rows changed. */
gboolean ledger_resolve (Database *database, guint64 campaign, gboolean is_resend, const char *address_key, LedgerTally *tally, guint *out_count, GError **error);

/* counts[STATE_COUNT] of a campaign. */
/* Those that met a server once, or may have: whatever came of it. */
gint64   ledger_count_begun (const gint64 counts[STATE_COUNT]);
gboolean ledger_get_counts (Database *database, guint64 campaign, gint64 counts[STATE_COUNT], GError **error);

/* The earliest (in this account's parts), the latest time at which a later row is due; 0: none. */
gboolean ledger_get_next_due (Database *database, guint64 campaign, gint64 account, gint64 *out_utc, GError **error);
gboolean ledger_get_last_due (Database *database, guint64 campaign, gint64 *out_utc, GError **error);

/* Time without a chance to try (offline, asleep, core not running) uses up no lifetime. account: its parts; 0: all. */
gboolean ledger_shift_lifetime (Database *database, gint64 account, gint64 seconds, GError **error);

/* The clock was set by so many seconds (back: negative): what is for later keeps its distance from now. */
gboolean ledger_follow_clock (Database *database, gint64 seconds, GError **error);

/* Counts one hand-over; core compares it with its mark outside the data folder (a restored copy is behind). */
gboolean ledger_count_turn (Database *database, gint64 *out_turn, GError **error);
