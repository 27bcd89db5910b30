/* message-preview.h - one message as it would go out, for a person who is still writing it. Nothing is sent, nothing is stored.
 * Used in: core/app. Contract: App1.MessagePreview. */
#pragma once
#include "campaign.h"

typedef struct {
  GBytes *message; /* CRLF */
  GStrv   missing; /* fields that this person lacks where the template needs them; they show as [field] */
} MessagePreview;

/* parts: a{ss}, see the contract. who: as contact_find_one(), or "" for somebody whose values are the fields' names. files: a(sssh) of `fds`
 * (may be NULL). Errors: FAULT_DATA with line and column, FAULT_NO_USER, FAULT_USAGE. */
void      message_preview_async  (Core *core, GVariant *parts, const char *who, GVariant *files, GUnixFDList *fds, GAsyncReadyCallback callback, gpointer data);
MessagePreview *message_preview_finish (GAsyncResult *result, GError **error); /* (transfer full) */
void      message_preview_free   (MessagePreview *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (MessagePreview, message_preview_free)
