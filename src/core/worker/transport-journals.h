/* transport-journals.h - the journals of one account on this machine: the one that its transport writes now, and those that wait to be read.
 * Core holds a lock on each in the open file that it passes on, so that it is free only when the transport has gone, too.
 * Used in: core/worker. Source: core/ledger/recovery.h, flock(2). */
#pragma once
#include "recovery.h"
#include "transport-link.h"

typedef struct TransportJournals TransportJournals;
TransportJournals *transport_journals_new  (Core *core, gint64 account);
void               transport_journals_free (TransportJournals *self); /* the lock of the current one stays with its transport; NULL is a no-op */

gboolean transport_journals_create     (TransportJournals *self, GError **error); /* FALSE: as journal_create() */
int      transport_journals_get_fd     (const TransportJournals *self);           /* of the current one; borrowed */
guint64  transport_journals_get_serial (const TransportJournals *self);           /* the same; 0: there is none */

/* From here on the current one proves nothing: durable when this returns, unless the store refuses; transport_journals_retire() then asks it again. */
void transport_journals_disown (TransportJournals *self);
/* Its transport has gone: it waits to be settled. A no-op without a current one. */
void transport_journals_retire (TransportJournals *self, gboolean is_liar);

gboolean         transport_journals_is_settled (const TransportJournals *self);
TransportSettled transport_journals_settle     (TransportJournals *self, GError **error); /* transport_link_settle() */
const char      *transport_journals_get_owner (const TransportJournals *self);           /* transport_link_get_journal_owner() */
