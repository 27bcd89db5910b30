/* campaigns.h - what a person may do with a campaign, and what they are told about it. Used in: core/app. Contract: App1.Campaign*. */
#pragma once
#include "campaign.h"

/* prepared -> sending. Errors: FAULT_NO_PERM (a password or the vault is needed), FAULT_USAGE (not prepared). */
gboolean campaigns_start (Core *core, guint64 id, GError **error);

/* The finish functions return FALSE with `error`. Pause and cancel answer when nothing of the campaign is on the wire. */
void     campaigns_pause_async  (Core *core, guint64 id, GAsyncReadyCallback callback, gpointer data);
void     campaigns_cancel_async (Core *core, guint64 id, GAsyncReadyCallback callback, gpointer data);
/* correction: a{sv}, see the contract. Its template is compiled first: a bad one changes nothing. */
void     campaigns_resume_async (Core *core, guint64 id, GVariant *correction, GAsyncReadyCallback callback, gpointer data);
gboolean campaigns_finish       (GAsyncResult *result, GError **error);

/* how: resend | sent; addresses: NULL-terminated, empty: all. Errors: FAULT_TEMP while a transport may still hold them. */
gboolean campaigns_resolve (Core *core, guint64 id, const char *how, const char *const *addresses, guint *out_count, GError **error);

/* Suppressions were added: rows of open campaigns that were never begun become skipped. */
void     campaigns_suppressed (Core *core);

/* Somebody signed in at the account's provider: what was paused for want of that goes on. */
void     campaigns_signed_in (Core *core, gint64 account);

/* a{sv} as App1.CampaignShow says (floating). is_full: with the counts by reason, which read every skipped row. NULL with `error`. */
GVariant *campaigns_describe (Core *core, guint64 id, gboolean is_full, GError **error);

/* At start: a restored or copied folder (why: a sentence) may not go on by itself. */
gboolean campaigns_hold_back (Core *core, const char *why, GError **error);
