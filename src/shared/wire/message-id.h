/* message-id.h - the Message-ID of one recipient in one campaign: always the same, so that a ledger and a server's log can be laid
 * side by side. Pure. Source: RFC 5322 §3.6.4. */
#pragma once
#include <glib.h>

/* identity: 16 octets, drawn at random once per campaign. domain: of the From address.
 * Returns: (transfer full) "<40 hex digits@domain>". */
char *message_id_new (const guint8 identity[16], guint64 recipient, const char *domain);
