#include "shelf.h"

#include "fault.h"

#define CAMPAIGNS_MAX 16 /* chosen: each may hold its attachments */

struct Shelf {
  GPtrArray *campaigns; /* oldest first */
};

Shelf *
shelf_new (void)
{
  Shelf *self = g_new0 (Shelf, 1);

  self->campaigns = g_ptr_array_new_with_free_func ((GDestroyNotify) campaign_free);
  return self;
}

void
shelf_free (Shelf *self)
{
  if (self != NULL)
    g_ptr_array_unref (self->campaigns);
  g_free (self);
}

static Campaign *
find (Shelf *self, guint64 id, guint *out_index)
{
  for (guint i = 0; i < self->campaigns->len; i++) {
    Campaign *campaign = g_ptr_array_index (self->campaigns, i);

    if (campaign->id == id) {
      *out_index = i;
      return campaign;
    }
  }
  return NULL;
}

static void
make_room (Shelf *self)
{
  for (guint i = 0; i < self->campaigns->len && self->campaigns->len >= CAMPAIGNS_MAX;) {
    const Campaign *campaign = g_ptr_array_index (self->campaigns, i);

    if (campaign->row_count > 0)
      i++;
    else
      g_ptr_array_remove_index (self->campaigns, i);
  }
}

gboolean
shelf_put (Shelf *self, Campaign *campaign, GError **error)
{
  guint index = 0;
  const Campaign *old = find (self, campaign->id, &index);

  if (old != NULL && old->row_count > 0) {
    campaign_free (campaign);
    g_set_error (error, FAULT, FAULT_USAGE, "rows of this campaign's older version are still here: recall them first");
    return FALSE;
  }
  if (old != NULL)
    g_ptr_array_remove_index (self->campaigns, index);
  make_room (self);
  g_ptr_array_add (self->campaigns, campaign);
  return TRUE;
}

Campaign *
shelf_get (Shelf *self, guint64 id, GError **error)
{
  guint index;
  Campaign *campaign = find (self, id, &index);

  if (campaign == NULL)
    g_set_error (error, FAULT, FAULT_USAGE, "no such campaign was begun here");
  return campaign;
}
