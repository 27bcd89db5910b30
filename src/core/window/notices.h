/* notices.h - what of a campaign is worth a notification, and whether the machine has to stay awake. Decides; desk does it.
 * Used in: core/window. */
#pragma once
#include "core.h"

typedef struct Notices Notices;

typedef struct {
  void (*notify)  (const char *id, const char *title, const char *body, gpointer data);
  void (*inhibit) (gboolean is_on, gpointer data);
} NoticesFuncs;

Notices *notices_new  (const NoticesFuncs *funcs, gpointer data); /* funcs: kept by pointer */
void     notices_free (Notices *self);

/* numbers: as App1.CampaignShow has them (borrowed). Tells each thing once: an end, a pause that nobody asked for, a question. */
void     notices_take (Notices *self, GVariant *numbers);
gboolean notices_are_busy (Notices *self); /* some campaign is sending or waits to */
