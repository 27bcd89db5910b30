#include "campaign-cache.h"

#include "fault.h"

#define CAMPAIGNS_MAX 16 /* chosen: each may hold its attachments */

struct CampaignCache {
  GPtrArray *campaigns; /* oldest first */
};

CampaignCache *
campaign_cache_new (void)
{
  CampaignCache *self = g_new0 (CampaignCache, 1);

  self->campaigns = g_ptr_array_new_with_free_func ((GDestroyNotify) compiled_campaign_free);
  return self;
}

void
campaign_cache_free (CampaignCache *self)
{
  if (self != NULL)
    g_ptr_array_unref (self->campaigns);
  g_free (self);
}

static CompiledCampaign *
campaign_cache_find (CampaignCache *self, guint64 id, guint *out_index)
{
  for (guint i = 0; i < self->campaigns->len; i++) {
    CompiledCampaign *campaign = g_ptr_array_index (self->campaigns, i);

    if (campaign->id == id) {
      *out_index = i;
      return campaign;
    }
  }
  return NULL;
}

static void
make_room (CampaignCache *self)
{
  for (guint i = 0; i < self->campaigns->len && self->campaigns->len >= CAMPAIGNS_MAX;) {
    const CompiledCampaign *campaign = g_ptr_array_index (self->campaigns, i);

    if (campaign->row_count > 0)
      i++;
    else
      g_ptr_array_remove_index (self->campaigns, i);
  }
}

gboolean
campaign_cache_put (CampaignCache *self, CompiledCampaign *campaign, GError **error)
{
  guint index = 0;
  const CompiledCampaign *old = campaign_cache_find (self, campaign->id, &index);

  if (old != NULL && old->row_count > 0) {
    compiled_campaign_free (campaign);
    g_set_error (error, FAULT, FAULT_USAGE, "rows of this campaign's older version are still here: recall them first");
    return FALSE;
  }
  if (old != NULL)
    g_ptr_array_remove_index (self->campaigns, index);
  make_room (self);
  g_ptr_array_add (self->campaigns, campaign);
  return TRUE;
}

CompiledCampaign *
campaign_cache_get (CampaignCache *self, guint64 id, GError **error)
{
  guint index;
  CompiledCampaign *campaign = campaign_cache_find (self, id, &index);

  if (campaign == NULL)
    g_set_error (error, FAULT, FAULT_USAGE, "no such campaign was begun here");
  return campaign;
}
