/* mail-message.h - a letter as a channel's message: the three entries of shared/transport/channel.h that any channel of mail has alike.
 * The compiled message is a Skeleton. Trust: as skeleton. Used in: confined/smtp, confined/gmail. Pure. Source: contract/ (Transport2.BeginCampaign: parts). */
#pragma once
#include "channel.h"
#include "skeleton.h"

#define MAIL_MESSAGE_FORM "message/rfc822"

/* parts: subject, html, text, from, reply_to, unsubscribe (strings; missing is ""). Errors: TEMPLATE_ERROR. */
gpointer mail_message_compile (const MessageSpec *spec, MessageFacts *out_facts, GError **error);
void     mail_message_free    (gpointer message);
gboolean mail_message_preview (gpointer message, const FrameRow *row, gint64 date_utc_s, GByteArray *out, GError **error); /* CRLF lines */
