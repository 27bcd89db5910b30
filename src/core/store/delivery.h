/* delivery.h - the table of what was heard of messages after their servers took them: a row a recipient and kind, the earliest time stays.
 * The ledger's states are not touched by it: accepted stays accepted. Used in: core/intake (delivery-events.h, the one door for what comes from outside),
 * core/app, core/control. Errors: FAULT_IO. */
#pragma once
#include "database.h"
#include "delivery-kind.h"

#define DELIVERY_CODE_MAX 64   /* chosen: octets of "5.1.1", "131026" and the like */
#define DELIVERY_WORDS_MAX 512 /* octets, as of a server's reply */

typedef struct {
  gint64 times_utc[DELIVERY_COUNT]; /* 0: not heard */
  char   failed_code[DELIVERY_CODE_MAX + 4]; /* of DELIVERY_FAILED; with room for a cut's "…" */
  char   words[DELIVERY_WORDS_MAX + 4]; /* the newest that there are: of a report, or an answer */
} Delivery;

/* All of one recipient. */
gboolean delivery_load (Database *database, guint64 campaign, guint64 recipient, Delivery *out_delivery, GError **error);

/* How many recipients of a campaign have each kind. */
gboolean delivery_get_counts (Database *database, guint64 campaign, gint64 counts[DELIVERY_COUNT], GError **error);

/* Writes a kind, and with a rank those below it: what was read was delivered by then. A time that is not earlier than the one there changes nothing,
 * but that the same time may bring the words that are missing.
 * code, words: printable, of at most the lengths above. Inside the caller's transaction. *out_is_new: something of the kind itself was. */
gboolean delivery_write (Database *database, guint64 campaign, guint64 recipient, DeliveryKind kind, gint64 time_utc, const char *code, const char *words,
                         gboolean *out_is_new, GError **error);
