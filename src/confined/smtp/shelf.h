/* shelf.h - the compiled campaigns that rows may name; old ones that nobody uses make room.
 * Used in: lane. */
#pragma once
#include "campaign.h"

typedef struct Shelf Shelf;

Shelf *shelf_new  (void);
void   shelf_free (Shelf *self); /* their rows must be gone; NULL is a no-op */

/* Takes campaign, also on failure. Errors: FAULT_USAGE: rows of an older version are still here. */
gboolean  shelf_put (Shelf *self, Campaign *campaign, GError **error);
Campaign *shelf_get (Shelf *self, guint64 id, GError **error); /* borrowed; NULL with FAULT_USAGE */
