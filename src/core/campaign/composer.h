/* composer.h - transports without an account, one a kind of message, that compile a campaign's message and show how it would look. The template and the
 * values are parsed there, under the lock, never in core. Used in: core/campaign, core/app. */
#pragma once
#include "campaign.h"

Composer *composer_new  (Core *core);
void      composer_free (Composer *self);

typedef struct {
  GStrv   fields, required, images, notes;
  int    *bound;  /* of each field: 0 address, 1 name, 2 the first column…; -1 none */
  GStrv   hints;  /* of each field: what may have been meant, where it is bound to none */
  guint64 overhead;
} Composed;
void composed_free (Composed *self);
G_DEFINE_AUTOPTR_CLEANUP_FUNC (Composed, composed_free)

/* campaign: borrowed; id 0 is a template that belongs to nothing (any field will do). Finish: (transfer full).
 * Errors: FAULT_DATA with line and column (an unknown field too), FAULT_TEMP (the transport ended). */
void      composer_begin_async  (Composer *self, const Campaign *campaign, GAsyncReadyCallback callback, gpointer data);
Composed *composer_begin_finish (Composer *self, GAsyncResult *result, GError **error);

/* The message of nobody's campaign, for looking at: id COMPOSER_NOBODY, its own columns. files: a(sssh) of `fds` (both are taken over).
 * Finish: composer_preview_finish(). */
#define COMPOSER_NOBODY ((guint64) G_MAXINT64)
void      composer_preview_message_async (Composer *self, Campaign *campaign, GVariant *files, GUnixFDList *fds, GVariant *rows, GAsyncReadyCallback callback,
                                   gpointer data);

/* The same with a stored campaign's own files and columns, for texts that are not, or not any more, its newest: as corrected, as sent once.
 * `campaign` becomes that message. */
void      composer_show_async     (Composer *self, Campaign *campaign, GVariant *rows, GAsyncReadyCallback callback, gpointer data);

/* rows: a frame RECIPIENTS (floating is taken). The campaign is begun first if it is not. Finish: (transfer full) frame MESSAGES. */
void      composer_preview_async  (Composer *self, const Campaign *campaign, GVariant *rows, GAsyncReadyCallback callback, gpointer data);
GVariant *composer_preview_finish (Composer *self, GAsyncResult *result, GError **error);
