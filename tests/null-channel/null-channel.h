/* null-channel.h - a channel that writes each message to a file: a line of the address, a tab, and the message with its control characters escaped.
 * There is no server, so no connection; a message is begun and ended in one turn, and one turn follows another after `delay_ms`.
 * Used in: main. Source: shared/transport/channel.h. */
#pragma once
#include "channel.h"

extern const Channel null_channel;

/* What a transport may say that is not true; told `lie` after each message. Used for `--lie` alone. */
typedef void (*NullLieFunc) (const char *lie, const Row *row, gpointer data);

/* file: taken; opened to append. Returns: the object of null_channel, freed by it. */
gpointer null_channel_new (int file);
void     null_channel_set_lie (gpointer self, NullLieFunc lie, gpointer data); /* data: borrowed for life */
