/* null-message.h - what postrider-null writes down: a letter, or, by an account of numbers, a text. The three message entries of channel.h.
 * Trust: as shared/mail and shared/template. Used in: null-channel. Pure. */
#pragma once
#include "channel.h"

gpointer null_message_compile (const MessageSpec *spec, MessageFacts *out_facts, GError **error); /* (transfer full) */
void     null_message_free    (gpointer message);
gboolean null_message_preview (gpointer message, const FrameRow *row, gint64 date_utc_s, GByteArray *out, GError **error);
