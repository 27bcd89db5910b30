/* campaign.h - one campaign: a snapshot of people, message, account and pace. The row in the store, and its states.
 * Used in: core. */
#pragma once
#include "campaign-state.h"
#include "core.h"
#include "frame.h"
#include "hidden-values.h"
#include "kind.h"

#define CAMPAIGN_NOBODY "nobody@example.invalid" /* RFC 2606: an address that cannot be */

typedef struct {
  guint64       id;
  guint8        identity[16];
  gint64        account;
  CampaignState state;
  char *reason, *text;                      /* why it is paused: a word, a sentence */
  const AccountKind *kind;                  /* of its account: with what its people are written to; the first one where this version does not have it */
  char *sender_address;                     /* bare address, or number */
  char *title;                              /* what people call it */
  MessageParts *parts;                      /* of the newest version */
  char *lists;                              /* names, comma-separated, for people */
  GStrv columns;
  GStrv aliases;                            /* another name, then name, email or a column, in pairs */
  guint per_hour, connections;
  gint64 pause_after;                       /* so many are begun, then a person looks; 0: all of them */
  gint64 lifetime_s, version, created_utc, started_utc, ended_utc;
  gint64 archived_utc;                      /* when it was put away, 0: it was not */
  gboolean is_test;                         /* a letter to oneself, for trying it */
} Campaign;

Campaign *campaign_load (Core *core, guint64 id, GError **error); /* (transfer full), or NULL with FAULT_NO_INPUT */
/* Its texts become those of that version. Errors: FAULT_NO_INPUT (there is none). */
gboolean  campaign_take_version (Core *core, Campaign *self, gint64 version, GError **error);
/* One that belongs to nobody and is not stored: for looking at a message of the first kind. (transfer full); id 0, no columns, an invalid sender. */
Campaign *campaign_new_loose (void);
void      campaign_free (Campaign *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Campaign, campaign_free)

/* State with reason (a word) and text (a sentence); started and ended times follow. One row in the audit log. Own transaction if none is open. */
gboolean campaign_set_state (Core *core, guint64 id, CampaignState state, const char *reason, const char *text, GError **error);

/* Its parts as they are now, as one more version. Inside the caller's transaction, like the row itself. */
gboolean  campaign_store_version (Core *core, const Campaign *self, GError **error);
/* Takes corrected parts (a{sv}; other keys are left alone); what nobody named follows. *out_any: was there a correction?
 * Errors: FAULT_USAGE, FAULT_DATA. */
gboolean  campaign_correct (Campaign *self, GVariant *correction, gboolean *out_any, GError **error);
const char *campaign_get_sender (const Campaign *self); /* borrowed: "Ann <ann@example.org>", or the number */
/* What a message is called where nobody says it: its subject; without one the begin of its text. (transfer full) */
char     *campaign_make_title (const MessageParts *parts);

/* What core makes for each of its messages; and the columns of its rows with those in which that is. domain: borrowed from the campaign. */
HiddenValues campaign_get_hidden      (const Campaign *self);
GStrv        campaign_get_all_columns (const Campaign *self); /* (transfer full) */

/* Names as one blob in the store, a line each. */
GBytes *campaign_columns_to_blob (const char *const *columns);
