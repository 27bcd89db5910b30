/* campaign-export.h - the ledger of one campaign as CSV or JSON, page by page. Used in: cli (campaign export). */
#pragma once
#include "session.h"

typedef struct {
  char *output; /* NULL, "-": standard output */
} CampaignExportOptions;

int campaign_export (Session *session, guint64 campaign, const char *output, GError **error);
