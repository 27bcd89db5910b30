/* app-pending.h - a call that is answered later: it keeps its client, and core, until then. Used in: core/app. */
#pragma once
#include "campaign.h"
#include "connectors.h"

typedef struct {
  AppClient             *client;
  GDBusMethodInvocation *invocation; /* taken at the end */
  GPtrArray             *rows;       /* of Sample: previews; else NULL */
  Campaign              *campaign;   /* samples, before there are rows; else NULL */
  guint                  max_rows;
} AppPending;

AppPending *app_pending_new  (AppClient *client, GDBusMethodInvocation *invocation);
void        app_pending_free (AppPending *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (AppPending, app_pending_free)
