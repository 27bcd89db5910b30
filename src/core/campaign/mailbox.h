/* mailbox.h - the address that a campaign is sent from, or answered to, in the form that goes out.
 * Used in: core/campaign, core/control. Source: RFC 5890 §2.3.2.1 (A-labels): a server without SMTPUTF8 takes a domain in no other form. */
#pragma once
#include "message-kind.h"

/* The part: "Ann <ann@müller.example>" becomes "Ann <ann@xn--mller-kva.example>"; what is ASCII stays as it is. *out_address: (transfer full) the
 * bare address. option: "--from", for the error. Returns: FALSE with FAULT_DATA; nothing is changed then. */
gboolean mailbox_settle (MessageParts *parts, const char *part, const char *option, char **out_address, GError **error) G_GNUC_WARN_UNUSED_RESULT;
