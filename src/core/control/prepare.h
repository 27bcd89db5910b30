/* prepare.h - from what a person asked for to a campaign that could start: people, message, numbers, warnings. Nothing is sent.
 * Used in: core/app. Contract: App1.CampaignPrepare. */
#pragma once
#include "campaign.h"

/* spec: a{sv}; files: a(sssh) with `fds` (may be NULL). Finish: the campaign's id, or 0; *out_summary: (transfer full) a{sv}.
 * A campaign that could not be prepared leaves nothing behind. */
void    prepare_async  (Core *core, GVariant *spec, GVariant *files, GUnixFDList *fds, GAsyncReadyCallback callback, gpointer data);
guint64 prepare_finish (GAsyncResult *result, GVariant **out_summary, GError **error);

/* Takes a prepared campaign away without a trace. Errors: FAULT_NO_INPUT, FAULT_USAGE (it was started). */
gboolean prepare_discard (Core *core, guint64 campaign, GError **error);
gboolean prepare_discard_all (Core *core, GError **error); /* at start: those of a core that is gone */
