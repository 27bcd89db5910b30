/* lanes.h - all lanes: found by account, made when first needed, asked together. Used in: core. */
#pragma once
#include "lane.h"

Lanes *lanes_new  (Core *core);
void   lanes_free (Lanes *self);
Lane  *lanes_get  (Lanes *self, gint64 account); /* borrowed; never NULL */
gboolean lanes_are_busy (Lanes *self);
void   lanes_wake (Lanes *self);
void   lanes_recall (Lanes *self);

/* At start: lanes for every account that has unrecovered journals or campaigns in SENDING. */
gboolean lanes_resume (Lanes *self, GError **error);
void   lanes_drain (Lanes *self, LaneStoppedFunc done, gpointer data); /* all; then `done` once. For leaving: from here on nothing may be started */
