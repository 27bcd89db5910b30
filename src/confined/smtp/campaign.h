/* campaign.h - one campaign's message as BeginCampaign described it, compiled.
 * Trust:  from core; templates and files are the user's own. Used in: lane, service. */
#pragma once
#include "skeleton.h"
#include "streaks.h"
#include <gio/gunixfdlist.h>

#define CAMPAIGN_FILE_MAX_BYTES (25u << 20)  /* chosen: no provider takes more than 25 MB a message (docs/providers.md: iCloud 20) */
#define CAMPAIGN_FILES_MAX_BYTES (40u << 20) /* chosen: all files together; base64 makes 54 MiB of it, still under a preview's 64 */

typedef struct {
  guint64   id;
  guint     version;
  guint     n_columns;
  GStrv     columns, aliases;
  Skeleton *skeleton;  /* owned */
  guint     row_count; /* rows that point here: queued or in flight */
  Streaks  *streaks;   /* owned; equal refusals of its letter */
} Campaign;

/* Arguments of Transport1.BeginCampaign, borrowed. Returns: (transfer full), or NULL with FAULT_DATA or FAULT_USAGE. */
Campaign *campaign_new  (guint64 id, GVariant *spec, const char *const *columns, GVariant *files, GUnixFDList *fds, GError **error);
/* Transport1.BeginCampaign's `bound`: a floating a(is), one for each field. */
GVariant *campaign_get_bound (const Campaign *self);
void      campaign_free (Campaign *self); /* NULL is a no-op */
