#include "app-pending.h"

AppPending *
app_pending_new (AppClient *client, GDBusMethodInvocation *invocation)
{
  AppPending *self = g_new0 (AppPending, 1);

  *self = (AppPending){ .client = app_client_ref (client), .invocation = invocation };
  app_hold (client->core);
  return self;
}

void
app_pending_free (AppPending *self)
{
  app_release (self->client->core);
  app_client_unref (self->client);
  g_clear_pointer (&self->rows, g_ptr_array_unref);
  g_clear_pointer (&self->campaign, campaign_free);
  g_free (self);
}
