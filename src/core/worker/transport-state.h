/* transport-state.h - the records that core keeps for one sending process: taken, kept, handed over when they are asked for.
 * Trust:  what it says is hostile, and checked here. Used in: transport-link. Source: Transport2 (StateChanged, StateWanted), account-record.h. */
#pragma once
#include "account-record.h"
#include "contract-transport2.h"

typedef struct TransportState TransportState;

TransportState *transport_state_new  (Core *core, const Account *account, PrTransport2 *proxy); /* account: borrowed for life */
void            transport_state_free (TransportState *self); /* what was not durable was never said to be; NULL is a no-op */

/* Its two signals. What the store cannot do now is done later, in order. Returns: FALSE with FAULT_PROTOCOL: it broke the rules. */
gboolean transport_state_change (TransportState *self, guint64 serial, GVariant *records, GError **error);
gboolean transport_state_want   (TransportState *self, guint64 serial, const char *const *keys, GError **error);
