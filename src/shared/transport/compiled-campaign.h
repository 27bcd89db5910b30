/* compiled-campaign.h - one campaign's message as BeginCampaign described it, compiled by the channel.
 * Trust:  from core; templates and files are the user's own. Used in: send-queue, transport-service. */
#pragma once
#include "channel.h"
#include "failure-streak.h"
#include <gio/gunixfdlist.h>

#define CAMPAIGN_FILE_MAX_BYTES (25u << 20)  /* chosen: no provider takes more than 25 MB a message (docs/providers.md: iCloud 20) */
#define CAMPAIGN_FILES_MAX_BYTES (40u << 20) /* chosen: all files together; base64 makes 54 MiB of it, still under a preview's 64 */

typedef struct {
  guint64        id;
  guint          n_columns;
  GStrv          columns, aliases;
  const Channel *channel;
  gpointer       message;   /* owned: Channel.forget() */
  MessageFacts   facts;
  guint          row_count; /* rows that point here: queued or in flight */
  FailureStreak *streaks;   /* owned; equal refusals of its letter */
} CompiledCampaign;

typedef struct { /* arguments of Transport2.BeginCampaign, borrowed */
  guint64            id;
  GVariant          *identity; /* ay */
  GVariant          *parts;    /* a{ss} */
  gboolean           is_inspection;
  const char *const *columns, *const *aliases;
  GVariant          *files;    /* a(sssh) */
  GUnixFDList       *fds;      /* NULL: none */
} CampaignBeginning;

/* Returns: (transfer full), or NULL with FAULT_DATA, FAULT_USAGE or FAULT_IO. */
CompiledCampaign *compiled_campaign_new  (const Channel *channel, const CampaignBeginning *beginning, GError **error);
/* Transport2.BeginCampaign's `bound`: a floating a(is), one for each field. */
GVariant *compiled_campaign_get_bound (const CompiledCampaign *self);
void      compiled_campaign_free (CompiledCampaign *self); /* NULL is a no-op */
