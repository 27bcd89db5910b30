/* sent.h - one letter as its reader got it: the version that they got, with their values of that day, built anew by a locked transport.
 * What was forgotten, or cleared for its age, is named as erased in its place. Nothing is sent. Used in: core/app. Contract: App1.CampaignSent. */
#pragma once
#include "campaign.h"

/* Errors: FAULT_NO_INPUT (no such campaign or recipient), FAULT_DATA (nothing went to them, or it cannot be built), FAULT_IO (an attachment is gone). */
void      sent_async  (Core *core, guint64 campaign, guint64 recipient, GAsyncReadyCallback callback, gpointer data);
/* Returns: (transfer full) the octets (CRLF), with out_facts (transfer full): a{sv}, see the contract; or NULL. */
GBytes   *sent_finish (GAsyncResult *result, GVariant **out_facts, GError **error);
