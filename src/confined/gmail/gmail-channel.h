/* gmail-channel.h - Gmail's API as a channel (shared/transport/channel.h): which connection takes the next row, and what its answer is to the queue.
 * Used in: main. Source: docs/design.md §5; docs/providers.md. */
#pragma once
#include "channel.h"

extern const Channel gmail_channel;

gpointer gmail_channel_new (void); /* (transfer full); before the lock: it makes all connections that there can be */
