/* campaign-cache.h - the compiled campaigns that rows may name; old ones that nobody uses make room.
 * Used in: send-queue. */
#pragma once
#include "compiled-campaign.h"

typedef struct CampaignCache CampaignCache;

CampaignCache *campaign_cache_new  (void);
void           campaign_cache_free (CampaignCache *self); /* their rows must be gone; NULL is a no-op */

/* Takes campaign, also on failure. Errors: FAULT_USAGE: rows of an older version are still here. */
gboolean          campaign_cache_put (CampaignCache *self, CompiledCampaign *campaign, GError **error);
CompiledCampaign *campaign_cache_get (CampaignCache *self, guint64 id, GError **error); /* borrowed; NULL with FAULT_USAGE */
