/* delivery-events.h - the one door for what is heard of messages later: receipts, bounces, complaints, answers, whoever brings them (a transport's events,
 * a provider's webhook, a mailbox's reader).
 * Trust:  input is hostile, and no event ends who brought it: a provider reports messages of other programs too. What does not fit is refused by itself
 *         and counted.
 * Checks: the recipient is of a campaign of this account, and a message to them has left; the kind is known; the time is sane: more than an hour before the
 *         campaign began or more than a day ahead of our clock is refused, what lies between is moved to the beginning, or to now. Code and words are
 *         made printable and cut (delivery.h). Of who was forgotten, or cleared for their age, no words are kept.
 * Order:  a remote id leads to its recipient once the outcome that brought it is in the ledger: outcomes first, then events.
 * Used in: core. Source: docs/design.md §5. */
#pragma once
#include "delivery.h"

typedef struct {
  guint64     campaign, recipient; /* recipient 0: the one whose message the server calls remote_id; campaign 0 then: whichever of the account */
  const char *remote_id;           /* "" or NULL with a recipient */
  const char *kind;                /* delivery-kind.h */
  gint64      time_utc;            /* as its bringer says */
  const char *code, *words;        /* any octets */
} DeliveryEvent; /* all borrowed */

typedef struct {
  guint written; /* something new */
  guint known;   /* nothing */
  guint refused;
} DeliveryReport;

/* Writes all of them in one transaction of its own, or, with FAULT_IO, none. */
gboolean delivery_events_write (Database *database, gint64 account, const DeliveryEvent *events, guint n, DeliveryReport *out_report, GError **error);
