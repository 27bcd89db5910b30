/* part.h - the parts of a campaign: ranges of its snapshot's ids in the order in which they are sent, each by one account. Each id is in one of them. Who has
 * no row of their own there is handed over below `next`, and queued from there on: docs/decisions/hand-over-is-a-range.md.
 * Used in: core. Inside the caller's transaction. Errors: FAULT_IO. */
#pragma once
#include "database.h"

typedef struct {
  gint64 position, account; /* position: from 1 within the campaign */
  gint64 first, last;       /* last below first: nobody is in it */
  gint64 next;              /* the first that was never handed over; last+1: none is left */
} Part;

/* SQL: is this id of a campaign in a part of the account? Each a column or parameter. */
#define PART_OF_ACCOUNT_SQL(campaign, id, account) \
  "EXISTS (SELECT 1 FROM part p WHERE p.campaign=" campaign " AND p.account=" account " AND p.first<=" id " AND p.last>=" id ")"

/* The snapshot is whole: one part for all of it, by the campaign's own account. */
gboolean part_make (Database *database, guint64 campaign, GError **error);

/* Of one account; by position. Returns: (transfer full) of Part, or NULL. */
GArray  *part_list (Database *database, guint64 campaign, gint64 account, GError **error);

gboolean part_set_next (Database *database, guint64 campaign, const Part *part, gint64 next, GError **error);
