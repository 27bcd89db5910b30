/* smtp-channel.h - SMTP as a channel: one account's connections, who may log in when, and what each says to the send queue.
 * Trust:  what servers say passes session and reply-table. Used in: main. Source: shared/transport/channel.h. */
#pragma once
#include "channel.h"
#include "poller.h"
#include "tls.h"

#define SMTP_CONNECTIONS_MAX 100 /* chosen: more gain nothing (docs/design.md §9: 50); RLIMIT_NOFILE leaves room for them */

extern const Channel smtp_channel;

/* tls, poller (made with connection_ready): borrowed for life. Returns: the object of smtp_channel, freed by it. */
gpointer smtp_channel_new (TlsContext *tls, Poller *poller);
