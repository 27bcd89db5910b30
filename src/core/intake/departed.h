/* departed.h - addresses of people of whom a file says that they left, on their way to the suppression list.
 * Trust:  frames are the worker's, checked as frames; each address is checked here. Used in: core/intake/import. */
#pragma once
#include "database.h"

typedef struct Departed Departed;

Departed *departed_new  (void);
void      departed_free (Departed *self);

/* frame: REJECTS, for which rules_take_rejects() said yes. */
void      departed_take  (Departed *self, GVariant *frame);
/* In a transaction of its own. import: that can be undone, and lifts them then (import-undo.h); 0 none. out_count: those that were not there before. */
gboolean  departed_store (const Departed *self, Database *database, gint64 import, guint *out_count, GError **error);

G_DEFINE_AUTOPTR_CLEANUP_FUNC (Departed, departed_free)
